"""Questions that a text answers, taken from it: those it asks itself, and those of its sentences.

No model makes them up. A question of the text's own heads its answer in a FAQ; a sentence that says
what something is or means, what letters stand for, or when or by whom something was made, answers
the question for that.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sleepdoc_model.recall.prose import Sentence
from sleepdoc_model.recall.stop_words import STOP_WORDS

_NUMBERED = re.compile(r"(?:[A-Z]\.)?\d[\d.]*\s+|[A-Z]\.\s+|Q\d*[.:]\s*", re.IGNORECASE)
_OWN = re.compile(
    r"(?:what|who|when|where|why|how|which|is|are|can|does|do|should|may)\b[^?]{8,90}\?\Z",
    re.IGNORECASE,
)
_LEANS = re.compile(r"\b(?:this|these|those|it|its|they|their|he|she|his|her)\b", re.IGNORECASE)
_SUBJECT = r"(?P<subject>(?:[^\W_][\w'\u2019/.+-]*\s?){1,4}?)"
_DEFINED = re.compile(
    rf"(?P<article>(?:The|A|An)\s+)?{_SUBJECT}(?P<verb>\s+(?:is|are))\s+"
    r"(?:a|an|one of|the (?:process|study|art|act|number|name|part|set|method|total))\s"
)
_MEANS = re.compile(
    r"(?:The\s+(?:term|word)\s+)?[\"\u201c](?P<subject>[^\"\u201d]{3,40})[\"\u201d]\s+"
    r"(?:means|refers to)\s"
)
_SHORT = re.compile(
    r"\((?P<inside>[A-Z]{3,7})\)|\b(?P<outside>[A-Z]{3,7})\s\((?P<long>[A-Z][^()]+)\)"
)
_BESIDES = re.compile(r"\s*\([^()]*\)\d*")
_MADE = re.compile(
    r"(?P<year>In (?:[A-Z]\w+ )?\d{4},? )?"
    r"(?P<subject>[A-Z\"\u201c][^,;:()]{2,60}?)\s+(?P<be>was|were)\s+(?:first\s+)?(?P<verb>\w+ed|written|built"
    r"|drawn|found|held|made|begun|sung|given|taken)\b"
)
_YEAR = re.compile(r"\b(?:in|on)\s+(?:(?:\d{1,2}\s+)?[A-Z]\w+\s+(?:\d{1,2},?\s+)?)?\d{4}\b")
_CLAUSE = re.compile(r"\b(?:is|are|was|were|has|had|and|but|that|which|who)\b")
_MAKER = re.compile(r"\s+by\s+(?:the\s+)?[A-Z]")
_POINT = """this that these those it there here he she they we i you one which what such each all
    both some most many other another first second last next result reason purpose idea problem
    point question answer example fact following same rest only"""
_POINTING = frozenset(_POINT.split())


@dataclass(frozen=True)
class Candidate:
    """A question, and the page that should answer it."""

    question: str
    page: int


def candidates(headings: Iterable[tuple[str, int]], found: Iterable[Sentence]) -> list[Candidate]:
    """What could be asked of a text: questions among its headings, given as title and page, then
    those of its sentences; each once."""
    seen: dict[str, Candidate] = {}
    for title, page in headings:
        if question := _asked(title):
            seen.setdefault(question.casefold(), Candidate(question, page))
    for sentence in found:
        for asked in _OF_SENTENCES:
            if question := asked(sentence.text):
                seen.setdefault(question.casefold(), Candidate(question, sentence.page))
    return list(seen.values())


def spread(every: list[Candidate], count: int) -> Iterator[Candidate]:
    """`count` of them at equal distances, so that they are about different parts."""
    step = max(1.0, len(every) / count)
    yield from (every[int(place * step)] for place in range(min(count, len(every))))


def _asked(title: str) -> str:
    title = _NUMBERED.sub("", title, count=1).strip() if _NUMBERED.match(title) else title.strip()
    return title if _OWN.match(title) and not _LEANS.search(title) else ""


def _of_definition(sentence: str) -> str:
    if match := _MEANS.match(sentence):
        return f"What does \u201c{match['subject'].strip(' ,.')}\u201d mean?"
    match = _DEFINED.match(sentence)
    if match is None:
        return ""
    article, subject = (match["article"] or "").strip().lower(), match["subject"].strip()
    first, *others = subject.casefold().split()
    if first in _POINTING or first in STOP_WORDS:
        return ""
    common = others and subject.rpartition(" ")[2].islower()
    if article == "the" and (not common or STOP_WORDS.intersection(others)):
        return ""  # one of many, or somebody
    if not article and not _abbreviation(subject):
        return ""  # a name, and of people one asks otherwise
    return f"What {match['verb'].strip()} {f'{article} ' if article else ''}{subject}?"


def _of_letters(sentence: str) -> str:
    """Letters whose words stand before or behind them."""
    for match in _SHORT.finditer(sentence):
        letters = match["inside"] or match["outside"]
        long = match["long"] or sentence[: match.start()]
        capitals = [word[0] for word in re.findall(r"[^\W_]+", long) if word[0].isupper()]
        if "".join(capitals[-len(letters) :]) == letters:
            return f"What does {letters} stand for?"
    return ""


def _of_making(sentence: str) -> str:
    """Something with a name, of which it is said when or by whom it was made."""
    match = _MADE.match(sentence := _BESIDES.sub("", sentence))
    if match is None:
        return ""
    subject, rest = match["subject"], sentence[match.end() :]
    article, _, name = subject.partition(" ") if subject.startswith("The ") else ("", "", subject)
    words = name.split()
    pointing = _POINTING.intersection(subject.casefold().split()[:2])
    if pointing or _LEANS.search(subject) or _CLAUSE.search(subject):
        return ""
    if not any(word.strip('"\u201c')[:1].isupper() for word in words[not article :]):
        return ""
    asked = f"{match['be']} {article.lower()}{' ' * bool(article)}{name} {match['verb']}"
    if _MAKER.match(rest):
        return f"Who {asked} by?"
    return f"When {asked}?" if match["year"] or _YEAR.search(rest) else ""


def _abbreviation(subject: str) -> bool:
    return len(subject) > 1 and subject.isupper() and " " not in subject


_OF_SENTENCES: tuple[Callable[[str], str], ...] = (_of_definition, _of_making, _of_letters)
