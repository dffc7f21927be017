"""Which of the recalled passages answers a question most surely, when each is read alone.

A small reader is led astray by passages that do not answer. Of each alone it says how likely it is
that the document does not say, and how likely its words are; where a phrase is asked for, the
passage that promises most is the one to answer from (docs/measured.md, "Answers").
"""

import re
from collections.abc import Callable
from typing import TypeVar

from sleepdoc_model.recall.function_words import AUXILIARIES

MOST = 4
"""So many of the passages, the best by search, are read alone."""
_RANK = 1.2
"""Search found each so many times as likely as the next."""
_WORDS = 0.25
"""Exponent of how likely its words are, beside how likely there is an answer. All three chosen on
the development documents of `bench answers`, AfriQA's and FairytaleQA's."""
_UNFIT = 0.5
"""What an answer is worth that cannot be one, beside others."""

_MEASURES = "many|much|long|old|far|often|big|tall|high|large|fast|deep|wide|late"
_HOW = rf"how(?!\s+(?:{_MEASURES})\b|.*\bfeel)"
_NEGATED = "isn't|aren't|wasn't|weren't|don't|doesn't|didn't|can't|won't"
_REQUESTS = "list|name|give|show|explain|describe|summari[sz]e|compare|tell"
_SENTENCE = re.compile(
    rf"\A(?:(?:and|but|so|then|please)\s+)?(?:why|{_HOW}|am|{AUXILIARIES}|{_NEGATED}|{_REQUESTS})\b"
    r"|\s(?:why|how (?:to|do|does|did|can|could|should|is|are|was|were))\b",
    re.IGNORECASE,
)

Said = TypeVar("Said")


def wants_phrase(question: str) -> bool:
    """Whether a question, in English, is answered by a few words of the text; not one for a
    reason, a way, a list, or yes or no, for which more of the text may be needed at once."""
    return not _SENTENCE.search(question.strip())


def surest(
    passages: int,
    absence: Callable[[int], float],
    say: Callable[[int], tuple[Said, float]],
    *,
    fits: Callable[[Said], bool] = lambda said: True,
    refused: float = 1.0,
) -> tuple[int, Said]:
    """The passage with the surest answer, and what is said there.

    Args:
        passages: how many there are, at least one, the best by search first.
        absence: of the passage at a place, the probability that it does not answer.
        say: right after it, of the same passage: what it answers, and the probability of that.
            Not called for a passage that cannot win any more.
        fits: whether what is said could answer, as by its type (`evidence.plausible`).
        refused: from this absence on a passage is chosen only if all are so.
    """
    found: tuple[int, Said] | None = None
    most = False, 0.0
    for place in range(min(passages, MOST)):
        absent = absence(place)
        answers, promised = absent < refused, (1 - absent) / _RANK**place
        if found is not None and (answers, promised) <= most:
            continue
        said, likelihood = say(place)
        worth = promised * likelihood**_WORDS * (1 if fits(said) else _UNFIT)
        if found is None or (answers, worth) > most:
            found, most = (place, said), (answers, worth)
    if found is None:
        raise ValueError("there is no passage to read")
    return found
