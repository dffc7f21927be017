"""A question and its answer."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from sleepdoc.documents.text import safe_display
from sleepdoc.widgets.answer import Answer
from sleepdoc.widgets.style import beside


class TurnView(Vertical):
    """One turn of the conversation, from the moment it is asked."""

    DEFAULT_CSS = beside(__file__)

    def __init__(self, question: str, *, queued: bool) -> None:
        super().__init__(classes="-queued" if queued else None)
        self.question = question

    def compose(self) -> ComposeResult:
        yield Static(f"› {safe_display(self.question)}", markup=False, classes="question")
        yield Static("queued", markup=False, classes="waiting")
        yield Answer()

    @property
    def answer(self) -> Answer:
        return self.query_one(Answer)

    @property
    def queued(self) -> bool:
        return self.has_class("-queued")

    def take(self) -> None:
        """It is being answered now."""
        self.remove_class("-queued")

    def refuse(self, reason: str) -> None:
        """It will not be answered."""
        self.set_classes("-refused")
        self.query_one(".waiting", Static).update(f"! {safe_display(reason)}")
