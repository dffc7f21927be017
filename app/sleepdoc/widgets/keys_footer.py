"""The last line: what the keys do now."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer

from sleepdoc.widgets.style import beside

SPARE = "details"
"""The action whose key is named only where there is room for one more."""


class KeysFooter(Footer):
    """Textual's, told which key can be left out: what does not fit would fall off its end."""

    DEFAULT_CSS = beside(__file__)

    def compose(self) -> ComposeResult:
        keys: Iterable[Widget] = super().compose()
        for key in keys:
            yield key.set_class(getattr(key, "action", "") == SPARE, "-spare")
