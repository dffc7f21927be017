"""kill -9 at every single write, sync and deletion of a life, once before it and once amid it."""

import functools
import os
import random
import signal
from pathlib import Path

from . import disk, life
from .child import Child
from .fault import Fault, require
from .judge import judge


@functools.cache
def changes() -> int:
    """How many changes to files a life makes."""
    count = 0

    def note(_change: disk.Change) -> int:
        nonlocal count
        count += 1
        return 0

    with disk.watched(note):
        life.everything(life.workplace() / "counted.db", life.silent)
    return count


def _attempt(chance: random.Random, folder: Path, number: int) -> str:
    """The n-th attempt dies at the n-th change, spread over all of them where they are fewer."""
    total, database = changes(), folder / "sleepdoc.db"
    at = number % total
    half = number >= total or chance.random() < 0.5

    def die(change: disk.Change) -> int:
        nonlocal at
        at -= 1
        if at < 0:
            if half and change.kind == "write":
                _half(change)
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def work(say: life.Say) -> None:
        with disk.watched(die):
            life.everything(database, say)

    child = Child(work)
    require(child.wait() == -signal.SIGKILL, f"it was not killed: {child.said[-1:]}")
    judge(database, child.said)
    life.read(database, life.silent)
    judge(database, child.said)
    return "resumed"


def _half(change: disk.Change) -> None:
    descriptor = os.open(change.path, os.O_WRONLY)
    os.pwrite(descriptor, change.data[: len(change.data) // 2], change.at)


def _spread(chance: random.Random, folder: Path, number: int) -> str:
    # Neighbouring numbers lie far apart, so that few attempts see all of a life.
    return _attempt(chance, folder, number * 97)


FAULTS = (
    Fault(
        "kill at a write, sync or deletion",
        "of reading, answering, undo and redo, in turn; what was said is there",
        ("P1", "P2", "P3"),
        40,
        1000,
        _spread,
    ),
)
