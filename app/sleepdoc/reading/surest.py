"""The surest answer: the best passages are read one by one, and the best reading is what counts.

A small reader is led astray by passages that do not answer. Of each alone it says how likely that
is that the document does not say, and how likely its words are; where a phrase is asked for, the
passage that promises most is the one to answer from (docs/measured.md, "Answers").
"""

import re
from collections.abc import Sequence
from threading import Event as Flag

from sleepdoc.reading.absence import Absence
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.client import EngineClient
from sleepdoc_model.engine import Sampling

_PASSAGES = 4
"""So many of the passages, the best by search, are read alone."""
_RANK = 1.2
"""Search found each so many times as likely as the next."""
_WORDS = 0.25
"""Exponent of how likely its words are, beside how likely there is an answer. All three chosen on
the development documents of `bench answers`, AfriQA's and FairytaleQA's."""

_HOW = (
    r"how(?!\s+(?:many|much|long|old|far|often|big|tall|high|large|fast|deep|wide|late)\b|.*\bfeel)"
)
_AUXILIARIES = (
    "is|are|was|were|am|do|does|did|can|could|may|might|must|shall|should|will|would|has|have|had"
    "|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|can't|won't"
)
_REQUESTS = "list|name|give|show|explain|describe|summari[sz]e|compare|tell"
_SENTENCE = re.compile(
    rf"\A(?:(?:and|but|so|then|please)\s+)?(?:why|{_HOW}|{_AUXILIARIES}|{_REQUESTS})\b"
    r"|\s(?:why|how (?:to|do|does|did|can|could|should|is|are|was|were))\b",
    re.IGNORECASE,
)


def wants_phrase(question: str) -> bool:
    """Whether a question, in English, is answered by a few words of the text; not one for a
    reason, a way, a list, or yes or no, for which more of the text may be needed at once."""
    return not _SENTENCE.search(question.strip())


def read_alone(
    question: str,
    passages: Sequence[Sequence[int]],
    engine: EngineClient,
    *,
    lead: Sequence[int],
    limit: int,
    sampling: Sampling,
    stopped: Flag,
) -> tuple[int, Answer]:
    """Answer from each passage alone; the place of the best one, and what was answered there.

    Args:
        passages: tokens of each, at least one, the best by search first.
        lead: the turn that the question leans on.
        limit: most tokens of an answer.
    """
    frame, asked = engine.frame, engine.encode(question)
    found: tuple[int, Answer] | None = None
    most = 0.0
    for place, passage in enumerate(passages[:_PASSAGES]):
        each = Answer(question, closed_book=False, kept=False)
        each.prompt = frame.asked([*passage, *asked])
        engine.reset_window(frame.prefix, reading=True)
        each.begin(engine, lead)
        absence = Absence.of(engine)
        each.absence = absence.probability
        promised = (1 - each.absence) / _RANK**place
        if found and promised <= most:
            continue  # whatever it says
        words = absence.ruled_out(sampling)
        for _ in each.generate(engine, limit=limit, sampling=words, stopped=stopped):
            pass
        if found is None or promised * each.likelihood**_WORDS > most:
            found, most = (place, each), promised * each.likelihood**_WORDS
        if stopped.is_set():
            break
    assert found is not None
    return found
