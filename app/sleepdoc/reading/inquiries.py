"""Answers to questions about the document itself, from its text and in words that say so."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice

from sleepdoc.documents.types import Page
from sleepdoc.figures import quoted
from sleepdoc.reading import summaries
from sleepdoc.reading.earlier import questions_asked
from sleepdoc.reading.events import LOOKED_UP, SEARCHED
from sleepdoc.reading.summaries import Past
from sleepdoc_model.recall import lookup
from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.inquiry import (
    Asked,
    Count,
    Inquiry,
    InSection,
    InShare,
    OnNthPage,
    OnPage,
    OnPages,
    Places,
    Title,
    Whole,
)
from sleepdoc_model.recall.packing import Packer, Quote, ranked
from sleepdoc_model.recall.prose import Sentence, prose
from sleepdoc_model.recall.query import Query

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
    instead: str = ""
    """The answer if the model's, to what a text is about, does not stand in the quotes."""
    preface: str = ""
    """What stands before that, and is no part of the quote: a title."""
    itself: bool = False
    """Whether the first quote is what the document says of itself: an answer has to stand there."""
    within: str = ""
    """Where what was asked for may be missing, such as ``on page iv``; empty if it is there."""


def answer(
    inquiry: Inquiry,
    pages: Sequence[Page],
    packer: Packer,
    tokens: int,
    *,
    whole: bool,
    past: Past,
    title: Callable[[], str] = str,
) -> Found | None:
    """Look an inquiry up in `pages`; None if that leads nowhere, and ranking may know better.

    Args:
        tokens: room for quotes.
        whole: whether the pages are all the document has.
        past: what was written down of the document, and what was asked about it.
        title: what the document calls itself, if that is known; asked for only where it is needed.
    """
    match inquiry:
        case OnPage(label, about):
            if page := lookup.find_page(pages, label):
                return _of_page(page, about, packer, tokens)
            # Without such a label ii may be a word.
            return None if about or not label.isdigit() else _no_page(label, pages, whole=whole)
        case OnNthPage(nth, about):
            page = lookup.nth_page(pages, nth) if whole or nth > 0 else None
            return _of_page(page, about, packer, tokens) if page else None
        case OnPages(first, last, about):
            stretch = lookup.find_pages(pages, first, last)
            if not stretch:
                return None
            if about:
                where = f"on pages {stretch[0].label} to {stretch[-1].label}"
                return _about(about, stretch, where, packer, tokens)
            told = summaries.of_stretch(stretch, past, packer)
            return _told(told) or _of_stretch(stretch, packer, tokens)
        case InShare(start, end):
            stretch = lookup.share(pages, start, end)
            told = summaries.of_stretch(stretch, past, packer)
            return _told(told) or _of_stretch(stretch, packer, tokens)
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
            heading = packer.text((place.page, place.sentence))
            told = summaries.of_part(place.page, heading, past, packer)
            start = lookup.sentence_start(pages[place.page - 1], place.sentence)
            behind = (
                sentence
                for sentence in prose(pages[place.page - 1 :])
                if (sentence.page, sentence.start) >= (place.page, start)
            )
            return _told(told) or _summed_up(packer.fill(following, tokens), behind)
        case Count(phrase):
            return _counted(phrase, pages, packer, tokens, whole=whole)
        case Places(phrase, sentences):
            return _placed(phrase, pages, packer, tokens, listed=sentences, whole=whole)
        case Asked(when):
            return Found(LOOKED_UP, [], questions_asked(past.questions, when, date.today()))
        case Title():
            return _called(title(), pages, packer, tokens)
        case Whole():
            named = title()
            told = summaries.of_whole(pages, past, packer, named)
            return _told(told) or _of_itself(pages, packer, tokens, named)


def _told(told: summaries.Told | None) -> Found | None:
    return Found(LOOKED_UP, *told) if told else None


def _called(title: str, pages: Sequence[Page], packer: Packer, tokens: int) -> Found | None:
    """Its title, with the first place where that stands, or else with how the document begins."""
    if not title:
        return None
    places = [*islice(lookup.occurrences(pages, title), 1)]
    quotes = _quotes(places, packer, tokens)
    return Found(
        LOOKED_UP, quotes or packer.fill(packer.sentences(pages[0].number)[:1], tokens), title
    )


def _of_itself(pages: Sequence[Page], packer: Packer, tokens: int, title: str) -> Found:
    """What a document says of itself, how it begins and how it ends."""
    places = lookup.overview(pages)
    first = packer.text(places[0]) if places else ""
    quote = _as_quote(first)
    preface = summaries.preface(title, quote)
    quotes = packer.fill(places, tokens)
    return Found(LOOKED_UP, quotes, instead=quote, preface=preface, itself=True)


def _of_page(page: lookup.Page, about: Query | None, packer: Packer, tokens: int) -> Found:
    if not page.text.strip():
        return Found(LOOKED_UP, [], f"There is no text on page {page.label}.")
    if about:
        return _about(about, [page], f"on page {page.label}", packer, tokens)
    return _of_stretch([page], packer, tokens)


def _about(
    about: Query, pages: Sequence[lookup.Page], where: str, packer: Packer, tokens: int
) -> Found:
    """What pages say of something. If all its words stand there, they do say something of it."""
    held = {term for page in pages for term in terms(page.text)}
    within = "" if held.issuperset(about.own) else where
    return Found(LOOKED_UP, _on(pages, about, packer, tokens), within=within)


def _no_page(label: str, pages: Sequence[Page], *, whole: bool) -> Found:
    last = f"; the last is page {pages[-1].label}" if whole and pages else ""
    return Found(LOOKED_UP, [], f"There is no page {label} {_where(pages, whole=whole)}{last}.")


def _of_stretch(stretch: Sequence[lookup.Page], packer: Packer, tokens: int) -> Found:
    return _summed_up(_on(stretch, None, packer, tokens), prose(stretch))


def _summed_up(quotes: Sequence[Quote], text: Iterator[Sentence]) -> Found:
    """What some running text is about is for the model to say, else its first sentence says it."""
    first = next(text, None)
    return Found(LOOKED_UP, quotes, instead=_as_quote(first.text if first else ""))


def _as_quote(text: str) -> str:
    return quoted(text) if text else ""


def _on(
    pages: Sequence[lookup.Page], about: Query | None, packer: Packer, tokens: int
) -> Sequence[Quote]:
    """What stands on some pages: what is asked for, or how each of them begins."""
    alone = MemoryIndex([(page.number, page.text) for page in pages])
    quotes = ranked(alone, [about], packer, tokens) if about else []
    if quotes or len(pages) == 1:
        return quotes or packer.fill(packer.sentences(pages[0].number), tokens)
    return summaries.beginnings(pages, packer, tokens)


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
