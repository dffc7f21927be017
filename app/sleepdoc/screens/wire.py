"""What passes between the screen and the runner: commands one way, events the other."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from textual.message import Message

from sleepdoc.reading.events import Event, Reading


class Commands(Protocol):
    """What the screen asks of the runner. Every method returns at once."""

    def ask(self, question: str, *, closed_book: bool = False, kept: bool = True) -> None: ...

    def pause(self) -> None: ...

    def resume_reading(self) -> None: ...

    def stop_answer(self) -> None: ...

    def sleep_now(self) -> None: ...

    def write_gists(self) -> None: ...

    def undo(self) -> None: ...

    def redo(self) -> None: ...


@dataclass
class OpenOther(Message):
    """The person wants to read something else, or the same with another model."""

    target: str | Path
    """The name of a conversation, or (`Path`) a file."""
    model: str | None = None
    anew: bool = False
    """Begin another conversation, whatever there is about the document already."""


@dataclass
class ReadToTheEnd(Message):
    """A document has just been read to its end."""

    title: str


@dataclass
class Happened(Message):
    """Posted, from any thread, for every event of the runner."""

    event: Event

    def can_replace(self, message: Message) -> bool:
        """Of several waiting reports on reading only the latest is worth showing."""
        return (
            isinstance(message, Happened)
            and isinstance(message.event, Reading)
            and isinstance(self.event, Reading)
        )
