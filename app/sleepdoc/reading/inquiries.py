"""Answers to questions about the document itself, from its text and in words that say so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sleepdoc.documents.types import Page
from sleepdoc.reading.events import LOOKED_UP, SEARCHED
from sleepdoc_model.recall import lookup
from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.inquiry import Count, Inquiry, InSection, OnPage, Places, Whole
from sleepdoc_model.recall.packing import Packer, Quote, ranked

_PAGES = 24
"""Most pages that an answer names."""
_SENTENCES = 8
"""Most sentences that an answer lists."""
_LINE = 160
"""Most characters of one of them."""


@dataclass(frozen=True)
class Found:
    """What an inquiry came to."""

    lookup: str
    quotes: Sequence[Quote]
    answer: str = ""
    """Empty where the model is to answer from the quotes."""


def answer(
    inquiry: Inquiry, pages: Sequence[Page], packer: Packer, tokens: int, *, whole: bool
) -> Found | None:
    """Look an inquiry up in `pages`; None if that leads nowhere, and ranking may know better.

    Args:
        tokens: room for quotes.
        whole: whether the pages are all the document has.
    """
    match inquiry:
        case OnPage(label, about):
            page = lookup.find_page(pages, label)
            if page is None or not page.text:
                return None
            alone = MemoryIndex([(page.number, page.text)])
            quotes = ranked(alone, about, packer, tokens) if about else []
            return Found(LOOKED_UP, quotes or packer.fill(packer.sentences(page.number), tokens))
        case InSection(kind, name):
            place = lookup.find_section(pages, kind, name)
            if place is None:
                return None
            following = (
                sentence
                for page in pages
                if page.number >= place.page
                for sentence in packer.sentences(page.number)
                if sentence >= (place.page, place.sentence)
            )
            return Found(LOOKED_UP, packer.fill(following, tokens))
        case Count(phrase):
            return _counted(phrase, pages, packer, tokens, whole=whole)
        case Places(phrase, sentences):
            return _placed(phrase, pages, packer, tokens, listed=sentences, whole=whole)
        case Whole():
            return Found(LOOKED_UP, packer.fill(lookup.overview(pages), tokens))


def _counted(
    phrase: str, pages: Sequence[Page], packer: Packer, tokens: int, *, whole: bool
) -> Found:
    places = list(lookup.occurrences(pages, phrase))
    where = _where(pages, whole=whole)
    if not places:
        return Found(SEARCHED, [], f"Searched in the text: “{phrase}” does not stand {where}.")
    times = sum(place.times for place in places)
    text = (
        f"Counted in the text: “{phrase}” stands {_times(times)} {where}, on "
        f"{_pages(places, pages)}."
    )
    return Found(SEARCHED, _quotes(places, packer, tokens), text)


def _placed(
    phrase: str,
    pages: Sequence[Page],
    packer: Packer,
    tokens: int,
    *,
    listed: bool,
    whole: bool,
) -> Found | None:
    places = list(lookup.occurrences(pages, phrase))
    where = _where(pages, whole=whole)
    if not places:
        if listed:  # more likely a list of things than of places with these very words
            return None
        return Found(SEARCHED, [], f"Searched in the text: “{phrase}” does not stand {where}.")
    text = f"Searched in the text: “{phrase}” stands on {_pages(places, pages)} {where}."
    if listed:
        known = {page.number: page for page in pages}
        lines = [
            f"- p. {known[place.page].label}: {_line(packer.text((place.page, place.sentence)))}"
            for place in places[:_SENTENCES]
        ]
        if left := len(places) - len(lines):
            lines.append(f"- and {left} more")
        text += "\n\n" + "\n".join(lines)
    return Found(SEARCHED, _quotes(places, packer, tokens), text)


def _quotes(places: Iterable[lookup.Place], packer: Packer, tokens: int) -> list[Quote]:
    return packer.fill([(place.page, place.sentence) for place in places], tokens)


def _pages(places: Sequence[lookup.Place], pages: Sequence[Page]) -> str:
    """Pages by label, each with how often if more than once."""
    labels = {page.number: page.label for page in pages}
    named = []
    for number, group in groupby(places, key=lambda place: place.page):
        times = sum(place.times for place in group)
        named.append(labels[number] + (f" ({_times(times)})" if times > 1 else ""))
    shown, left = named[:_PAGES], len(named) - _PAGES
    more = f" and {left} more" if left > 0 else ""
    return f"{'page' if len(named) == 1 else 'pages'} {', '.join(shown)}{more}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _where(pages: Sequence[Page], *, whole: bool) -> str:
    if whole:
        return "in the document"
    return f"in the {len(pages)} page{'s' * (len(pages) != 1)} read so far"


def _line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LINE else words[:_LINE].rpartition(" ")[0] + " ..."
