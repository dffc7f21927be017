"""Where questions are typed, whatever else is going on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import TextArea

from sleepdoc.documents.text import safe_display
from sleepdoc.widgets.style import beside

_ASK = "Ask about what has been read so far; / or ? for help"
_READ = "Ask about the document; / or ? for help"
_PAUSED = "Reading is paused: Esc goes on. You can still ask."
_EDITING = (None, "prompt.new-line")
"""Ids of what changes or moves in the text; a text area's own keys have none."""


class Prompt(TextArea):
    """Enter sends; a new line is Ctrl+J, or Shift+Enter where the terminal can tell it."""

    DEFAULT_CSS = beside(__file__)
    HELP = "Type a question at any time. Enter sends it, Ctrl+J begins a new line."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", id="prompt.send", show=False),
        Binding("ctrl+j,shift+enter", "new_line", "New line", id="prompt.new-line", show=False),
        Binding("up", "earlier", "Earlier question", id="prompt.earlier", show=False),
        Binding("down", "later", "Later question", id="prompt.later", show=False),
    ]

    closed_book = reactive(False)
    nearly_full = reactive(False)
    """Whether the next question will have to wait for a sleep."""
    paused = reactive(False)
    """Whether reading was paused, and goes on with Esc."""
    read = reactive(False)
    """Whether nothing is left to read."""

    @dataclass
    class Command(Message):
        """Posted for a line that begins with a slash. The name may be one that there is not."""

        name: str
        argument: str

    class Tab(Message):
        """A command that is begun is to be completed."""

    @dataclass
    class Sent(Message):
        """Posted when a question is sent; never empty."""

        prompt: "Prompt"
        question: str

        @property
        def control(self) -> "Prompt":
            return self.prompt

    def __init__(self) -> None:
        super().__init__(
            compact=True,
            highlight_cursor_line=False,
            placeholder=_ASK,
        )
        self._asked: list[str] = []
        self._recalled = 0
        self._draft = ""

    def watch_closed_book(self, closed: bool) -> None:
        self.border_title = "closed book: from memory alone" if closed else None
        self.set_class(closed, "-closed-book")

    def watch_nearly_full(self, nearly_full: bool) -> None:
        said = "the window is nearly full: a sleep comes before the next answer"
        self.border_subtitle = said if nearly_full else None

    def watch_paused(self) -> None:
        self._invite()

    def watch_read(self) -> None:
        self._invite()

    def _invite(self) -> None:
        if not self.disabled:
            self.placeholder = _PAUSED if self.paused else _READ if self.read else _ASK

    def remember(self, questions: Iterable[str]) -> None:
        """Questions of earlier days, oldest first, to go back to."""
        self._asked[:0] = questions
        self._recalled = len(self._asked)

    def refuse(self, reason: str) -> None:
        """Take no more questions."""
        self.placeholder = reason
        self.disabled = True

    def action_send(self) -> None:
        question = self.text.strip()
        if not question:
            return
        if command := self.command.rstrip():
            name, _, argument = command[1:].partition(" ")
            self.clear()
            self.post_message(self.Command(name, argument.strip()))
            return
        self._asked.append(question)
        self._recalled = len(self._asked)
        self.clear()
        self.post_message(self.Sent(self, question))

    @property
    def command(self) -> str:
        """What is typed, if it is a command: it begins with a slash and is one line. A question
        that does needs a blank in front. Nobody asks "?" of a document: alone it asks for help."""
        if self.text == "?":
            return "/help"
        return self.text if self.text.startswith("/") and "\n" not in self.text.strip() else ""

    @property
    def commands(self) -> bool:
        """Whether what is typed is a command."""
        return bool(self.command)

    def action_new_line(self) -> None:
        self.insert("\n")

    def action_earlier(self) -> None:
        if self.cursor_location[0] == 0 and self._recalled > 0:
            self._recall(self._recalled - 1)
        else:
            self.action_cursor_up()

    def action_later(self) -> None:
        last_row = self.document.line_count - 1
        if self.cursor_location[0] == last_row and self._recalled < len(self._asked):
            self._recall(self._recalled + 1)
        else:
            self.action_cursor_down()

    def _recall(self, index: int) -> None:
        if self._recalled == len(self._asked):
            self._draft = self.text
        self._recalled = index
        self.text = self._asked[index] if index < len(self._asked) else self._draft
        self.move_cursor(self.document.end)

    def render_line(self, y: int) -> Strip:
        # Textual 8.2 raises when it wraps a placeholder into no columns at all.
        return super().render_line(y) if self.content_size.width else Strip.blank(0)

    async def _on_key(self, event: Key) -> None:
        # A text area would begin a new line, and a binding of priority would overtake keys that
        # are still on their way, so that the end of a question was left behind.
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            self.action_send()
        elif event.key == "tab" and self.commands:
            event.prevent_default()
            event.stop()
            self.post_message(self.Tab())
        elif editing := self._editing(event):
            # Done here, they do not overtake what was typed before, nor are they overtaken.
            event.prevent_default()
            event.stop()
            await self.run_action(editing)

    def _editing(self, event: Key) -> str:
        """What a key does that changes or moves in the text, if that is what it does."""
        found = None if event.is_printable else self.screen.active_bindings.get(event.key)
        if found is None or found.node is not self or found.binding.id not in _EDITING:
            return ""
        # Without a selection the key to copy is for others.
        return "" if found.binding.action == "copy" else found.binding.action

    async def _on_paste(self, event: Paste) -> None:
        # Pasted text may hold escape sequences, which a text area would pass to the terminal.
        event.prevent_default()
        # Terminals send line ends as carriage returns.
        self.insert(safe_display(event.text.replace("\r\n", "\n").replace("\r", "\n")))
