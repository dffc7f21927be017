"""Reading, sleeping and answering: the use cases, as generators of events."""

from collections.abc import Iterator

from sleepdoc.reading.events import Event, Progress
from sleepdoc_model.engine import Sampling


class ReadingSession:
    """Reads one document into one engine, and answers.

    The generators must be driven by one thread and one at a time; closing one early leaves the
    conversation at its last committed step, with the partial answer kept if there is one.
    They raise `SleepdocError`; `Runner` turns that into `Failed`.
    `pause`, `stop` and `proceed` may be called from any thread.
    """

    @property
    def conversation(self) -> str:
        """Name of the conversation."""
        raise NotImplementedError

    @property
    def progress(self) -> Progress:
        raise NotImplementedError

    @property
    def passes(self) -> int:
        """Passes per sleep of this conversation."""
        raise NotImplementedError

    @property
    def sleeps(self) -> int:
        """Committed sleeps of this conversation."""
        raise NotImplementedError

    def resume(self) -> Iterator[Event]:
        """Put memory and window where the last committed step left them; yield `ModelReady`."""
        raise NotImplementedError

    def read(self) -> Iterator[Event]:
        """Read on to the end of the document, sleeping whenever the window is full.

        Yields `Reading`, `SleepStarted`, `SleepPass`, `SleepFinished` (or `SleepAborted`), and
        last `ReadingFinished` or, after `pause`, `ReadingPaused`. `WorkerDied` may come anywhere.
        """
        raise NotImplementedError

    def ask(
        self,
        question: str,
        *,
        closed_book: bool = False,
        max_tokens: int = 256,
        sampling: Sampling | None = None,
    ) -> Iterator[Event]:
        """Answer from what has been read so far.

        Yields the events of a sleep if the window has no room, then `Answering`, `AnswerText`...,
        `AnswerFinished`.

        Args:
            closed_book: answer from memory alone: no recall, and nothing in the window but the
                pinned prefix. The turn is stored, but does not enter the window afterwards.

        Raises:
            UsageError: the question is empty or too long; nothing was stored.
        """
        raise NotImplementedError

    def sleep(self) -> Iterator[Event]:
        """Sleep now, whatever the window holds; nothing happens if it is empty."""
        raise NotImplementedError

    def pause(self, *, abort_sleep: bool = False) -> None:
        """Make `read` end soon with `ReadingPaused`, now and until `proceed`.

        A sleep under way in `read` is finished first, or aborted between passes on demand.
        """

    def stop(self) -> None:
        """Make `ask` end after the current token and `sleep` after the current pass, until
        `proceed`. The partial answer is kept, marked as interrupted."""

    def proceed(self) -> None:
        """Take `pause` and `stop` back."""
