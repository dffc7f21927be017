"""Which sentences of a stretch of pages tell most of what it is about."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.passages import sentences, title
from sleepdoc_model.recall.stop_words import STOP_WORDS

_BEGINNING = 3
"""So many sentences of running text tell what a stretch is about by standing at its beginning."""
_SHORTEST, _LONGEST = 50, 400
"""Characters of a sentence of running text; titles and addresses have fewer, tables more."""
_LETTERS = 0.7
"""The least share of letters in one; figures, code and lines of a table of contents have less."""
_ENDED = re.compile("[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019\u00bb)\\]]*\\Z")
_ITEM = re.compile(r"(?:[-*\u2022\u25e6\u2013>|]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])\s+")
"""What stands before an item of a list; the item itself may be a sentence."""
_REFERENCE = re.compile(r"(?:\. ?){4}|[.\s]\d+\s*\Z")


class Page(Protocol):
    """A page of a document."""

    @property
    def number(self) -> int: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Sentence:
    """A sentence of running text, in one line, and where it stands."""

    page: int
    start: int
    end: int
    text: str


def prose(pages: Iterable[Page]) -> Iterator[Sentence]:
    """The sentences of running text on pages, in order: no headings, lists, tables or code."""
    for page in pages:
        for start, end in sentences(page.text):
            item = _ITEM.match(page.text, start, end)
            start = item.end() if item else start
            text = " ".join(page.text[start:end].split())
            if _running(text):
                yield Sentence(page.number, start, end, text)


def telling(found: Sequence[Sentence]) -> Iterator[Sentence]:
    """The sentences of a stretch, those that tell most first: its beginning, then by SumBasic.

    SumBasic (Nenkova and Vanderwende, 2005): a sentence is worth the mean probability of its
    terms, and once one is chosen its terms count less, so that the next says something else.
    """
    yield from found[:_BEGINNING]
    left = {each: _terms(each.text) for each in found[_BEGINNING:]}
    worth = _probabilities(found)
    while left:
        best = max(left, key=lambda each: _mean(left[each], worth))
        yield best
        for term in left.pop(best):
            worth[term] **= 2


def central(found: Sequence[Sentence]) -> Sentence:
    """The sentence of a stretch that has most of what is said in it often."""
    worth = _probabilities(found)
    return max(found, key=lambda each: _mean(_terms(each.text), worth))


def lead(pages: Iterable[Page]) -> Sentence | None:
    """The first sentence of running text."""
    return next(prose(pages), None)


def _running(text: str) -> bool:
    if not _SHORTEST <= len(text) <= _LONGEST or not _ENDED.search(text) or title(text):
        return False
    letters = sum(character.isalpha() or character == " " for character in text)
    return letters >= _LETTERS * len(text) and not _REFERENCE.search(text.rstrip(".!?"))


def _terms(text: str) -> frozenset[str]:
    return frozenset(term for term in terms(text) if term.rstrip("_") not in STOP_WORDS)


def _probabilities(found: Iterable[Sentence]) -> dict[str, float]:
    counts = Counter(term for each in found for term in _terms(each.text))
    total = sum(counts.values()) or 1
    return {term: count / total for term, count in counts.items()}


def _mean(found: frozenset[str], worth: dict[str, float]) -> float:
    return math.fsum(worth[term] for term in found) / len(found) if found else 0.0
