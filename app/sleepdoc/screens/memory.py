"""What made the present memory, sleep by sleep."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sleepdoc import figures
from sleepdoc.reading.library import SleepRecord
from sleepdoc.widgets.lines import MUTED


class MemoryScreen(ModalScreen[None]):
    """A table; any of the usual keys leaves it."""

    CSS_PATH = "memory.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close", id="memory.close", tooltip="Close"),
    ]

    def __init__(self, conversation: str, sleeps: Sequence[SleepRecord], recall: str = "") -> None:
        """
        Args:
            recall: what is known of how much the model remembers, if that was measured.
        """
        super().__init__()
        self._recall = recall
        self._conversation = conversation
        self._sleeps = sleeps

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="memory"):
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> list[Content]:
        name = figures.one_line(self._conversation)
        head = Content.styled(f"Memory of {name}", "bold $primary")
        if not self._sleeps:
            return [head, Content("It has not slept yet: there is nothing in memory.")]
        kept = sum(sleep.size for sleep in self._sleeps if sleep.kept)
        number = len(self._sleeps)
        slept = "1 sleep" if number == 1 else f"{figures.count(number)} sleeps"
        return [
            head,
            Content(
                f"{slept}, {figures.size(self._sleeps[-1].size)} each, "
                f"{figures.size(kept)} kept to go back to"
            ),
            *([Content(self._recall)] if self._recall else []),
            Content.styled("\nsleep  pages        passes  tokens  when              memory", MUTED),
            *(line for sleep in reversed(self._sleeps) for line in _row(sleep)),
            Content.styled("\n/undo goes back one sleep, /fork PAGE copies as of a page", MUTED),
        ]


def _row(sleep: SleepRecord) -> list[Content]:
    """A line of figures, and what the pages are about below it."""
    pages = figures.pages(str(sleep.first), str(sleep.last))
    when = datetime.fromisoformat(sleep.created).astimezone().strftime("%Y-%m-%d %H:%M")
    state = sleep.snapshot[:8] if sleep.kept else "not kept"
    tokens = figures.count(sleep.tokens)
    row = f"{sleep.number:<5}  {pages:<11}  {sleep.passes:<6}  {tokens:>6}  {when}  {state}"
    gist = [Content.styled(f"       {figures.one_line(sleep.gist)}", MUTED)] if sleep.gist else []
    return [Content(row), *gist]
