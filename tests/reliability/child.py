"""A process that works and says what it has done, until it is killed."""

import json
import os
import select
import signal
import time
from collections.abc import Callable

from . import life

_PATIENCE = 120.0
"""Seconds of silence after which a child counts as stuck."""


class Child:
    """A fork of this process that runs ``work(say)`` and ends."""

    def __init__(self, work: Callable[[life.Say], None]) -> None:
        self._end, theirs = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._end)
            _live(work, theirs)
        os.close(theirs)
        self._buffer = b""
        self.said: list[tuple[str, object]] = []
        self.code: int | None = None
        """Exit code once it has ended; negative for a signal."""

    def hear(self, lines: int) -> None:
        """Listen until it has said so much, or nothing more is to come."""
        while len(self.said) < lines and self._hear_some():
            pass

    def kill(self) -> None:
        """kill -9, and take in what it had said until then."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        while self._hear_some():
            pass
        os.close(self._end)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def _hear_some(self) -> bool:
        if not select.select([self._end], [], [], _PATIENCE)[0]:
            os.kill(self.pid, signal.SIGKILL)
            raise TimeoutError("a child process is stuck")
        some = os.read(self._end, 65536)
        *lines, self._buffer = (self._buffer + some).split(b"\n")
        self.said += [tuple(json.loads(line)) for line in lines]
        return bool(some)


def killed(work: Callable[[life.Say], None], *, after: int, delay: float) -> Child:
    """A child that was killed so many seconds after it had said so much, if it still lived."""
    child = Child(work)
    child.hear(after)
    time.sleep(delay)
    child.kill()
    return child


def _live(work: Callable[[life.Say], None], pipe: int) -> None:
    """Never returns: what is beneath belongs to the parent."""
    try:
        work(
            lambda what, value: os.write(pipe, json.dumps([what, value]).encode() + b"\n") and None
        )
        os._exit(0)
    except BaseException as error:
        os.write(pipe, json.dumps(["error", f"{type(error).__name__}: {error}"]).encode() + b"\n")
    finally:
        os._exit(1)
