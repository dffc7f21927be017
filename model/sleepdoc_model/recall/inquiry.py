"""Questions about the document itself: a page or chapter named, a word counted, the whole.

They are recognised by how they are put, in English; what is not recognised is a question about
what the text says, and goes to ranking.
"""

import re
from dataclasses import dataclass

from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.query import Query, ask
from sleepdoc_model.recall.stop_words import STOP_WORDS

_NUMBER = r"(?P<name>[A-Za-z]{1,3}[-.]?\d+|\d+(?:[-.]\d+)*|[ivxlcdm]+)"
_PAGE = re.compile(rf"\b(?:page|p\.|pp\.)\s*{_NUMBER}\b(?!\s+pages)", re.IGNORECASE)
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
_DOCUMENT = (
    r"(?:(?:this|these)(?:\s+\w+)?"
    r"|the\s+(?:whole\s+)?(?:document|book|text|paper|manual|report|article))"
)
_WHOLE = re.compile(
    rf"what(?:'s| is| are| does| do)\s+{_DOCUMENT}\s+(?:all\s+)?(?:about|describe|cover|deal with)"
    r"\s*[?.!]*\Z"
    r"|what(?:'s| is)\s+this(?:\s+\w+)?\s*[?.!]*\Z|what is it(?: all)? about\s*[?.!]*\Z"
    r"|(?:please\s+)?(?:summari[sz]e|sum up)(?:\s+(?:this|the|it)(?:\s+\w+)?)?\s*[?.!]*\Z"
    r"|(?:give|write)?\s*(?:me\s+)?(?:a|the)\s+(?:short\s+|brief\s+)?(?:summary|overview)\b.*\Z"
    r"|what (?:is|are) the (?:main|key|central) (?:topic|subject|idea|point|theme)s?\b.*\Z",
    re.IGNORECASE,
)
_ABOUT_A_PLACE = frozenset(
    terms(
        """page chapter section part appendix article say said stand describe explain discuss deal
        cover contain happen content read write text summarise summary about find there show talk
        subject topic mention whole main treat report learn give"""
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


Inquiry = OnPage | InSection | Count | Places | Whole


def inquire(question: str) -> Inquiry | None:
    """What a question wants to know of the document; None if it asks what the text says."""
    question = " ".join(question.split())
    if (match := _COUNT.match(question)) and (phrase := _phrase(match)):
        return Count(phrase)
    if (match := _PAGES.match(question)) and (phrase := _phrase(match)):
        return Places(phrase, sentences=False)
    if (match := _LIST.match(question)) and (phrase := _phrase(match)):
        return Places(phrase, sentences=True)
    if _WHOLE.match(question):
        return Whole()
    if match := _PAGE.search(question):
        about = _rest(question, match)
        return OnPage(match["name"], about if about.weights else None)
    if (match := _SECTION.search(question)) and not _rest(question, match).weights:
        return InSection(match["kind"].lower(), match["name"])
    return None


def _rest(question: str, place: re.Match[str]) -> Query:
    """What a question asks for besides a place in the document."""
    query = ask(question[: place.start()] + " " + question[place.end() :])
    own = [term for term in query.own if term not in _ABOUT_A_PLACE]
    weights = {t: w for t, w in query.weights.items() if w != 1 or t in own} if own else {}
    return Query(weights, tuple(pair for pair in query.pairs if {*pair} <= {*own}))


def _phrase(match: re.Match[str]) -> str:
    """The words to look for; none if they only point at something, such as ``she``."""
    phrase = next(filter(None, match.groups()), "").strip(_QUOTES + ".,?!")
    return "" if phrase in STOP_WORDS else phrase
