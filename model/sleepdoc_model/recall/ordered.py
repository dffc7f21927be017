"""Whether the order or degree that a question asks by stands where its answer does.

Of many meetings only one is told of as the first. What is asked by is an ordinal, a superlative or
their like behind an article or a possessive, in English: ``the first meeting``, ``Ada's oldest
boat``; not ``at first``, ``the last name``, ``when it first appeared``.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from sleepdoc_model.recall.folding import unify

_UNITS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: number for number, word in enumerate(_UNITS.split(), 1)} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), 2)
}
_ORDINAL = re.compile(rf"\b(?:({'|'.join(_TENS.split())})[-\s]+)?({'|'.join(_UNITS.split())})\b")
_IN_DIGITS = re.compile(r"\d+(?:st|nd|rd|th)")

_GROUPS = """
    1st initial initially original originally inaugural earliest maiden debut
    begin began begun beginning start started founding,
    last final finally latest newest ultimate recent recently,
    largest biggest greatest, highest tallest, lowest least, smallest least tiniest,
    oldest earliest eldest, youngest newest, fastest quickest, nearest closest, richest wealthiest,
    furthest farthest
"""
"""Words that may stand for each other."""
_OTHER_ORDER = "last final initial original inaugural most least"
_NOT_SUPERLATIVE = """
    arrest attest behest bequest best chest conquest contest crest detest digest earnest forest
    guest harvest honest infest ingest inquest interest invest jest manifest midwest modest molest
    nest northwest pest priest protest quest rainforest request rest southwest suggest tempest test
    unrest vest west wrest zest
"""
"""And "best": a text hardly calls what it advises the best way."""
_BEFORE = "the s its his her their our my your very whose"
_ORDER, _NO_SUPERLATIVES = frozenset(_OTHER_ORDER.split()), frozenset(_NOT_SUPERLATIVE.split())
_DETERMINERS = frozenset(_BEFORE.split())

_OTHERWISE = re.compile(
    r"\bat (?:the )?(?:very )?(?:first|last|latest|least|most)\b|\bmost of\b"
    r"|\b(?:first|last) names?\b"
    r"|\b(?:first|second|third)[- ](?:aid|class|hand|part(?:y|ies)|rate)\b"
    r"|\blast (?:\w+ )?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?"
    r"|century|centuries|spring|summer|autumn|winter)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")


def order_meets(question: str, text: str) -> bool:
    """Whether a text has every word of order or degree that a question asks by, or one that says
    the same."""
    there = set(_words(text.casefold()))
    return all(not there.isdisjoint(_SAME.get(asked, {asked})) for asked in _asked(question))


def in_digits(text: str) -> str:
    """A text with its ordinals in digits: ``twenty-first`` is ``21st``."""
    return _ORDINAL.sub(_digits, text)


def _digits(ordinal: re.Match[str]) -> str:
    number = sum(_VALUES[word] for word in ordinal.groups() if word)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number // 10 != 1 else "th"
    return f"{number}{ending}"


def _words(text: str) -> list[str]:
    return _WORD.findall(in_digits(_OTHERWISE.sub(" ", unify(text))))


def _asked(question: str) -> Iterator[str]:
    """The words of order or degree of a question; one with a capital is part of a name."""
    for before, word in pairwise(_words(question)):
        if before.casefold() in _DETERMINERS and word.islower() and _orders(word):
            yield word


def _orders(word: str) -> bool:
    superlative = word.endswith(("est", "orst")) and word not in _NO_SUPERLATIVES
    return superlative or word in _ORDER or bool(_IN_DIGITS.fullmatch(word))


def _same() -> dict[str, set[str]]:
    same: dict[str, set[str]] = {}
    for group in _GROUPS.split(","):
        words = group.split()
        for word in words:
            same.setdefault(word, set()).update(words)
    return same


_SAME = _same()
