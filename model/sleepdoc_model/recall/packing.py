"""Which sentences of the passages found go into a window that has room for so many tokens."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sleepdoc_model.recall import contents
from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.index import Index
from sleepdoc_model.recall.passages import Span, sentences, title
from sleepdoc_model.recall.query import Query
from sleepdoc_model.recall.ranking import Ranking, nearness, rank

_PASSAGES = 24
"""Passages whose sentences are weighed."""

_OWN = 0.7
"""How much a sentence's own worth counts, the rest being that of its passage."""
_NEAR = 0.5
_WORTHWHILE = 12
"""With fewer tokens left, packing ends."""

Sentence = tuple[int, int]
"""A page, and the sentence's place among those of the page."""


@dataclass(frozen=True)
class Quote:
    """A stretch of a page: one sentence, or several that follow each other."""

    page: int
    start: int
    end: int


class Packer:
    """Fills one window. Pages are cut into sentences when they are first needed."""

    def __init__(
        self, page_text: Callable[[int], str], cost: Callable[[str], int], *, mark: int = 0
    ) -> None:
        """Args:
        page_text: the text of the page with a number.
        cost: tokens of a text.
        mark: tokens that every quote takes besides its text.
        """
        self._page_text, self._cost, self._mark = page_text, cost, mark
        self._spans: dict[int, list[Span]] = {}
        self._contents: dict[int, frozenset[int]] = {}

    def pack(self, ranking: Ranking, query: Query, budget: int) -> list[Quote]:
        """The best sentences in at most `budget` tokens, those that follow each other as one
        quote; the quote with the best sentence first.

        The best sentence comes with its neighbours; a heading, or a question of the text's own,
        with what follows it. A best sentence that is too long alone is cut.
        """
        scores = self._scores(ranking, query)
        order = sorted(scores, key=lambda sentence: (-scores[sentence], sentence))
        chosen: dict[Sentence, None] = {}
        left = budget
        for place, sentence in enumerate(order):
            if left < _WORTHWHILE:
                break
            if sentence in chosen:
                continue
            for each in (sentence, *self._company(sentence, best=place == 0)):
                if each not in chosen and (price := self._price(each, chosen)) <= left:
                    chosen[each] = None
                    left -= price
        if order and not chosen:
            return self._cut(order[0], budget)
        return self._quotes(list(chosen))

    def fill(self, wanted: Iterable[Sentence], budget: int) -> list[Quote]:
        """As many of these sentences as fit, in their order; the first that does not ends it."""
        chosen: dict[Sentence, None] = {}
        for sentence in wanted:
            if (price := self._price(sentence, chosen)) > budget:
                return self._quotes(list(chosen)) or self._cut(sentence, budget)
            chosen[sentence] = None
            budget -= price
        return self._quotes(list(chosen))

    def sentences(self, page: int) -> list[Sentence]:
        """All sentences of a page, in order."""
        return [(page, place) for place in range(len(self._of(page)))]

    def _scores(self, ranking: Ranking, query: Query) -> dict[Sentence, float]:
        scores: dict[Sentence, float] = {}
        own: dict[Sentence, float] = {}
        for hit in ranking.hits:
            passage = hit.passage
            for place, (start, end) in enumerate(self._of(passage.page)):
                if passage.start <= start and end <= passage.end:
                    sentence = passage.page, place
                    if sentence not in own:
                        text = self._page_text(passage.page)[start:end]
                        own[sentence] = _worth(terms(text), query, ranking.worth)
                    score = _OWN * own[sentence] + (1 - _OWN) * hit.score
                    if place in self._contents[passage.page]:
                        score *= contents.WORTH
                    scores[sentence] = max(score, scores.get(sentence, 0.0))
        return scores

    def _company(self, sentence: Sentence, *, best: bool) -> list[Sentence]:
        page, place = sentence
        text = self.text(sentence)
        near = []
        if title(text) or text.endswith("?"):
            near = [place + 1, place + 2]
        elif best:
            near = [place + 1, place - 1]
        return [(page, each) for each in near if 0 <= each < len(self._of(page))]

    def _price(self, sentence: Sentence, chosen: Mapping[Sentence, None]) -> int:
        page, place = sentence
        joins = (page, place - 1) in chosen or (page, place + 1) in chosen
        return self._cost(self.text(sentence)) + (1 if joins else self._mark)

    def _quotes(self, chosen: list[Sentence]) -> list[Quote]:
        rank = {sentence: number for number, sentence in enumerate(chosen)}
        runs: list[list[Sentence]] = []
        for page, place in sorted(chosen):
            if runs and runs[-1][-1] == (page, place - 1):
                runs[-1].append((page, place))
            else:
                runs.append([(page, place)])
        runs.sort(key=lambda run: min(rank[sentence] for sentence in run))
        return [Quote(run[0][0], self._span(run[0])[0], self._span(run[-1])[1]) for run in runs]

    def _cut(self, sentence: Sentence, budget: int) -> list[Quote]:
        """The beginning of a sentence, up to a word's end."""
        text, room = self.text(sentence), budget - self._mark
        length = len(text)
        while length and self._cost(text[:length]) > room:
            length = text.rfind(" ", 0, min(length, length * max(room, 0) // self._cost(text)))
            length = max(length, 0)
        start = self._span(sentence)[0]
        return [Quote(sentence[0], start, start + length)] if length else []

    def quote(self, sentence: Sentence) -> Quote:
        """A sentence by itself."""
        return Quote(sentence[0], *self._span(sentence))

    def text(self, sentence: Sentence) -> str:
        """What a sentence says."""
        start, end = self._span(sentence)
        return self._page_text(sentence[0])[start:end]

    def _span(self, sentence: Sentence) -> Span:
        page, place = sentence
        return self._of(page)[place]

    def _of(self, page: int) -> list[Span]:
        if page not in self._spans:
            text = self._page_text(page)
            self._spans[page] = sentences(text)
            self._contents[page] = contents.contents(text, self._spans[page])
        return self._spans[page]


def ranked(index: Index, query: Query, packer: Packer, budget: int) -> list[Quote]:
    """Candidates, ranking and packing in one: the best of an index in at most `budget` tokens."""
    return packer.pack(rank(index, query, limit=_PASSAGES), query, budget)


def _worth(found: Sequence[str], query: Query, worth: Mapping[str, float]) -> float:
    shared = sum(worth[term] for term in worth.keys() & set(found))
    return shared + _NEAR * nearness(found, query, worth)
