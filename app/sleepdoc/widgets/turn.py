"""A question and its answer."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from sleepdoc.documents.text import safe_display
from sleepdoc.widgets.answer import Answer
from sleepdoc.widgets.style import beside

QUEUED = "queued"


class TurnView(Vertical, can_focus=True):
    """One turn of the conversation, from the moment it is asked."""

    DEFAULT_CSS = beside(__file__)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", id="turn.copy", tooltip="Copy it with its references"),
        Binding("r", "again", "Ask again", id="turn.again", tooltip="Ask the same again"),
        Binding("e", "edit", "Edit", id="turn.edit", tooltip="Edit the question and ask again"),
        Binding("up", "other(-1)", "Turn before", id="turn.up", show=False),
        Binding("down", "other(1)", "Turn after", id="turn.down", show=False),
    ]

    @dataclass
    class Copied(Message):
        """Text is to go to the clipboard."""

        text: str

    @dataclass
    class Again(Message):
        """The question is to be asked once more."""

        question: str
        edit: bool
        """Whether the person wants to change it first."""

    def __init__(
        self, question: str, *, queued: bool, kept: bool = True, wait: str = QUEUED
    ) -> None:
        """
        Args:
            wait: what it waits for, while it is queued.
        """
        super().__init__(classes="-queued" if queued else None)
        self.question = question
        self.kept = kept
        self._wait = wait

    def compose(self) -> ComposeResult:
        sign = "›" if self.kept else "› by the way:"
        yield Static(f"{sign} {safe_display(self.question)}", markup=False, classes="question")
        yield Static(safe_display(self._wait), markup=False, classes="waiting")
        yield Answer()

    @property
    def text(self) -> str:
        """Question, answer and references, as one would paste them."""
        answer = self.answer
        references = [
            f"[{number}] p. {citation.label}: “{' '.join(citation.quote.split())}”"
            for number, citation in enumerate(answer.evidence, 1)
        ]
        return "\n\n".join(filter(None, [self.question, answer.text, "\n".join(references)]))

    def action_copy(self) -> None:
        self.post_message(self.Copied(self.text))

    def action_again(self) -> None:
        self.post_message(self.Again(self.question, edit=False))

    def action_edit(self) -> None:
        self.post_message(self.Again(self.question, edit=True))

    def action_other(self, by: int) -> None:
        turns = list(self.parent.query(TurnView)) if isinstance(self.parent, Widget) else []
        at = turns.index(self) + by
        if 0 <= at < len(turns):
            turns[at].focus()

    @property
    def answer(self) -> Answer:
        return self.query_one(Answer)

    @property
    def queued(self) -> bool:
        return self.has_class("-queued")

    def take(self) -> None:
        """It is being answered now."""
        self.remove_class("-queued")

    def wait_for(self, reason: str) -> None:
        """Say what it waits for."""
        self.query_one(".waiting", Static).update(safe_display(reason))

    def refuse(self, reason: str) -> None:
        """It will not be answered."""
        self.set_classes("-refused")
        self.query_one(".waiting", Static).update(f"! {safe_display(reason)}")
