"""The last line: what the keys do now."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer

from sleepdoc.widgets.style import beside

SPARE = "details"
"""The action whose key is named only where there is room for one more."""


class KeysFooter(Footer):
    """Textual's, with the key that can be left out last: what does not fit falls off its end."""

    DEFAULT_CSS = beside(__file__)

    def compose(self) -> ComposeResult:
        keys: Iterable[Widget] = super().compose()
        spare = []
        for key in keys:
            if getattr(key, "action", "") == SPARE:
                spare.append(key.add_class("-spare"))
            else:
                yield key
        yield from spare
