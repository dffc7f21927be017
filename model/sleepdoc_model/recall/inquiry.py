"""Questions about the document itself: a page or chapter named, a word counted, the whole.

They are recognised by how they are put, in English; what is not recognised is a question about
what the text says, and goes to ranking.
"""

import re
from dataclasses import dataclass

from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.lookup import NUMERALS
from sleepdoc_model.recall.query import Query, ask
from sleepdoc_model.recall.stop_words import STOP_WORDS
from sleepdoc_model.recall.whole import ASKED, PAGES, TITLE, WHOLE, share

_NUMBER = r"(?P<name>[A-Za-z]{1,3}[-.]?\d+|\d+(?:[-.]\d+)*|[ivxlcdm]+)"
_PAGE = re.compile(
    rf"\b(?:(?:page(?:\s+(?:number|no\b\.?))?|pp?\.|pgs?\b\.?)\s*{_NUMBER}|p\s+(?P<bare>\d+)"
    rf"|page\s+(?P<word>{'|'.join(NUMERALS)}))\b(?!\s+pages)",
    re.IGNORECASE,
)
_IN_ORDER = "first second third fourth fifth sixth seventh eighth ninth tenth"
_ORDINALS = _IN_ORDER.split()
_ORDINAL = re.compile(
    rf"\b(?:the\s+)?(?P<name>{'|'.join(_ORDINALS)})\s+(?P<kind>chapter|section|part|appendix)\b",
    re.IGNORECASE,
)
_FROM_THE_END = {
    "last": -1,
    "final": -1,
    "second to last": -2,
    "next to last": -2,
    "last but one": -2,
    "penultimate": -2,
}
_PLACES_NAMED = "|".join((*_ORDINALS, *_FROM_THE_END)).replace(" ", "[ -]")
_NTH_PAGE = re.compile(
    rf"\b(?:the\s+)?(?:very\s+)?(?P<name>{_PLACES_NAMED}|\d+(?:st|nd|rd|th))\s+page\b"
    r"(?!\s+(?:of|in)\s+(?:the\s+)?(?:\w+\s+)?(?:chapter|section|part|appendix))",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"\b(?P<kind>chapter|section|part|appendix|article|§)\s*(?P<name>\d+(?:\.\d+)*|[ivxlc]+|[a-h]"
    r"|one|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
_QUOTES = " \"'\u201c\u201d\u2018\u2019\u00ab\u00bb"
_QUOTED = r"[\"'\u201c\u2018\u00ab]?(.+?)[\"'\u201d\u2019\u00bb]?"
_THE_WORD = r"(?:the\s+)?(?:(?:word|name|term|phrase|expression)s?\s+)?"
_STANDS = (
    r"(?:mentioned|named|used|found|written|printed|occurs?|appears?|come up|comes up|stands?)"
)
_WHERE = r"(?:\s+(?:in|on)\s+(?:the|this)\s+(?:whole\s+)?\w+)?\s*[?.!]*"
_OF = r"(?:of|where|with|that (?:mention|name|contain|have|use)s?|mentioning|containing|about)"
_PLACES = r"(?:mention|occurrence|place|passage|sentence|line|page|appearance|use)s?"
_COUNT = re.compile(
    rf"(?:how many times|how often)\s+(?:is|are|was|were|do|does|did|has|have)\s+{_THE_WORD}"
    rf"{_QUOTED}\s+(?:been\s+)?{_STANDS}{_WHERE}\Z"
    rf"|(?:how many|count(?: all)?(?: the)?)\s+(?:mentions|occurrences)\s+of\s+{_THE_WORD}"
    rf"{_QUOTED}(?:\s+are there)?{_WHERE}\Z",
    re.IGNORECASE,
)
_PAGES = re.compile(
    rf"(?:on\s+)?(?:which|what)\s+pages?\s+(?:mentions?|contains?|names?|has|have)\s+{_THE_WORD}"
    rf"{_QUOTED}{_WHERE}\Z"
    rf"|(?:(?:on\s+)?(?:which|what)\s+pages?|where)\s+(?:is|are|was|were|do|does)\s+{_THE_WORD}"
    rf"{_QUOTED}\s+(?:mentioned|named|occur|appear|come up){_WHERE}\Z",
    re.IGNORECASE,
)
_LIST = re.compile(
    rf"(?:please\s+)?(?:list|show|find|give)(?:\s+me)?\s+(?:all|every|each)(?:\s+of)?(?:\s+the)?\s+"
    rf"(?:{_PLACES}\s+{_OF}\s+)?{_THE_WORD}{_QUOTED}(?:\s+is\s+{_STANDS})?{_WHERE}\Z",
    re.IGNORECASE,
)
_ABOUT_A_PLACE = frozenset(
    terms(
        """page chapter section part appendix article say said stand describe explain discuss deal
        cover contain happen content read write text summarise summary about find there show talk
        subject topic mention whole main treat report learn give say says gist overview point idea
        sum up please document book text paper manual article story short brief sentence happens
        key first second pages"""
    )
)
"""Words that ask for no more than what stands in a place."""


@dataclass(frozen=True)
class OnPage:
    """What stands on a page."""

    label: str
    about: Query | None
    """What of it; None for all."""


@dataclass(frozen=True)
class OnNthPage:
    """What stands on a page that is named by its place."""

    place: int
    """From 1; -1 is the last."""
    about: Query | None
    """What of it; None for all."""


@dataclass(frozen=True)
class OnPages:
    """What stands on several pages, from one label to another."""

    first: str
    last: str
    about: Query | None
    """What of it; None for all."""


@dataclass(frozen=True)
class InShare:
    """What stands in a stretch of the document, such as its first half."""

    start: float
    end: float
    """Shares of the document, from 0 to 1."""


@dataclass(frozen=True)
class InSection:
    """What stands in a chapter or section."""

    kind: str
    name: str


@dataclass(frozen=True)
class Count:
    """How often a word or phrase stands in the text."""

    phrase: str


@dataclass(frozen=True)
class Places:
    """Where it stands: pages, or every sentence."""

    phrase: str
    sentences: bool


@dataclass(frozen=True)
class Whole:
    """What the document is about."""


@dataclass(frozen=True)
class Title:
    """What the document is called."""


@dataclass(frozen=True)
class Asked:
    """What was asked before."""

    when: str
    """As the question says it, such as ``yesterday``; empty for whenever."""


Inquiry = (
    OnPage | OnNthPage | OnPages | InShare | InSection | Count | Places | Whole | Title | Asked
)


def inquire(question: str) -> Inquiry | None:
    """What a question wants to know of the document; None if it asks what the text says."""
    question = " ".join(question.split())
    if (match := _COUNT.match(question)) and (phrase := _phrase(match)):
        return Count(phrase)
    if (match := _PAGES.match(question)) and (phrase := _phrase(match)):
        return Places(phrase, sentences=False)
    if (match := _LIST.match(question)) and (phrase := _phrase(match)):
        return Places(phrase, sentences=True)
    if match := ASKED.match(question):
        return Asked((match["when"] or "").casefold())
    if WHOLE.match(question):
        return Whole()
    if TITLE.match(question):
        return Title()
    if match := PAGES.search(question):
        about = _rest(question, match)
        return OnPages(match["first"], match["last"], about if about.weights else None)
    if match := _PAGE.search(question):
        about = _rest(question, match)
        label = match["name"] or match["bare"] or str(NUMERALS[match["word"].lower()])
        return OnPage(label, about if about.weights else None)
    if match := _NTH_PAGE.search(question):
        about = _rest(question, match)
        return OnNthPage(_place(match["name"]), about if about.weights else None)
    if (match := _SECTION.search(question)) and not _rest(question, match).weights:
        return InSection(match["kind"].lower(), match["name"])
    if (match := _ORDINAL.search(question)) and not _rest(question, match).weights:
        number = _ORDINALS.index(match["name"].lower()) + 1
        return InSection(match["kind"].lower(), str(number))
    if (found := share(question)) and not _besides(found[2]).weights:
        return InShare(*found[:2])
    return None


def _place(name: str) -> int:
    """From 1, or from -1 at the end."""
    name = name.lower().replace("-", " ")
    if name in _FROM_THE_END:
        return _FROM_THE_END[name]
    return _ORDINALS.index(name) + 1 if name in _ORDINALS else int(name[:-2])


def _rest(question: str, place: re.Match[str]) -> Query:
    """What a question asks for besides a place in the document."""
    return _besides(question[: place.start()] + " " + question[place.end() :])


def _besides(rest: str) -> Query:
    query = ask(rest)
    own = [term for term in query.own if term not in _ABOUT_A_PLACE]
    weights = {t: w for t, w in query.weights.items() if w != 1 or t in own} if own else {}
    return Query(weights, tuple(pair for pair in query.pairs if {*pair} <= {*own}))


def _phrase(match: re.Match[str]) -> str:
    """The words to look for; none if they only point at something, such as ``she``."""
    phrase = next(filter(None, match.groups()), "").strip(_QUOTES + ".,?!")
    return "" if phrase in STOP_WORDS else phrase
