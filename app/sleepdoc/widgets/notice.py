"""Something to say in the transcript: information, a warning, or why it stopped."""

import enum

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from sleepdoc.documents.text import safe_display
from sleepdoc.widgets.style import beside


class Tone(enum.Enum):
    """How much it matters; the sign says so without colour."""

    INFORMATION = "·"
    WARNING = "~"
    ERROR = "!"


class Notice(Vertical):
    """A headline and, where there is more to say, text below it."""

    DEFAULT_CSS = beside(__file__)

    def __init__(self, headline: str, body: str = "", tone: Tone = Tone.INFORMATION) -> None:
        super().__init__(classes=f"-{tone.name.lower()}")
        self._headline = f"{tone.value} {safe_display(headline)}"
        self._body = safe_display(body)

    def compose(self) -> ComposeResult:
        yield Static(self._headline, markup=False, classes="headline")
        if self._body:
            yield Static(self._body, markup=False, classes="body")

    def amend(self, body: str) -> None:
        """Say something else below the headline."""
        self.query_one(".body", Static).update(safe_display(body))
