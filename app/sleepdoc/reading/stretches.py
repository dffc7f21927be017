"""The stretches of a document that gists are about: sleeps, parts, and all that was slept on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.events import SleptPages
from sleepdoc.reading.outline import Heading, outline
from sleepdoc.reading.text_find import locate
from sleepdoc.store import Gist, GistKind
from sleepdoc_model.recall.prose import Sentence, prose
from sleepdoc_model.recall.telling import of_itself, representative
from sleepdoc_model.recall.work import Place, apparatus, bounds, rights

_MOST_CHAPTERS = 40
"""With more headings of the first rank a document has no chapters to speak of."""
_MOST_RUNS = 12
"""Parts of a document without chapters."""
_FRONT = 24
"""Pages in which a document may say what it is about."""
_PARTS = ("chapter", "section", "part", "appendix")
_TOLD = 6
"""Sentences that tell what the whole is about."""

Key = tuple[GistKind, int, int]


@dataclass(frozen=True)
class Stretch:
    """Some pages, what running text they have, and what they are called."""

    kind: GistKind
    first: int
    last: int
    sentences: tuple[Sentence, ...]
    title: str = ""

    @property
    def key(self) -> Key:
        return self.kind, self.first, self.last


@dataclass(frozen=True)
class Stretches:
    """What can be told of a document, as far as it has been slept on."""

    parts: tuple[Stretch, ...]
    """Chapters; in a document without any, its sleeps or runs of them."""
    sleeps: tuple[Stretch, ...]
    whole: Stretch | None
    """With the sentences that tell most of what the document is; None before the first sleep."""

    @classmethod
    def of(cls, document: Document, slept: Sequence[SleptPages]) -> "Stretches":
        if not slept:
            return cls((), (), None)
        last = slept[-1].last
        pages = document.pages[:last]
        sleeps = tuple(
            _of_pages("sleep", pages, each.first, each.last)
            for each in {(each.first, each.last): each for each in slept}.values()
        )
        headings = outline(document)
        work = bounds(pages)
        whole = _whole(pages, work, document.title, [each.title for each in headings])
        return cls(_chapters(headings, pages, work) or _runs(pages, sleeps), sleeps, whole)


def by_key(gists: Sequence[Gist]) -> dict[Key, Gist]:
    """Gists by what they are about; of several, the last."""
    return {(gist.kind, gist.first, gist.last): gist for gist in gists}


def _whole(
    pages: Sequence[Page], work: tuple[Place, Place], title: str, chapters: Sequence[str]
) -> Stretch:
    """What is told of the whole: the sentence that stands for it, and how it begins."""
    start, end = work
    front = [*_within(pages[start[0] - 1 :][:_FRONT], start, end)]
    found = [each for each in front if not rights(each.text)] or front
    told = found[:_TOLD]
    if found:
        parts = [*_PARTS, *chapters]
        told.insert(0, of_itself(found, parts) or representative(found, title))
    return Stretch("whole", 1, len(pages), tuple(dict.fromkeys(told)))


def _within(pages: Sequence[Page], start: Place, end: Place) -> Iterator[Sentence]:
    return (each for each in prose(pages) if start <= (each.page, each.start) < end)


def _of_pages(kind: GistKind, pages: Sequence[Page], first: int, last: int) -> Stretch:
    return Stretch(kind, first, last, tuple(prose(pages[first - 1 : last])))


def _runs(pages: Sequence[Page], sleeps: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The sleeps, those that follow each other taken together where there are too many."""
    if len(sleeps) <= _MOST_RUNS:
        return tuple(sleeps)
    cuts = [len(sleeps) * n // _MOST_RUNS for n in range(_MOST_RUNS + 1)]
    return tuple(
        _of_pages("part", pages, sleeps[start].first, sleeps[end - 1].last)
        for start, end in pairwise(cuts)
    )


def _chapters(
    headings: Sequence[Heading], pages: Sequence[Page], work: tuple[Place, Place]
) -> tuple[Stretch, ...]:
    """The stretches between the headings of the first rank that has several."""
    first, last = work
    headings = [each for each in headings if first[0] <= each.page <= min(last[0], len(pages))]
    for level in sorted({each.level for each in headings}):
        chosen = [each for each in headings if each.level == level]
        if 1 < len(chosen) <= _MOST_CHAPTERS:
            starts = [_place(pages[each.page - 1], each.title) for each in chosen]
            return tuple(
                _between(pages, heading.title, start, end)
                for heading, start, end in zip(chosen, starts, [*starts[1:], last])
                if start < last and not apparatus(heading.title)
            )
        if chosen[1:]:
            break
    return ()


def _place(page: Page, title: str) -> Place:
    """Where a heading stands."""
    span = locate(page.text, title)
    return page.number, span.start if span else 0


def _between(pages: Sequence[Page], title: str, start: Place, end: Place) -> Stretch:
    """From one place, as page and character, up to another; its last page is the last that has
    running text of it."""
    found = [*_within(pages[start[0] - 1 : end[0]], start, end)]
    last = max([start[0], *(each.page for each in found)])
    return Stretch("part", start[0], last, tuple(found), title)
