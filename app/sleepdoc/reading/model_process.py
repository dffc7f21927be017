"""The process a model runs in, as its parent sees it."""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing import resource_tracker

from sleepdoc.reading import worker

_LAST_BREATH = 5.0
"""Seconds a process may take to end once its pipe is closed."""


class ModelProcess:
    """Runs `worker.main` from the moment it is made, and waits to be told what to load.

    On Linux it also ends with the *thread* that made it.
    """

    def __init__(self, *, ahead: bool = False) -> None:
        """
        Args:
            ahead: whether it is to import what any network needs before it is told what to load.
        """
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=worker.main, args=(theirs, os.getpid(), ahead), daemon=True
        )
        resource_tracker.ensure_running()  # started by the first process, it would let them go
        with _interrupts_held():
            self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """Kill it, from any thread."""
        self._process.kill()

    def close(self) -> None:
        """End it. Safe to call twice."""
        self.pipe.close()
        self._process.kill()
        self._process.join()

    def how_it_ended(self) -> str:
        """In a sentence; it has closed its end of the pipe."""
        self._process.join(_LAST_BREATH)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            return "The model process stopped answering."
        if code >= 0:
            return f"The model process ended with exit code {code}."
        name = signal.Signals(-code).name
        hint = ", perhaps for lack of memory" if name == "SIGKILL" else ""
        return f"The model process was killed by {name}{hint}."


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold SIGINT back, here and in a child started meanwhile until it ignores the signal."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
