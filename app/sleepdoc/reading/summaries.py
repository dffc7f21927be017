"""Answers to questions about the whole or a stretch, from the gists that were written of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sleepdoc.figures import quoted
from sleepdoc.store import Gist
from sleepdoc_model.recall.folding import fold, terms
from sleepdoc_model.recall.lookup import Page
from sleepdoc_model.recall.packing import Packer, Quote
from sleepdoc_model.recall.stop_words import STOP_WORDS

_MOST = 12
"""Gists that an answer lists."""
_LOOKED_AT = 24
"""Pages on which the sentence is looked for that a gist rests on."""
_BEGINNING = 48
"""Tokens of a sentence with its mark, about."""
_RUNNING = 50
"""A sentence of running text has this many characters."""

Told = tuple[Sequence[Quote], str]
"""Where it stands, and the answer."""


@dataclass(frozen=True)
class Past:
    """What was written down of a document, and asked about it, before a question."""

    gists: Sequence[Gist] = ()
    parts: Callable[[], Sequence[tuple[str, Gist]]] = tuple
    """The gists of chapters by their titles; asked for only where a chapter is named."""
    questions: Sequence[tuple[str, str]] = ()
    """When they were answered, UTC in ISO 8601, and what was asked; oldest first."""


NOTHING = Past()


def of_whole(pages: Sequence[Page], past: Past, packer: Packer, title: str) -> Told | None:
    """What all the pages are about; None if that is not written, or only of fewer pages."""
    for gist in past.gists:
        if gist.kind == "whole" and pages and gist.last >= pages[-1].number:
            told = preface(title, said(gist)) if gist.quoted else ""
            return [_rests_on(gist, packer)], told + said(gist)
    return None


def preface(title: str, quote: str) -> str:
    """The title, to stand before a quote: a sentence that says what a document is about seldom
    names it."""
    return f"{title}: " if title and quote and fold(title) not in fold(quote) else ""


def of_part(page: int, heading: str, past: Past, packer: Packer) -> Told | None:
    """What the chapter is about that begins with a heading on a page."""
    if not past.gists:
        return None
    wanted = fold(heading)
    for title, gist in past.parts():
        if gist.first == page and title and fold(title) in wanted:
            return [_rests_on(gist, packer)], said(gist)
    return None


def of_stretch(pages: Sequence[Page], past: Past, packer: Packer) -> Told | None:
    """What the parts of a stretch are about, one by one; if no part lies in it, what its sleeps
    were."""
    first, last = pages[0].number, pages[-1].number
    for kind in ("part", "sleep"):
        found = [g for g in past.gists if g.kind == kind and _lies_in(g, first, last)][:_MOST]
        if found:
            labels = {page.number: page.label for page in pages}
            lines = [f"- {_named(gist, labels)}: {said(gist)}" for gist in found]
            return [_rests_on(gist, packer) for gist in found], "\n".join(lines)
    return None


def said(gist: Gist) -> str:
    """A gist, or the sentence of the text that stands for it, as a quote."""
    return quoted(gist.text) if gist.quoted else gist.text


def _lies_in(gist: Gist, first: int, last: int) -> bool:
    """Whether at least half of its pages lie between two."""
    shared = min(gist.last, last) - max(gist.first, first) + 1
    return 2 * shared >= gist.last - gist.first + 1


def _named(gist: Gist, labels: dict[int, str]) -> str:
    first, last = (labels.get(number, str(number)) for number in (gist.first, gist.last))
    return f"p. {first}" if first == last else f"pp. {first}-{last}"


def _rests_on(gist: Gist, packer: Packer) -> Quote:
    """The sentence that has most of a gist's words."""
    wanted = _terms(gist.text)
    pages = range(gist.first, min(gist.last, gist.first + _LOOKED_AT - 1) + 1)
    every = [sentence for page in pages for sentence in packer.sentences(page)]
    best = max(every, key=lambda sentence: len(wanted & _terms(packer.text(sentence))))
    return packer.quote(best)


def _terms(text: str) -> set[str]:
    return {term for term in terms(text) if term not in STOP_WORDS}


def beginnings(pages: Sequence[Page], packer: Packer, tokens: int) -> Sequence[Quote]:
    """How pages at equal distances begin, as many as there is room for."""
    count = max(1, min(len(pages), tokens // _BEGINNING))
    each = max(1, tokens // _BEGINNING // count)
    chosen = (pages[len(pages) * n // count] for n in range(count))
    return packer.fill(_first(chosen, each, packer), tokens)


def _first(pages: Iterable[Page], count: int, packer: Packer) -> Iterable[tuple[int, int]]:
    for page in pages:
        every = packer.sentences(page.number)
        running = [each for each in every if len(packer.text(each)) >= _RUNNING]
        yield from (running or every)[:count]
