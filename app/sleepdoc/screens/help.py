"""Keys and words, over the reading screen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

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
            yield Static(_table("Keys", _KEYS))
            yield Static(_table("\nWords", _WORDS))


def _table(title: str, rows: tuple[tuple[str, str], ...]) -> Content:
    lines = [Content.styled(title, "bold $primary")]
    lines += [Content.styled(f"{name:<11}", "bold") + text for name, text in rows]
    return Content("\n").join(lines)
