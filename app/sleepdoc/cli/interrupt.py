"""Ctrl-C: first a request to stop where nothing is lost, then an order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from sleepdoc import figures
from sleepdoc.cli.command import Interrupted
from sleepdoc.cli.output import counted
from sleepdoc.reading.session import ReadingSession


@contextmanager
def interruptible(session: ReadingSession) -> Iterator[None]:
    """While the context is open, Ctrl-C makes the session's generators end soon.

    A second Ctrl-C raises `KeyboardInterrupt` at once.

    Raises:
        Interrupted: on leaving, after a Ctrl-C; says where the conversation stands.
    """
    requested = False

    def request(number: int, frame: FrameType | None) -> None:
        nonlocal requested
        requested = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        session.pause(abort_sleep=True)
        session.stop()

    before = signal.signal(signal.SIGINT, request)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if requested:
        where = f"{figures.read_to(session.progress)}, {counted(session.sleeps, 'sleep')} saved"
        raise Interrupted(f"Interrupted: {where}. The same command goes on from the last sleep.")
