"""The application's side of reading: commands in, events out, one thread that owns the rest."""

import queue
import threading
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from sleepdoc.errors import ExitCode, ModelError, SleepdocError, UsageError
from sleepdoc.reading.events import Event, Failed, ReadingFinished
from sleepdoc.reading.service import OpenConversation
from sleepdoc.reading.session import ReadingSession


class _Command(Enum):
    PAUSE = "pause"
    READ = "read"
    SLEEP = "sleep"
    TELL = "tell"
    UNDO = "undo"
    REDO = "redo"
    CLOSE = "close"


@dataclass(frozen=True)
class _Question:
    text: str
    closed_book: bool
    kept: bool


class Runner:
    """Owns an `OpenConversation` in a background thread.

    Every method returns at once and may be called from any thread. Events arrive through
    `callback`, in the runner's thread and in order. Errors arrive as `Failed`: with
    `ExitCode.USAGE` one command was refused and everything else goes on; with any other code the
    runner has ended. Unless told otherwise it begins to read as soon as the model is there, and
    once that is done it writes gists until it is asked for something.
    """

    def __init__(
        self,
        callback: Callable[[Event], None],
        conversation: OpenConversation,
        *,
        read: bool = True,
    ) -> None:
        self._callback = callback
        self._conversation = conversation
        self._read = read
        self._tell = False
        """Whether what was read may be told in words, once there is nothing else to do."""
        self._commands: queue.SimpleQueue[_Command | _Question] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="reading", daemon=True)
        self._closing = threading.Event()
        self._session: ReadingSession | None = None

    def start(self) -> None:
        """Open the conversation and begin."""
        self._thread.start()

    def ask(self, question: str, *, closed_book: bool = False, kept: bool = True) -> None:
        """Answer as soon as possible: reading pauses at the next piece (a sleep under way is
        finished first), the question is answered, and reading goes on if it was going on.
        Questions asked earlier come first. Of one that is not `kept` no trace is left."""
        self._send(_Question(question, closed_book, kept))

    def pause(self) -> None:
        """Pause reading until `resume_reading`; a sleep that reading began is aborted between
        passes. Does not touch an answer."""
        self._send(_Command.PAUSE, abort_sleep=True)

    def resume_reading(self) -> None:
        """Go on reading; a finished document only says `ReadingFinished` again."""
        self._send(_Command.READ)

    def stop_answer(self) -> None:
        """Stop the answer being generated, or the sleep asked for with `sleep_now`."""
        if self._session is not None:
            self._session.stop()

    def sleep_now(self) -> None:
        """Sleep now, then go on reading if reading was going on."""
        self._send(_Command.SLEEP)

    def write_gists(self) -> None:
        """Write what an overview shows as soon as nothing is being read."""
        self._send(_Command.TELL)

    def undo(self) -> None:
        """Go back to before the last sleep, and do not read on by itself. Done before the end,
        however soon that comes, once the model is there."""
        self._send(_Command.UNDO, abort_sleep=True)

    def redo(self) -> None:
        """Take the last undo back; do not read on by itself."""
        self._send(_Command.REDO, abort_sleep=True)

    def close(self, grace: float = 2.0) -> None:
        """Stop everything and wait for the thread: answers stop after the current token, reading
        after the current piece, sleeps after the current pass. What still runs after `grace`
        seconds loses its worker process. What was reported as saved is saved. No event but
        `Failed` comes any more."""
        self._closing.set()
        self._send(_Command.CLOSE, abort_sleep=True)
        self.stop_answer()
        if self._thread.is_alive():
            if self._session is not None:
                self._thread.join(grace)
            self._conversation.abandon()
            self._thread.join(grace)

    def _send(self, command: _Command | _Question, *, abort_sleep: bool = False) -> None:
        # Queue first, flag second: the thread clears the flags first and looks at the queue second.
        self._commands.put(command)
        if self._session is not None:
            self._session.pause(abort_sleep=abort_sleep)

    def _run(self) -> None:
        try:
            with self._conversation:
                self._forward(self._conversation.open())
                self._session = self._conversation.session
                self._read = self._read and not self._session.held
                try:
                    self._serve(self._session)
                finally:
                    if self._closing.is_set():
                        self._take_back(self._session)
        except Exception as error:
            # Closing may cost the worker its life; that is no news.
            if not (self._closing.is_set() and isinstance(error, ModelError)):
                self._callback(_failure(error))

    def _serve(self, session: ReadingSession) -> None:
        while True:
            session.proceed()
            if self._closing.is_set():
                return
            try:
                command = self._commands.get(block=not (self._read or self._tell))
            except queue.Empty:
                self._go_on(session)
            else:
                self._obey(session, command)

    def _go_on(self, session: ReadingSession) -> None:
        """Read on, or else write gists, until that is done or something is asked for."""
        if self._read:
            last = self._forward(session.read())
            self._read = not isinstance(last, ReadingFinished)
            self._tell = not self._read
        else:
            self._forward(session.write_gists())
            self._tell = session.paused

    def _obey(self, session: ReadingSession, command: _Command | _Question) -> None:
        try:
            match command:
                case _Question(text, closed_book, kept):
                    self._forward(session.ask(text, closed_book=closed_book, kept=kept))
                case _Command.SLEEP:
                    self._forward(session.sleep())
                case _Command.UNDO:
                    self._forward(session.undo())
                    self._read = False
                case _Command.REDO:
                    self._forward(session.redo())
                    self._read = False
                case _Command.TELL:
                    self._tell = True
                case _Command.PAUSE | _Command.READ:
                    self._read = command is _Command.READ
        except UsageError as error:
            self._callback(replace(_failure(error), question=isinstance(command, _Question)))

    def _take_back(self, session: ReadingSession) -> None:
        """Undo and redo as was asked for before the end came; that needs no model."""
        with suppress(queue.Empty):
            while True:
                command = self._commands.get_nowait()
                with suppress(UsageError):
                    if command is _Command.UNDO:
                        session.undo()
                    elif command is _Command.REDO:
                        session.redo()

    def _forward(self, events: Iterable[Event]) -> Event | None:
        """Pass events on, and return the last one."""
        event = None
        for event in events:
            if not self._closing.is_set():
                self._callback(event)
        return event


def _failure(error: Exception) -> Failed:
    if isinstance(error, SleepdocError):
        return Failed(str(error), error.exit_code)
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    message = " ".join(f"{type(error).__name__}: {error}".split())
    return Failed(f"{message} ({where}; this is a bug in sleepdoc)", ExitCode.INTERNAL)
