"""Whether an answer stands in a text: by comparing words, with no second model.

An answer is borne out by one sentence, or two that follow each other, if these hold all its
numbers and names as they are spelt and nearly all its other words, whatever their endings.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sleepdoc_model.recall import contents
from sleepdoc_model.recall.folding import capitals, terms_of, words
from sleepdoc_model.recall.passages import Span, sentences
from sleepdoc_model.recall.stop_words import STOP_WORDS

_FEW = 4
"""An answer of so few telling words needs all of them."""
_MOST = 0.75
"""A longer one needs so large a share."""
_REPLIES = frozenset(("yes", "no"))
_QUESTION = 0.5
"""What all of a question's words are worth beside all of an answer's, in choosing among places."""


@dataclass(frozen=True)
class Evidence:
    """Where an answer stands on a page."""

    page: int
    start: int
    end: int


@dataclass(frozen=True)
class Claim:
    """What an answer says, as words to look for."""

    exact: frozenset[str]
    """Numbers and names, folded."""
    loose: tuple[str, ...]
    """Terms of its other telling words."""

    @classmethod
    def of(cls, answer: str) -> "Claim":
        """The claim of an answer; a leading yes or no claims nothing by itself."""
        found = words(answer)
        if found and found[0].casefold() in _REPLIES:
            found = found[1:]
        exact, loose = set(), dict[str, None]()
        for place, word in enumerate(found):
            folded = word.casefold()
            if any(c.isdigit() for c in word) or (
                capitals(word) and (place or len(found) <= _FEW) and folded not in STOP_WORDS
            ):
                exact.add(folded)
            elif folded not in STOP_WORDS:
                loose |= dict.fromkeys(terms_of(word))
        return cls(frozenset(exact), tuple(loose))

    @property
    def empty(self) -> bool:
        return not self.exact and not self.loose


def echoes(answer: str, question: str) -> bool:
    """Whether an answer says no more than the question did, where that does not offer a choice."""
    said = _telling(answer)
    return bool(said) and said <= _telling(question) and " or " not in f" {question.casefold()} "


def find_evidence(answer: str, question: str, pages: Iterable[tuple[int, str]]) -> Evidence | None:
    """Where an answer stands, in the place that has most of the question's words too.

    Args:
        answer: As it was given.
        question: What was asked.
        pages: Numbers and texts of the pages to look at; at equal worth the first wins.

    Returns:
        None if it stands nowhere, or claims nothing that could.
    """
    claim = Claim.of(answer)
    if claim.empty:
        return None
    asked = _telling(question)
    best, most = None, 0.0
    for page, text in pages:
        for (start, end), worth in _places(text, claim, asked - set(claim.loose)):
            if worth > most:
                best, most = Evidence(page, start, end), worth
    return best


def concerned(
    question: str, answer: str, text: str, place: Span, rarity: Callable[[str], float]
) -> float:
    """How much of a question stands about a place of a text: the share, by rarity, of its terms
    that are not the answer's own which are in the sentences there or in those on either side.
    1 if there are none."""
    asked = _telling(question) - _telling(answer)
    spans = sentences(text)
    here = [i for i, (start, end) in enumerate(spans) if start < place[1] and end > place[0]]
    first, last = spans[max(0, here[0] - 1)], spans[min(len(spans) - 1, here[-1] + 1)]
    held = _telling(text[first[0] : last[1]])
    worth = {term: rarity(term) for term in asked}
    total = sum(worth.values())
    return sum(value for term, value in worth.items() if term in held) / total if total else 1.0


def _places(text: str, claim: Claim, asked: set[str]) -> Iterable[tuple[Span, float]]:
    """Every sentence and pair of sentences that bears the claim out, and its worth."""
    spans = sentences(text)
    held = [_held(text[start:end]) for start, end in spans]
    entries = contents.contents(text, spans)
    for first in range(len(spans)):
        for last in (first, first + 1):
            if last == len(spans):
                continue
            exact = held[first][0] | held[last][0]
            terms = held[first][1] | held[last][1]
            if not claim.exact <= exact:
                continue
            share = _share(claim.loose, terms)
            total = len(claim.exact) + len(claim.loose)
            if share < (1.0 if total <= _FEW else _MOST):
                continue
            worth = 1 + share + _QUESTION * _share(asked, terms) - 0.1 * (last > first)
            if entries & {first, last}:
                worth *= contents.WORTH
            yield (spans[first][0], spans[last][1]), worth
            if last == first:
                break  # the pair adds nothing that is needed


def _held(sentence: str) -> tuple[set[str], set[str]]:
    return {word.casefold() for word in words(sentence)}, _telling(sentence)


def _telling(text: str) -> set[str]:
    """Terms of the words that are not stop words."""
    found = (word for word in words(text) if word.casefold() not in STOP_WORDS)
    return {term for word in found for term in terms_of(word)}


def _share(wanted: Iterable[str], held: set[str]) -> float:
    listed = list(wanted)
    return sum(term in held for term in listed) / len(listed) if listed else 1.0
