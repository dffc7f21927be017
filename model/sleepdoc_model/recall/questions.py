"""Questions that a text answers, taken from it: those it asks itself, and those of its sentences.

No model makes them up. A question of the text's own heads its answer in a FAQ; what a sentence
plainly says can be asked for (`asking`).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from sleepdoc_model.recall.asking import Asking
from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.prose import Sentence
from sleepdoc_model.recall.stop_words import STOP_WORDS

_NUMBERED = re.compile(r"(?:[A-Z]\.)?\d[\d.]*\s+|[A-Z]\.\s+|Q\d*[.:]\s*", re.IGNORECASE)
_OWN = re.compile(
    r"(?:what|who|when|where|why|how|which|is|are|can|does|do|should|may)\b[^?]{8,90}\?\Z",
    re.IGNORECASE,
)
_LEANS = re.compile(r"\b(?:this|these|those|it|its|they|their|he|she|his|her)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """A question, and where its answer should stand."""

    question: str
    first: int
    last: int
    """Pages."""
    sentence: str = ""
    """That which it was made from; empty if the text asks it."""


def candidates(
    headings: Iterable[tuple[str, int]], found: Sequence[Sentence]
) -> Iterator[Candidate]:
    """What could be asked of a text, what is likeliest worth it first: by turns a question among
    its headings, given as title and page, and one of its sentences; each once.

    Of either, those that ask in different ways follow each other, first those about what the text
    speaks of most.
    """
    asking = Asking(each.text for each in found)
    own = [Candidate(q, page, page + 1) for title, page in headings for q in _of_heading(title)]
    told = [Candidate(q, s.page, s.page, s.text) for s in found for q in asking.of(s.text)]
    counts = Counter(term for each in found for term in terms(each.text))
    turns = zip_longest(_varied(own, counts), _varied(told, counts))
    asked: set[str] = set()
    for each in filter(None, chain.from_iterable(turns)):
        if each.question.casefold() not in asked:
            asked.add(each.question.casefold())
            yield each


def _of_heading(title: str) -> Iterator[str]:
    title = _NUMBERED.sub("", title, count=1).strip() if _NUMBERED.match(title) else title.strip()
    if _OWN.match(title) and not _LEANS.search(title):
        yield title


def _varied(every: Iterable[Candidate], counts: Counter[str]) -> Iterator[Candidate]:
    """One that begins with each word, then another of each, as long as there are any."""
    begun: dict[str, list[Candidate]] = {}
    for each in sorted(every, key=lambda each: -_worth(each.question, counts)):
        begun.setdefault(each.question.split()[0].casefold(), []).append(each)
    for place in range(max(map(len, begun.values()), default=0)):
        yield from (alike[place] for alike in begun.values() if place < len(alike))


def _worth(question: str, counts: Counter[str]) -> float:
    """How much a text speaks of what a question asks for: the mean logarithm of how often its
    terms are there."""
    asked = [term for term in terms(question) if term.rstrip("_") not in STOP_WORDS]
    return sum(math.log1p(counts[term]) for term in asked) / len(asked) if asked else 0.0
