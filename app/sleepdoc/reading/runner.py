"""The application's side of reading: commands in, events out, one thread that owns the rest."""

from collections.abc import Callable

from sleepdoc.reading.events import Event
from sleepdoc.reading.service import OpenConversation


class Runner:
    """Owns an `OpenConversation` in a background thread.

    Every method returns at once and may be called from any thread. Events arrive through
    `callback`, in the runner's thread and in order. Errors arrive as `Failed`: with
    `ExitCode.USAGE` one command was refused and everything else goes on; with any other code the
    runner has ended. Unless told otherwise it begins to read as soon as the model is there.
    """

    def __init__(
        self,
        callback: Callable[[Event], None],
        conversation: OpenConversation,
        *,
        read: bool = True,
    ) -> None: ...

    def start(self) -> None:
        """Open the conversation and begin."""

    def ask(self, question: str, *, closed_book: bool = False) -> None:
        """Answer as soon as possible: reading pauses at the next piece (a sleep under way is
        finished first), the question is answered, and reading goes on if it was going on.
        Questions asked earlier come first."""

    def pause(self) -> None:
        """Pause reading until `resume_reading`; a sleep that reading began is aborted between
        passes. Does not touch an answer."""

    def resume_reading(self) -> None:
        """Go on reading; nothing happens if reading is going on or the document is finished."""

    def stop_answer(self) -> None:
        """Stop the answer being generated, or the sleep asked for with `sleep_now`."""

    def sleep_now(self) -> None:
        """Sleep now, then go on reading if reading was going on."""

    def close(self, grace: float = 2.0) -> None:
        """Stop everything and wait for the thread: answers stop after the current token, reading
        after the current piece, sleeps after the current pass. What still runs after `grace`
        seconds loses its worker process. What was reported as saved is saved."""
