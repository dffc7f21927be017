"""Whether an answer stands in a text: by comparing words, with no second model.

An answer is borne out by one sentence, or two that follow each other, if these hold all its
numbers and names as they are spelt and nearly all its other words, whatever their endings. A
heading, an entry of contents or a question of the text's own names what is told elsewhere.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sleepdoc_model.recall import contents
from sleepdoc_model.recall.answer_type import fits
from sleepdoc_model.recall.folding import capitalised, capitals, terms_of, words
from sleepdoc_model.recall.passages import Span, sentences, title, touched
from sleepdoc_model.recall.reply import REPLIES, clashes, reason
from sleepdoc_model.recall.stop_words import STOP_WORDS

_FEW = 4
"""An answer of so few telling words needs all of them."""
_MOST = 0.75
"""A longer one needs so large a share."""
_QUESTION = 0.5
"""What all of a question's words are worth beside all of an answer's, in choosing among places."""
_SAME = 0.5
"""A reason with so large a share of the question's words says what was asked, or its opposite."""
_LABELLED = re.compile(r"[^\W\d][^:\n]*:\s*\S")
_PART = re.compile(r"(?:chapter|part|section|appendix|book|volume|title)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\W*(?:he|him|his|she|hers?|it|its|they|their|this|that|these|those)\b", re.IGNORECASE
)

Rarity = Callable[[str], float]
"""How telling a term is."""


@dataclass(frozen=True)
class Evidence:
    """Where an answer stands on a page."""

    page: int
    start: int
    end: int
    told: bool = True
    """Whether a sentence says it, rather than a heading, an entry of contents or a question."""


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
        if found and found[0].casefold() in REPLIES:
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

    def share(self, found: set[str], terms: set[str]) -> float:
        """How much of its other words is among some terms, if that is enough and all numbers and
        names are among the words `found`; else 0."""
        share = _share(self.loose, terms) if self.exact <= found else 0.0
        few = len(self.exact) + len(self.loose) <= _FEW
        return share if share >= (1.0 if few else _MOST) else 0.0


def echoes(answer: str, question: str) -> bool:
    """Whether an answer says no more than the question did, where that offers no choice and the
    answer is no yes or no."""
    said = _telling(answer)
    choice = " or " in f" {question.casefold()} " or reason(answer) is not None
    return bool(said) and said <= _telling(question) and not choice


def coherent(answer: str, question: str) -> str:
    """An answer without the yes or no that its own reason, in the question's words, contradicts:
    ``No, you may charge for it.`` to "May I charge for it?"."""
    because = reason(answer)
    if not because or not clashes(answer, question):
        return answer
    same = _share(_telling(question), _telling(because)) >= _SAME
    return capitalised(because) if same else answer


def plausible(answer: str, question: str) -> bool:
    """Whether words could answer a question at all: of the type asked for, and no echo of it."""
    return fits(answer, question) and not echoes(answer, question)


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
        for (start, end), told, worth in _places(text, claim, asked - set(claim.loose)):
            if worth > most:
                best, most = Evidence(page, start, end, told), worth
    return best


def borne_out_by(answer: str, question: str, text: str) -> str:
    """What a text says where it bears an answer out, as `connected`; empty if it does nowhere."""
    found = find_evidence(answer, question, [(0, text)])
    return connected(text, (found.start, found.end)) if found else ""


def nearest(
    question: str, places: Iterable[tuple[int, str, Span]], rarity: Rarity
) -> Evidence | None:
    """The sentence that concerns a question most, for an answer with nothing to look for.

    Args:
        question: What was asked.
        places: Stretches of pages, as number, text and span, to look in; the first is preferred.
        rarity: How telling a term is.

    Returns:
        A heading, or a question of the text's own, with the sentence behind it; None if no
        sentence shares a telling word with the question.
    """
    asked = {term: rarity(term) for term in _telling(question)}
    best, most = None, 0.0
    for page, text, (first, last) in places:
        spans = sentences(text)
        names = _names(text, spans, contents.contents(text, spans))
        for place, (start, end) in enumerate(spans):
            if end <= first or start >= last:
                continue
            held = _telling(text[start:end])
            worth = sum(value for term, value in asked.items() if term in held)
            if worth > most:
                behind = place + 1 if place in names and place + 1 < len(spans) else place
                best, most = Evidence(page, start, spans[behind][1], behind not in names), worth
    return best


def echoed(question: str, text: str) -> bool:
    """Whether a text says what a question does: nearly all its telling words."""
    asked = _telling(question)
    return bool(asked) and _share(asked, _telling(text)) >= _MOST


def telling_share(wanted: str, text: str) -> float:
    """How many of the telling words of one text are in another, of 1; 0 if there are none."""
    telling = _telling(wanted)
    return _share(telling, _telling(text)) if telling else 0.0


def around(text: str, place: Span) -> str:
    """The sentences at a place of a text, and those on either side."""
    spans = sentences(text)
    first, last = touched(spans, place)
    return text[spans[max(0, first - 1)][0] : spans[min(len(spans) - 1, last + 1)][1]]


def connected(text: str, place: Span) -> str:
    """The sentences at a place of a text, with those that their pronouns are about, and those whose
    pronouns are about them."""
    spans = sentences(text)
    refers = [bool(_PRONOUN.match(text[start:end])) for start, end in spans]
    first, last = touched(spans, place)
    while first and refers[first]:
        first -= 1
    while last + 1 < len(spans) and refers[last + 1]:
        last += 1
    return text[spans[first][0] : spans[last][1]]


def concerned(question: str, answer: str, text: str, rarity: Rarity) -> float:
    """How much of a question stands in a text: the share, by rarity, of its terms that are not the
    answer's own. 1 if there are none."""
    held = _telling(text)
    worth = {term: rarity(term) for term in _telling(question) - _telling(answer)}
    total = sum(worth.values())
    return sum(value for term, value in worth.items() if term in held) / total if total else 1.0


def _places(text: str, claim: Claim, asked: set[str]) -> Iterable[tuple[Span, bool, float]]:
    """Every sentence and pair of sentences that bears the claim out, whether it tells, and its
    worth."""
    spans = sentences(text)
    held = [_held(text[start:end]) for start, end in spans]
    entries = contents.contents(text, spans)
    names = _names(text, spans, entries)
    for first in range(len(spans)):
        for last in (first, first + 1):
            if last == len(spans):
                continue
            exact = held[first][0] | held[last][0]
            terms = held[first][1] | held[last][1]
            share = claim.share(exact, terms)
            if not share:
                continue
            tell = {last} if claim.share(*held[last]) else {first, last}
            worth = 1 + share + _QUESTION * _share(asked, terms) - 0.1 * (last > first)
            told = not (names >= tell or entries & {first, last})
            if not told:
                worth *= contents.WORTH
            yield (spans[first][0], spans[last][1]), told, worth
            if last == first:
                break  # the pair adds nothing that is needed


def _names(text: str, spans: Sequence[Span], entries: frozenset[int]) -> frozenset[int]:
    """The places, among the sentences of a page, of those that only name what is told elsewhere."""
    headings = (place for place, (start, end) in enumerate(spans) if _heads(text[start:end]))
    return entries.union(headings)


def _heads(sentence: str) -> bool:
    """Whether a sentence is a heading or a question; a line such as ``Author: Ada`` is neither."""
    if sentence.endswith("?"):
        return True
    return bool(title(sentence)) and (bool(_PART.match(sentence)) or not _LABELLED.match(sentence))


def _held(sentence: str) -> tuple[set[str], set[str]]:
    return {word.casefold() for word in words(sentence)}, _telling(sentence)


def _telling(text: str) -> set[str]:
    """Terms of the words that are not stop words."""
    found = (word for word in words(text) if word.casefold() not in STOP_WORDS)
    return {term for word in found for term in terms_of(word)}


def _share(wanted: Iterable[str], held: set[str]) -> float:
    listed = list(wanted)
    return sum(term in held for term in listed) / len(listed) if listed else 1.0
