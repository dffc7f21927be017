"""What passes between the screen and the runner: commands one way, events the other."""

from dataclasses import dataclass
from typing import Protocol

from textual.message import Message

from sleepdoc.reading.events import Event, Reading


class Commands(Protocol):
    """What the screen asks of the runner. Every method returns at once."""

    def ask(self, question: str, *, closed_book: bool = False) -> None: ...

    def pause(self) -> None: ...

    def resume_reading(self) -> None: ...

    def stop_answer(self) -> None: ...

    def sleep_now(self) -> None: ...


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
