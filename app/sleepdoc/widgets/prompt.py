"""Where questions are typed, whatever else is going on."""

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


class Prompt(TextArea):
    """Enter sends; a new line is Ctrl+J, or Shift+Enter where the terminal can tell it."""

    DEFAULT_CSS = beside(__file__)
    HELP = "Type a question at any time. Enter sends it, Ctrl+J begins a new line."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", id="prompt.send", tooltip="Send the question"),
        Binding("ctrl+j,shift+enter", "new_line", "New line", id="prompt.new-line", show=False),
        Binding("up", "earlier", "Earlier question", id="prompt.earlier", show=False),
        Binding("down", "later", "Later question", id="prompt.later", show=False),
    ]

    closed_book = reactive(False)

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
            placeholder="Ask about what has been read so far",
        )
        self._asked: list[str] = []
        self._recalled = 0
        self._draft = ""

    def watch_closed_book(self, closed: bool) -> None:
        self.border_title = "closed book: from memory alone" if closed else None
        self.set_class(closed, "-closed-book")

    def refuse(self, reason: str) -> None:
        """Take no more questions."""
        self.placeholder = reason
        self.disabled = True

    def action_send(self) -> None:
        question = self.text.strip()
        if not question:
            return
        self._asked.append(question)
        self._recalled = len(self._asked)
        self.clear()
        self.post_message(self.Sent(self, question))

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

    async def _on_paste(self, event: Paste) -> None:
        # Pasted text may hold escape sequences, which a text area would pass to the terminal.
        event.prevent_default()
        self.insert(safe_display(event.text))
