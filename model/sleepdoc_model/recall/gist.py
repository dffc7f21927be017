"""Whether a gist of a text may be shown: how much of what it says stands there."""

from collections.abc import Iterable

from sleepdoc_model.recall.folding import capitals, terms_of, words
from sleepdoc_model.recall.stop_words import STOP_WORDS

LEAST = 0.95
"""The least share of a gist's content words that stand in its text; names and numbers all do."""
_FEWEST = 4
"""A gist of fewer content words says nothing."""
_OF_TEXTS = frozenset(
    term
    for word in words(
        """text passage document chapter section part page book article paper author authors
        describe describes explain explains discuss discusses outline outlines summarise summarises
        present presents introduce introduces deal deals cover covers list lists tell tells say says
        give gives report reports set sets include includes
        including concern concerns show shows state states contain contains"""
    )
    for term in terms_of(word)
)
"""Terms with which one speaks of a text, and which claim nothing of what it says."""


def content(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names and numbers of a text as they are spelt, folded, and the terms of all its content
    words. The first word of a text may be a name too, and counts as any other word."""
    exact, loose = set[str](), set[str]()
    for place, word in enumerate(words(text)):
        folded = word.casefold()
        if folded in STOP_WORDS:
            continue
        if any(c.isdigit() for c in word) or (place and capitals(word)):
            exact.add(folded)
        loose.update(terms_of(word))
    return frozenset(exact), frozenset(loose)


def precision(gist: str, text: str) -> float:
    """The share of a gist's content words, whatever their endings, that stand in its text."""
    claimed = content(gist)[1]
    return len(claimed & content(text)[1]) / len(claimed) if claimed else 0.0


def supported(gist: str, text: str) -> bool:
    """Whether a gist stands in its text by comparison of words: all its names and numbers, and
    nearly all else that it says."""
    exact, loose = content(gist)
    claimed = loose - _OF_TEXTS
    held = content(text)[1]
    spelt = {word.casefold() for word in words(text)}
    if len(claimed) < _FEWEST or not exact <= spelt:
        return False
    return len(claimed & held) >= LEAST * len(claimed)


def stands_in(gist: str, sentences: Iterable[str]) -> bool:
    """Whether a gist stands in one of the sentences: words of several may all be there, and what is
    made of them be false."""
    return any(supported(gist, sentence) for sentence in sentences)
