"""Opening a conversation: document, store, lock, worker and session, opened and closed as one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sleepdoc.reading.events import Event
from sleepdoc.reading.session import ReadingSession


@dataclass(frozen=True)
class OpenOptions:
    """What to open, and with what."""

    target: str | Path
    """A file, or the name of a conversation. A `Path` always means a file; a string means a file
    if one of that name exists."""
    database: Path
    model: str | None = None
    """None: the conversation's own model, ``default`` for a new one."""
    device: str | None = None
    seed: int = 0
    passes: int | None = None
    """Passes per sleep of a new conversation. None: what the engine recommends."""
    log: Path | None = None
    """Where the worker's own output goes. None: ``worker.log`` beside the database."""


class OpenConversation:
    """One open conversation. Use it as a context manager, from one thread.

    ```
    with OpenConversation(options) as conversation:
        for event in conversation.open(): ...
        for event in conversation.session.read(): ...
        for event in conversation.session.ask("Why?"): ...
    ```

    A file that was read before under the same model goes on where it was, recognised by its bytes.
    A file whose bytes changed starts a new conversation, with a notice. A conversation opened by
    name never looks at the file.
    """

    def __init__(self, options: OpenOptions) -> None: ...

    def open(self) -> Iterator[Event]:
        """Yield `DocumentReady` (new) or `Resumed`, then `ModelReady`.

        Both before the model has loaded, so that they can be shown at once. The name of a new
        conversation is known with `ModelReady`. Should a file's conversation turn out to belong to
        an older version of the model, a second `DocumentReady` or `Resumed` says what is open
        instead.

        Raises:
            SleepdocError: with the exit code of design §7.
        """
        raise NotImplementedError

    @property
    def session(self) -> ReadingSession:
        """The session; there is one once `open` is exhausted."""
        raise NotImplementedError

    @property
    def resumed(self) -> bool:
        """Whether the conversation existed before."""
        raise NotImplementedError

    def abandon(self) -> None:
        """End the worker at once, from any thread. What is committed stays; the rest raises."""

    def close(self) -> None:
        """End the worker, release the lock, close the store. Safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
