"""What the programme knows of a fault."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class Broken(Exception):
    """A promise did not hold; the message says how."""


class Skipped(Exception):
    """It cannot be tried on this machine; the message says why."""


Attempt = Callable[[random.Random, Path, int], str]
"""Try it once, with this chance, in this empty folder, for the n-th time; the outcome in a word.

Raises `Broken` or `Skipped`; any other exception is a mistake of the programme or of sleepdoc and
counts as broken.
"""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, how often to try it, and how."""

    name: str
    what: str
    """For the table: what is done, and what must hold."""
    promises: tuple[str, ...]
    quick: int
    release: int
    attempt: Attempt
    control: bool = False
    """It has to be broken: a protection is taken away, to see that the programme would notice."""


def require(condition: bool, otherwise: str) -> None:
    """Raise `Broken` unless the condition holds."""
    if not condition:
        raise Broken(otherwise)
