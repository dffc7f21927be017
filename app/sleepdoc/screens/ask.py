"""One small question over whatever is shown: a new name, or whether it is meant."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from sleepdoc.documents.text import safe_display


class AskScreen(ModalScreen[str | None]):
    """Ends with what was typed, or None."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave it", id="ask.leave", tooltip="Leave it as it is"),
    ]

    def __init__(self, question: str, value: str = "") -> None:
        """
        Args:
            value: what stands in the field to begin with.
        """
        super().__init__()
        self._question = question
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(id="ask"):
            yield Static(safe_display(self._question), markup=False)
            yield Input(self._value, compact=True)
            yield Static("Enter does it, Esc leaves it as it is", classes="hint")

    @on(Input.Submitted)
    def _done(self, submitted: Input.Submitted) -> None:
        submitted.stop()
        self.dismiss(submitted.value.strip())
