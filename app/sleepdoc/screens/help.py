"""Keys and words, over the reading screen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from sleepdoc.widgets.lines import Lines
from sleepdoc.widgets.wrapping import wrap

_COLUMN = 11
_KEYS = (
    ("Enter", "send the question; Ctrl+J begins a new line; Up: earlier questions"),
    ("/", "a command: Tab completes it; / and Enter finds, as does F3"),
    ("Alt+1…9", "open what the latest answer cites"),
    ("Alt+↑ ↓", "page before and after; Alt+← → back and forward"),
    ("F2", "library: all conversations, and other documents"),
    ("F3 F4 F5", "find, outline, page (n N next hits, o opens the file, g a page)"),
    ("F6 F7", "next pane; details: reading and memory in figures"),
    ("Shift+Tab", "to the answers: y copies, r asks again, e edits the question"),
    ("Enter", "there: opens a cited page, or what is folded"),
    ("Esc", "back to the conversation; else stop the answer, pause, go on"),
    ("F8 F9", "closed book: from memory alone; sleep now"),
    ("Page Up", "scroll the conversation or the page, as does Page Down"),
    ("F1", "this; so does ? and Enter"),
    ("Ctrl+C", "copy the selected text"),
    ("Ctrl+P", "all commands"),
    ("Ctrl+Q", "save and quit; what is shown as saved stays saved"),
)
_WORDS = (
    ("window", "what the model sees at once; when full, it sleeps"),
    ("sleep", "passes that write the window into the fast weights"),
    ("memory", "the fast weights, S: one size, however much was read"),
    ("recall", "passages looked up in the stored text, shown as [1]"),
    ("snapshot", "the memory as it was stored after a sleep or a turn"),
)


class HelpScreen(ModalScreen[None]):
    """Any of the usual keys leaves it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter,q", "dismiss", "Close", id="help.close", tooltip="Close help"),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield _Table("Keys", _KEYS)
            yield _Table("Words", _WORDS)


class _Table(Lines):
    """Names, and beside each what it means, which stays in its column."""

    def __init__(self, title: str, rows: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._title = title
        self._rows = rows

    def lines(self, width: int) -> list[Content]:
        lines = [Content.styled(self._title, "bold $primary")]
        for name, text in self._rows:
            for line in wrap(text, width - _COLUMN):
                lines.append(_named(name) + text[line.start : line.end])
                name = ""
        return [*lines, Content()]


def _named(name: str) -> Content:
    return Content.styled(f"{name:<{_COLUMN}}", "bold")
