"""Places of a document that are named or counted rather than ranked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol

from sleepdoc_model.recall.contents import contents
from sleepdoc_model.recall.folding import fold, unify
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.stop_words import STOP_WORDS

_WORDS = "one two three four five six seven eight nine ten"
NUMERALS = {word: value for value, word in enumerate(_WORDS.split(), start=1)}
_ROMAN = {1: "i", 4: "iv", 5: "v", 9: "ix", 10: "x", 40: "xl", 50: "l", 90: "xc", 100: "c"}
_PAGE_REFERENCE = re.compile(r"[.\s]\d+\s*\Z")

_ITSELF = (
    r"\b(?:this|these|the present)\s+(?:book|booklet|document|paper|manual|memorandum|report|study"
    r"|article|guide|handbook|notes?|thesis|text|agreement|terms of|leaflet|faq|tutorial|essay"
    r"|brochure|standard|specification|policy|work|volume|story|summary|introduction)\b"
)
_OF_ITSELF = re.compile(_ITSELF, re.IGNORECASE)
_TELLS = re.compile(
    rf"{_ITSELF}(?:\s+\w+){{0,2}}?\s+(?:(?:is|are) (?:about|intended|meant)|(?:describe|explain"
    r"|introduce|cover|discusse?|present|provide|aim|contain|answer|summari[sz]e|outline|report"
    r"|deal|tell|show|give)s?)\b",
    re.IGNORECASE,
)
"""What one that says what a document is has, and one that says who may copy it has not."""
_FRONT = 24
"""Pages in which a document may say what it is."""
_PROSE = 50
"""A sentence of running text has this many characters; titles and addresses have fewer."""


class Page(Protocol):
    """A page of a document."""

    @property
    def number(self) -> int: ...

    @property
    def label(self) -> str: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Place:
    """A sentence, and how often what was looked for stands in it."""

    page: int
    sentence: int
    """Its place among those of the page."""
    times: int = 1


def find_page(pages: Sequence[Page], label: str) -> Page | None:
    """The page with that printed label; without one, the page with that number."""
    wanted = label.casefold()
    for page in pages:
        if page.label.casefold() == wanted:
            return page
    return next((page for page in pages if str(page.number) == wanted), None)


def nth_page(pages: Sequence[Page], place: int) -> Page | None:
    """The page at a place, counted from 1, or from -1 at the end, whatever its label."""
    return pages[place - (place > 0)] if 0 < abs(place) <= len(pages) else None


def find_pages(pages: Sequence[Page], first: str, last: str) -> Sequence[Page]:
    """The pages from one label or number to another; none if there is no such stretch."""
    start, end = find_page(pages, first), find_page(pages, last)
    if start is None or end is None:
        return ()
    return [page for page in pages if start.number <= page.number <= end.number]


def share(pages: Sequence[Page], start: float, end: float) -> Sequence[Page]:
    """The pages between two shares of a document; at least one, if it has any."""
    first = min(int(len(pages) * start), len(pages) - 1)
    return pages[first : max(first + 1, ceil(len(pages) * end))]


def find_section(pages: Iterable[Page], kind: str, name: str) -> Place | None:
    """The heading of a chapter or section, such as ``Chapter 3`` or ``3. Tides``.

    An entry of a table of contents, or a line that ends with a number as such do, counts only where
    there is no other.
    """
    number = NUMERALS.get(name.casefold(), name)
    names = {str(number), _roman(number)} if str(number).isdigit() else {str(name)}
    spelt = "|".join(re.escape(each) for each in names if each)
    numerals = "|".join(word for word, value in NUMERALS.items() if value == _int(number))
    heading = re.compile(
        rf"(?:#+\s*)?(?:{re.escape(kind)}\s+(?:{'|'.join(filter(None, (spelt, numerals)))})\b"
        rf"|(?:{spelt})(?:[.:)]|\.?\s+(?=[^\W\d_])))",
        re.IGNORECASE,
    )
    entry: Place | None = None
    for page in pages:
        spans = sentences(page.text)
        for place, (start, end) in enumerate(spans):
            line = page.text[start:end].split("\n", 1)[0]
            if heading.match(line):
                named = _PAGE_REFERENCE.search(line) or place in contents(page.text, spans)
                if not named:
                    return Place(page.number, place)
                entry = entry or Place(page.number, place)
    return entry


def occurrences(pages: Iterable[Page], phrase: str) -> Iterator[Place]:
    """Every sentence with a word or phrase, spelt so whatever its capitals and accents."""
    spell = unify if phrase.casefold() in STOP_WORDS else fold  # Will is not will
    words = r"\s+".join(map(re.escape, spell(phrase).split()))
    if not words:
        return
    # An underscore is no letter here: in Markdown it stands beside what is stressed.
    before = r"(?<![^\W_])" if phrase[0].isascii() else ""
    after = r"(?![^\W_])" if phrase[-1].isascii() else ""
    wanted = re.compile(before + words + after)
    for page in pages:
        if not wanted.search(spell(page.text)):
            continue
        for place, (start, end) in enumerate(sentences(page.text)):
            if times := len(wanted.findall(spell(page.text[start:end]))):
                yield Place(page.number, place, times)


def overview(pages: Sequence[Page]) -> list[tuple[int, int]]:
    """Sentences, as page and place, that tell most of what a document is.

    What it says of itself, what it is about first; then how it begins, then how it ends.
    """
    itself: dict[tuple[int, int], bool] = {}
    prose: list[tuple[int, int]] = []
    for page in pages[:_FRONT]:
        for place, (start, end) in enumerate(sentences(page.text)):
            text = page.text[start:end]
            row = text.startswith("|")
            if len(text) >= _PROSE and not row and not _PAGE_REFERENCE.search(text):
                prose.append((page.number, place))
                if _OF_ITSELF.search(text):
                    itself[page.number, place] = not _TELLS.search(text)
    ending = [(page.number, place) for page in pages[-1:] for place in _last(page)]
    return list(dict.fromkeys([*sorted(itself, key=itself.__getitem__)[:3], *prose[:6], *ending]))


def sentence_start(page: Page, place: int) -> int:
    """Where a sentence begins, in characters of its page."""
    return sentences(page.text)[place][0]


def _last(page: Page) -> range:
    count = len(sentences(page.text))
    return range(max(0, count - 2), count)


def _int(name: object) -> int:
    return int(str(name)) if str(name).isdigit() else 0


def _roman(name: object) -> str:
    """A small number in Roman numerals, or nothing."""
    left, spelt = _int(name), ""
    if left > 399:
        return ""
    for value, letters in sorted(_ROMAN.items(), reverse=True):
        spelt += letters * (left // value)
        left %= value
    return spelt
