"""Questions that a text answers, taken from it: those it asks itself, and those of its definitions.

No model makes them up. A question of the text's own heads its answer in a FAQ; of a sentence that
says what something is or means, the question is what it is or means.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sleepdoc_model.recall.stop_words import STOP_WORDS
from sleepdoc_model.recall.telling import Sentence

_NUMBERED = re.compile(r"(?:[A-Z]\.)?\d[\d.]*\s+|[A-Z]\.\s+|Q\d*[.:]\s*", re.IGNORECASE)
_OWN = re.compile(
    r"(?:what|who|when|where|why|how|which|is|are|can|does|do|should|may)\b[^?]{8,90}\?\Z",
    re.IGNORECASE,
)
_SUBJECT = r"(?P<subject>(?:[^\W_][\w'\u2019/.+-]*\s?){1,4}?)"
_DEFINED = re.compile(
    rf"(?P<article>(?:The|A|An)\s+)?{_SUBJECT}(?P<verb>\s+(?:is|are))\s+"
    r"(?:a|an|one of|the (?:process|study|art|act|number|name|part|set|method|total))\s"
)
_MEANS = re.compile(
    r"(?:The\s+(?:term|word)\s+)?[\"\u201c](?P<subject>[^\"\u201d]{2,40})[\"\u201d]\s+"
    r"(?:means|refers to)\s"
)
_POINT = """this that these those it there here he she they we i you one which what such each all
    both some most many other another first second last next result reason purpose idea problem
    point question answer example fact following same rest only"""
_POINTING = frozenset(_POINT.split())


@dataclass(frozen=True)
class Candidate:
    """A question, and the page that should answer it."""

    question: str
    page: int


def candidates(headings: Iterable[tuple[str, int]], found: Iterable[Sentence]) -> list[Candidate]:
    """What could be asked of a text: questions among its headings, given as title and page, then
    those of its definitions; each once."""
    seen: dict[str, Candidate] = {}
    for title, page in headings:
        if question := _asked(title):
            seen.setdefault(question.casefold(), Candidate(question, page))
    for sentence in found:
        if question := _of_definition(sentence.text):
            seen.setdefault(question.casefold(), Candidate(question, sentence.page))
    return list(seen.values())


def spread(every: list[Candidate], count: int) -> Iterator[Candidate]:
    """`count` of them at equal distances, so that they are about different parts."""
    step = max(1.0, len(every) / count)
    yield from (every[int(place * step)] for place in range(min(count, len(every))))


def _asked(title: str) -> str:
    title = _NUMBERED.sub("", title, count=1).strip() if _NUMBERED.match(title) else title.strip()
    return title if _OWN.match(title) else ""


def _of_definition(sentence: str) -> str:
    if match := _MEANS.match(sentence):
        return f"What does \u201c{match['subject'].strip(' ,.')}\u201d mean?"
    match = _DEFINED.match(sentence)
    if match is None:
        return ""
    article, subject = (match["article"] or "").strip().lower(), match["subject"].strip()
    first = subject.split()[0].casefold()
    if first in _POINTING or first in STOP_WORDS:
        return ""
    if not article and not _abbreviation(subject):
        return ""  # a name, and of people one asks otherwise
    return f"What {match['verb'].strip()} {f'{article} ' if article else ''}{subject}?"


def _abbreviation(subject: str) -> bool:
    return len(subject) > 1 and subject.isupper() and " " not in subject
