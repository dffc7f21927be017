"""The whole program, with all its processes, killed at random instants.

`sleepdoc read` in a process group of its own is killed and started again until it comes to its end.
No page may be read twice or skipped, and the memories must be those of a run nobody disturbed.
"""

import functools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import life
from .fault import Broken, Fault, require
from .judge import judge

ROOT = Path(__file__).resolve().parents[2]
_MODEL = "scripted:window=256,passes=3"
_PATIENCE = 300


def _command(document: Path, database: Path) -> list[str]:
    command = [sys.executable, "-m", "sleepdoc", "read", "--json", str(document)]
    return [*command, "--model", _MODEL, "--db", str(database)]


def _read(document: Path, database: Path, kill_after: float | None) -> bool:
    """Whether it came to its end."""
    process = subprocess.Popen(
        _command(document, database),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        process.wait(_PATIENCE if kill_after is None else kill_after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.2)  # until the worker is gone, too, and with it the lock
    _, errors = process.communicate()
    if process.returncode not in (0, -signal.SIGKILL):
        raise Broken(f"exit code {process.returncode}: {errors.decode()}")
    return process.returncode == 0


@functools.cache
def _undisturbed() -> tuple[Path, list[object], float]:
    """The document, the steps of reading it in one go, and how long that took."""
    folder = life.workplace() / "program"
    folder.mkdir(exist_ok=True)
    document, database = folder / "tides.txt", folder / "whole.db"
    document.write_text("".join(f"On day {day} the tide was low.\n\n" for day in range(900)))
    started = time.monotonic()
    if not _read(document, database, None):
        raise Broken(f"undisturbed it takes more than {_PATIENCE} s")
    return document, life.essence(life.steps(database)), time.monotonic() - started


def _attempt(chance: random.Random, folder: Path, _number: int) -> str:
    document, truth, seconds = _undisturbed()
    database = folder / "sleepdoc.db"
    for _ in range(3):
        if _read(document, database, chance.uniform(0, seconds)):
            break
        judge(database, [])
    require(_read(document, database, None), "it does not come to its end")
    judge(database, [])
    require(life.essence(life.steps(database)) == truth, "it did not end in the same memories")
    return "the same memories"


FAULTS = (
    Fault(
        "kill the whole program",
        "up to three times; it ends in the same memories, byte for byte",
        ("P1", "P4", "P19"),
        2,
        20,
        _attempt,
    ),
)
