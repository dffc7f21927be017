"""One spelling for what a reader takes for the same word, in a question as on a page.

Folded text has no soft hyphens, ligatures, full-width letters, capitals or accents, and its
numbers are not grouped: ``Straße`` is ``strasse``, ``1,240`` is ``1240``. Scripts that put no
spaces between words become overlapping groups of characters: two of Chinese, Japanese and Korean,
most of whose words have two, and two and three of Thai, Lao, Khmer and Burmese. What may be a word
of one character is a term as well: an ideograph, a Korean syllable before a particle.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from sleepdoc_model.recall.english import stem
from sleepdoc_model.recall.stop_words import STOP_WORDS

_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufeff]")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc]")
_GROUPED = re.compile("(?<![\\d.,])[1-9]\\d{0,2}(?:[,'\u2019\u00a0\u2009\u202f]\\d{3})+(?![\\d])")

_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
"""Of Latin, Greek and Cyrillic letters, and the vowel signs of Hebrew and Arabic. Other combining
marks are letters: voiced kana, vowels of India and Thailand."""

_PAIRS = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_TRIPLES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_MARKED = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_SPACED = rf"(?:(?![{_PAIRS}{_TRIPLES}])[^\W_]|[{_MARKED}])+"
_RUN = re.compile(f"[{_PAIRS}]+|[{_TRIPLES}]+|{_SPACED}")
_ASCII_RUN = re.compile("[A-Za-z0-9]+")
_PAIRED = re.compile(f"[{_PAIRS}]")
_TRIPLED = re.compile(f"[{_TRIPLES}]")
_PARTICLE = re.compile(
    "(?:의|은|는|이|가|을|를|에|와|과|도|로|만|께|처럼|보다|부터|까지|마다|에게|에서|이다|입니다)+\\Z"
)
"""What Korean writes behind a word without a space."""
_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")


def unify(text: str) -> str:
    """`text` in one spelling, but for its capitals."""
    text = _GROUPED.sub(_digits, _INVISIBLE.sub("", text))
    if text.isascii():
        return text
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFC", _APOSTROPHES.sub("'", _ACCENTS.sub("", text)))


def fold(text: str) -> str:
    """`text` in one spelling, for finding one stretch of text in another."""
    return unify(text).casefold()


def capitalised(text: str) -> str:
    """`text` with a capital first, as a sentence has it."""
    return text[:1].upper() + text[1:]


def words(text: str) -> list[str]:
    """The words of `text` in one spelling, in order, with their capitals; a script without spaces
    gives one for every run of it."""
    text = unify(text)
    return (_ASCII_RUN if text.isascii() else _RUN).findall(text)


def terms(text: str) -> list[str]:
    """What an index holds of `text`, in order; never with a space in it.

    A word is folded and stemmed. A stop word spelt like a name has its capitals as a mark:
    ``Will`` is ``will_`` and ``IT`` is ``it__``, so that a question can ask for the name alone.
    """
    return [term for word in words(text) for term in terms_of(word)]


@lru_cache(maxsize=1 << 16)
def terms_of(word: str) -> tuple[str, ...]:
    """The terms of one of `words`."""
    if _PAIRED.match(word):
        return tuple(_pairs(word))
    if _TRIPLED.match(word):
        return tuple(_triples(word))
    folded = word.casefold()
    if folded in STOP_WORDS:
        return (folded + "_" * capitals(word),)
    return (stem(folded),)


def capitals(word: str) -> int:
    """0 for a word in small letters (and for ``I`` and ``A``), 1 for ``Will``, 2 for ``IT``."""
    if len(word) < 2 or not word[0].isupper():
        return 0
    return 2 if word.isupper() else 1


def _pairs(run: str) -> Iterator[str]:
    """Every two neighbours; what may be a word by itself as well."""
    for start, character in enumerate(run):
        alone = len(run) == 1 or (start == 0 and _PARTICLE.match(run, 1))
        if alone or _IDEOGRAPH.match(character):
            yield character
        if start + 1 < len(run):
            yield run[start : start + 2]


def _triples(run: str) -> Iterator[str]:
    """Every three neighbours, and every two: many words have no more."""
    for start in range(max(1, len(run) - 1)):
        yield run[start : start + 2]
        if start + 2 < len(run):
            yield run[start : start + 3]


def _digits(number: re.Match[str]) -> str:
    return "".join(filter(str.isdigit, number[0]))
