"""Which sentences of a stretch of pages tell most of what it is about."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.prose import Page, Sentence, prose
from sleepdoc_model.recall.stop_words import STOP_WORDS

_BEGINNING = 3
"""So many sentences of running text tell what a stretch is about by standing at its beginning."""
LOOKED_AT = 8
"""Among so many at the beginning one is looked for that stands for a stretch."""
_TEXT = (
    r"(?:(?:this|the (?:present|following))\s+(?:book|booklet|document|paper|manual|memorandum"
    r"|report|study|article|guide|handbook|thesis|text|leaflet|faq|essay|notes?|letter|brochure|standard"
    r"|specification|work|volume|chapter|section|appendix|part|tutorial|introduction|summary|overview"
    r"|agreement|contract|policy|licen[cs]e|terms of \w+)"
    r"|(?:these|the (?:present|following))\s+(?:notes|pages|chapters|sections|terms(?: of \w+)?"
    r"|conditions))"
)
_OF_ITSELF = re.compile(
    rf"\b{_TEXT}(?:\s+\w+){{0,2}}?\s+(?:(?:is|are) (?:about|intended|meant)|(?:describe|explain"
    r"|introduce|cover|discusse?|present|provide|aim|contain|answer|summari[sz]e|outline|report"
    r"|deal|tell|show|give|propose|examine|investigate|stud(?:y|ie)|review)s?)\b"
    rf"|\bin {_TEXT},? (?:we|i)\b"
    rf"|\b{_TEXT}(?:\s+\([^()]*\))?\s+(?:governs?|sets? (?:out|forth))\b"
    rf"|\b{_TEXT}(?:\s+\([^()]*\))?(?:,[^,]*,)?\s+(?:is|are|constitutes?|forms?|represents?)\b"
    r"[^.;]{0,60}\b(?:agreement|contract) between\b"
    r"|\bwe (?:here )?(?:propose|present|introduce|describe|show|demonstrate|study|investigate)\b",
    re.IGNORECASE,
)
"""How a text says what it is about."""
_IN_SHORT = re.compile(r"(?:short version|summary|tl;?dr|in (?:short|brief)):", re.IGNORECASE)
"""What stands before a summary of a part."""
_LEANING = re.compile(
    r"(?:Please|Thank|Welcome|However|But|And|Or|So|Nor|Yet|Thus|Therefore|Hence|Then|Also|Moreover|Furthermore|Instead"
    r"|Nevertheless|Otherwise|Similarly|Likewise|Consequently|Finally|Again|First|Second|Third|Next|Last|Here|It|Its|He|His|She"
    r"|Her|They|Their|That|Those|Such|Both|Neither|Either|Another|Others?|Yes|No|See|Note"
    r"|[a-z]\w*:\s|\w+(?: \w+)? of (?:these|those|them|which)|There(?:\u2019s|'s)|Th(?:is|ese)"
    r"|(?:[Tt]he|[Aa]n?) (?:former|latter|above|same|first|second|third|next|last|other|another)"
    r"|(?:For|In|On|As|If|Since|Because|While|When|Although|Though|After|Before|Like|Unlike) (?:an "
    r"|the )?(?:this|that|these|those|such|it|its|he|his|him|she|they|their|them|example|instance"
    r"|addition|contrast|particular|other hand|above|before|so|not)|.{,32}\b(?!"
    rf"(?i:{_TEXT}))(?:this|these|those))\b"
)
"""How a sentence begins that leans on the one before it."""
_POINTING = re.compile(
    r"\b(?:this|these|those(?! who| that| which)|such(?! as)|above)\b", re.IGNORECASE
)
"""What leans on it from within, in one that says what its text is about."""


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


def of_itself(found: Iterable[Sentence], parts: Collection[str] | None = None) -> Sentence | None:
    """The first sentence in which a text says what it is about, and that can stand alone.

    Args:
        parts: of a whole, what its parts are called; one named Tutorial is meant by "this
            tutorial", and what sums it up is no summary of the whole. None: the text is a part.
    """
    named = {part.casefold() for part in parts or ()}
    for each in found:
        if parts is None and _IN_SHORT.match(each.text):
            return each
        said = _OF_ITSELF.search(each.text)
        if said and named.isdisjoint(said[0].casefold().split()) and alone(each.text):
            return each
    return None


def representative(found: Sequence[Sentence], title: str, *, known: str = "") -> Sentence:
    """The sentence that stands for a stretch which begins something and does not say what it is
    about: of the first few that can stand alone that which has most words of its title, else the
    first (Edmundson, 1969: titles, location).

    Args:
        known: words that tell nothing in a title, as they do of a whole in that of its part.
    """
    first = found[:LOOKED_AT]
    clear = [each for each in first if alone(each.text)] or first[:1]
    wanted = {term for term in _terms(title) - _terms(known) if not term.isdigit()}
    return max(clear, key=lambda each: len(wanted & _terms(each.text)))


def central(found: Sequence[Sentence], taken: Collection[str] = ()) -> Sentence:
    """The sentence that stands for a stretch without a beginning: of those that open a paragraph
    and can stand alone, the one that has most of what is said often; none that is taken already,
    if there are others."""
    worth = _probabilities(found)
    for kept in (lambda each: each.opens, lambda each: alone(each.text)):
        found = [each for each in found if kept(each)] or found
    found = [each for each in found if each.text not in taken] or found
    return max(found, key=lambda each: _mean(_terms(each.text), worth))


def lead(pages: Iterable[Page]) -> Sentence | None:
    """The first sentence of running text."""
    return next(prose(pages), None)


def alone(text: str) -> bool:
    """Whether a sentence can be understood without the one before; what it says of its own text
    leans on nothing."""
    if said := _OF_ITSELF.search(text):
        return not _POINTING.search(text[: said.start()] + text[said.end() :])
    return not (text.endswith("?") or _LEANING.match(text))


def _terms(text: str) -> frozenset[str]:
    return frozenset(term for term in terms(text) if term.rstrip("_") not in STOP_WORDS)


def _probabilities(found: Iterable[Sentence]) -> dict[str, float]:
    counts = Counter(term for each in found for term in _terms(each.text))
    total = sum(counts.values()) or 1
    return {term: count / total for term, count in counts.items()}


def _mean(found: frozenset[str], worth: dict[str, float]) -> float:
    return math.fsum(worth[term] for term in found) / len(found) if found else 0.0
