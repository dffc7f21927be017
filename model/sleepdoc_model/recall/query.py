"""What a question asks for, as terms: its own, words of the same meaning, and what it leans on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sleepdoc_model.recall.definition import explained
from sleepdoc_model.recall.folding import capitals, terms, terms_of, words
from sleepdoc_model.recall.stop_words import NEVER_NAMES, STOP_WORDS
from sleepdoc_model.recall.synonyms import SYNONYMS

_MOST = 64
"""Terms of its own that a question may have."""
_LITTLE = 1
"""With so few, its stop words are looked for too."""

_SYNONYM = 0.3
_STOP_WORD = 0.3
_CARRIED_NAME = 0.5
_CARRIED_WORD = 0.25
_TURNS = 2
_CARRIED = 24
"""Terms taken over from one turn."""

_AFTER_HOW = frozenset(("long", "old", "often", "far", "soon", "high"))
_LEANING = re.compile(
    r"\b(?:he|him|his|she|hers?|they|them|theirs?|it|its|the (?:same|former|latter|others?))\b"
    r"|^(?:and|but|so|then|what about|how about|how so|which one|who else|what else)\b"
    r"|\b(?:this|that|these|those|there|one|ones|then)\s*[?.!]*$"
    r"|\b(?:in|at|for|of|on|by|to|from|with|about|did|does|do|is|was|are|were|has|had)"
    r" (?:this|that|these|those) (?!book|document|text|paper|manual|report|article|file)\w",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:(?:which|what) pages?|page numbers?|table of contents|in the (?:contents|index)"
    r"|the (?:contents|index) (?:lists?|names?|says?))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Turn:
    """A question asked before, and its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Query:
    """Terms in the order of the question."""

    weights: Mapping[str, float]
    """How much each term counts, beside its rarity: 1 for the question's own."""
    pairs: tuple[tuple[str, str], ...] = ()
    """Own terms that follow each other, stop words in between left out."""
    explained: str = ""
    """What it asks to be explained, if that is what it asks for."""
    place: bool = False
    """Whether it asks on which page something stands, which contents and index tell."""

    @property
    def own(self) -> list[str]:
        return [term for term, weight in self.weights.items() if weight == 1]


def ask(question: str, before: Sequence[Turn] = ()) -> Query:
    """Make a query of any text: nothing in it is syntax.

    Stop words do not count, unless they are spelt like names (``Will``, ``IT``) or little else is
    left. A question that leans on the turns `before` it, last one last, also asks for their names
    and, less, for their other words.
    """
    own = _own(question)[:_MOST]
    weights = dict.fromkeys(own, 1.0)
    if len(weights) <= _LITTLE:
        for term in terms(question)[:_MOST]:
            for spelling in _spellings(term):
                weights.setdefault(spelling, _STOP_WORD)
    for term in own:
        for synonym in SYNONYMS.get(term, ()):
            weights.setdefault(synonym, _SYNONYM)
    if leans(question):
        for age, turn in enumerate(reversed(before[-_TURNS:]), start=1):
            for term, weight in _carried(turn).items():
                weights.setdefault(term, weight / age)
    return Query(weights, tuple(pairwise(own)), explained(question), bool(_PLACE.search(question)))


def ask_each(questions: Sequence[str], before: Sequence[Turn] = ()) -> list[Query]:
    """Make a query of each of the `parts` of a question, which may lean on those before it."""
    turns = [*before, *(Turn(question, "") for question in questions)]
    return [ask(each, turns[: len(before) + n]) for n, each in enumerate(questions)]


def leans(question: str) -> bool:
    """Whether a question is hard to understand without the turns before it."""
    return not _own(question) or bool(_LEANING.search(question.strip()))


def _own(text: str) -> list[str]:
    """Terms of the words that are not stop words, and of stop words that are names here."""
    found: list[str] = []
    shouted = text.isupper()
    previous = ""
    for place, word in enumerate(words(text)):
        folded = word.casefold()
        if folded not in STOP_WORDS:
            if not (previous == "how" and folded in _AFTER_HOW):
                found += terms_of(word)
        elif not shouted and _is_name(word, first=place == 0):
            found += _spellings(terms_of(word)[0])[1:]
        previous = folded
    return found


def _is_name(word: str, *, first: bool) -> bool:
    """Whether a stop word is spelt like a name; every first word of a question has a capital."""
    height = capitals(word)
    return height == 2 or (height == 1 and not first and word.casefold() not in NEVER_NAMES)


def _spellings(term: str) -> list[str]:
    """A stop word as it stands in the index: in small letters, ``Will`` and ``WILL``."""
    word = term.rstrip("_")
    if word not in STOP_WORDS:
        return [term]
    return [word, f"{word}_", f"{word}__"][term.count("_") and term.count("_") - 1 :]


def _carried(turn: Turn) -> dict[str, float]:
    carried: dict[str, float] = {}
    for text in (turn.question, turn.answer):
        for place, word in enumerate(words(text)):
            name = place > 0 and capitals(word) > 0
            if word.casefold() not in STOP_WORDS or (name and _is_name(word, first=False)):
                for term in terms_of(word):
                    weight = _CARRIED_NAME if name or word.isdigit() else _CARRIED_WORD
                    carried[term] = max(weight, carried.get(term, 0))
    return dict(sorted(carried.items(), key=lambda item: -item[1])[:_CARRIED])
