"""Which of an answer's citations it stands on, and which it merely was given."""

from collections.abc import Sequence
from typing import TypeVar

from sleepdoc.reading.events import SEARCHED

Cited = TypeVar("Cited")


def evidence(citations: Sequence[Cited], verdict: str | None, lookup: str) -> Sequence[Cited]:
    """Those that the answer stands on: the first, if the answer was found there; all, where it says
    what a search found.

    Args:
        citations: of the answer, in order.
        verdict: a `Verdict`, or None while there is none.
        lookup: as of `Answering`.
    """
    if verdict not in ("verified", "quoted"):
        return ()
    return citations if lookup == SEARCHED else citations[:1]
