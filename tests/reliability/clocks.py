"""Clocks that jump: the order of things is that of their numbers."""

import random
from pathlib import Path

from sleepdoc.store import conversations, steps

from . import life
from .fault import Fault, require
from .judge import ends_alike, judge


def _attempt(chance: random.Random, folder: Path, _number: int) -> str:
    def jumping() -> str:
        return f"{chance.randrange(1970, 2100)}-{chance.randrange(1, 13):02}-01T00:00:00+00:00"

    real = steps.now
    steps.now = conversations.now = jumping  # type: ignore[assignment]
    try:
        database = folder / "sleepdoc.db"
        life.read(database, life.silent)
        judge(database, [])
        ends_alike(database)
        life.ask(database, life.silent)
        require(life.steps(database)[-1].kind == "turn", "the last step is not the last")
        judge(database, [])
    finally:
        steps.now = conversations.now = real
    return "in order"


FAULTS = (
    Fault("clock that jumps", "the same order and the same memories", ("P22",), 10, 100, _attempt),
)
