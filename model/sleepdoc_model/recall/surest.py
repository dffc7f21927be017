"""Which of the recalled passages answers a question most surely, when each is read alone.

A small reader is led astray by passages that do not answer. Of each alone it says how likely it is
that the document does not say, and how likely its words are; where a phrase is asked for, the
passage that promises most is the one to answer from (docs/measured.md, "Answers").
"""

import re
from collections.abc import Callable
from math import pow
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
_TOGETHER = 1.5
"""What an answer is worth that all passages give in one prompt, beside that of one alone."""
_RANK_BESIDE = 2.0
_WORDS_BESIDE = 0.5
"""As `_RANK` and `_WORDS`, where all passages have answered together too: reasons and ways are
longer, and how likely all their words are tells more of them."""

_MEASURES = "many|much|long|old|far|often|big|tall|high|large|fast|deep|wide|late"
_HOW = rf"how(?!\s+(?:{_MEASURES})\b|.*\bfeel)"
_NEGATED = "isn't|aren't|wasn't|weren't|don't|doesn't|didn't|can't|won't"
_REQUESTS = "list|name|give|show|explain|describe|summari[sz]e|compare|tell"
_OPENING = r"\A(?:(?:and|but|so|then|please)\s+)?"
_OUTCOME = r"what\s+(?:(?:will|would)\s+)?(?:happen(?:s|ed)?|becomes?|became)"
_FOR_REASON = rf"why|{_HOW}|{_OUTCOME}"
_FOR_REPLY = rf"am|{AUXILIARIES}|{_NEGATED}"
_REASON = re.compile(rf"{_OPENING}(?:{_FOR_REASON})\b", re.IGNORECASE)
_REPLY = re.compile(rf"{_OPENING}(?:{_FOR_REPLY})\b", re.IGNORECASE)
_SENTENCE = re.compile(
    rf"{_OPENING}(?:{_FOR_REASON}|{_FOR_REPLY}|{_REQUESTS})\b"
    r"|\s(?:why|how (?:to|do|does|did|can|could|should|is|are|was|were))\b",
    re.IGNORECASE,
)

Said = TypeVar("Said")


def wants_phrase(question: str) -> bool:
    """Whether a question, in English, is answered by a few words of the text; not one for a
    reason, a way, an outcome, a list, or yes or no, for which more of the text may be needed at
    once."""
    return not _SENTENCE.search(question.strip())


def wants_reason(question: str) -> bool:
    """Whether a question, in English, is answered by a reason, a way, or an outcome."""
    return bool(_REASON.match(question.strip()))


def wants_reply(question: str) -> bool:
    """Whether a question, in English, is answered by yes or no."""
    return bool(_REPLY.match(question.strip()))


def surest(
    passages: int,
    absence: Callable[[int], float],
    say: Callable[[int], tuple[Said, float]],
    *,
    fits: Callable[[Said], bool] = lambda said: True,
    refused: float = 1.0,
    together: tuple[float, Said, float] | None = None,
) -> tuple[int | None, Said]:
    """The passage with the surest answer, and what is said there.

    Args:
        passages: how many there are, at least one, the best by search first.
        absence: of the passage at a place, the probability that it does not answer.
        say: right after it, of the same passage: what it answers, and the probability of that.
            Not called for a passage that cannot win any more.
        fits: whether what is said could answer, as by its type (`evidence.plausible`).
        refused: from this absence on a passage is chosen only if all are so.
        together: of all passages at once, absence, what they answer and the probability of that.

    Returns:
        None for the passage if the answer is that of all.
    """
    rank, words = (_RANK, _WORDS) if together is None else (_RANK_BESIDE, _WORDS_BESIDE)

    def worth(promised: float, said: Said, likelihood: float) -> float:
        return promised * pow(likelihood, words) * (1 if fits(said) else _UNFIT)

    found: tuple[int | None, Said] | None = None
    most = False, 0.0
    if together is not None:
        absent, said, likelihood = together
        found = None, said
        most = absent < refused, worth(_TOGETHER * (1 - absent), said, likelihood)
    for place in range(min(passages, MOST)):
        if found is not None and (True, rank**-place) <= most:
            break
        absent = absence(place)
        answers, promised = absent < refused, (1 - absent) * rank**-place
        if found is not None and (answers, promised) <= most:
            continue
        said, likelihood = say(place)
        if found is None or (answers, worth(promised, said, likelihood)) > most:
            found, most = (place, said), (answers, worth(promised, said, likelihood))
    if found is None:
        raise ValueError("there is no passage to read")
    return found
