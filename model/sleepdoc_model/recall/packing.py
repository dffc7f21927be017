"""Which sentences of the passages found go into a window that has room for so many tokens."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sleepdoc_model.recall import back_index, contents
from sleepdoc_model.recall.definition import explains, names
from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.fusion import Similar, fused
from sleepdoc_model.recall.index import Index, Indexed
from sleepdoc_model.recall.lists import introduction
from sleepdoc_model.recall.passages import Span, headings_of, sentences, title, touched
from sleepdoc_model.recall.query import Query
from sleepdoc_model.recall.ranking import HEADING, Ranking, nearness
from sleepdoc_model.recall.stop_words import STOP_WORDS

PASSAGES = 24
"""Passages whose sentences are weighed."""

_OWN = 0.5
"""How much a sentence's own worth counts, the rest being that of its passage."""
_BESIDE = 0.2
"""How much counts the better of its neighbours, which tell what it is about. Both chosen on 805
questions about texts written for the reader (docs/measured.md, "Answers")."""
_NEAR = 0.5
_EXPLAINS = 1.5
"""What it is worth that a sentence explains plainly what is to be explained, beside the best score
without that."""
_EXPLAINING = 3
"""Sentences that count so."""
_NAMING = 800
"""Passages, the first that name it, among which they are looked for."""
_UNDER = 0.8
"""How plainly the first sentence under a heading explains what the heading names."""
_WORTHWHILE = 12
"""With fewer tokens left, packing ends."""
_WORD = re.compile(r"\S+")
_POINTS = re.compile(r"(?:it|such|that|these|they|this|those)\b", re.IGNORECASE)

Sentence = tuple[int, int]
"""A page, and the sentence's place among those of the page."""
Place = tuple[int, int]
"""How good it is for a question, 0 for the best, and which question that is."""


@dataclass(frozen=True)
class Quote:
    """A stretch of a page: one sentence, or several that follow each other."""

    page: int
    start: int
    end: int
    introduced: Span | None = None
    """What introduces the list of which it is a later item, on the same page."""


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
        self._headings: dict[int, list[frozenset[str]]] = {}
        self._contents: dict[int, frozenset[int]] = {}
        self._index: dict[int, frozenset[int]] = {}

    def pack(self, asked: Sequence[tuple[Ranking, Query]], budget: int) -> list[Quote]:
        """The best sentences for each of one or more questions in at most `budget` tokens, those
        that follow each other as one quote; the quote with the best sentence first, and where there
        are several questions the best for each before the second best for any.

        What a question leaves of its share goes to those behind it. Its best sentence comes with
        its neighbours; a heading, or a question of the text's own, with what follows it. A best
        sentence that is too long alone is cut.
        """
        chosen: dict[Sentence, Place] = {}
        cut: list[tuple[Place, Quote]] = []
        for number, (ranking, query) in enumerate(asked):
            share = budget // (len(asked) - number)
            order = self._order(ranking, query)
            if order and order[0] not in chosen and self._price(order[0], chosen) > share:
                piece = self._cut(order[0], share, ranking.worth)
                cut += [((0, number), quote) for quote in piece]
                budget -= share if piece else 0
            else:
                budget -= self._choose(order, share, number, chosen, ranking.explaining)
        found = sorted([*cut, *self._quotes(chosen)], key=lambda each: each[0])
        return [quote for _, quote in found]

    def _order(self, ranking: Ranking, query: Query) -> list[Sentence]:
        scores = self._scores(ranking, query)
        return sorted(scores, key=lambda sentence: (-scores[sentence], sentence))

    def _choose(
        self,
        order: Sequence[Sentence],
        budget: int,
        number: int,
        chosen: dict[Sentence, Place],
        explaining: Collection[Sentence],
    ) -> int:
        """Choose sentences in their order; the tokens they take."""
        left = budget
        for place, sentence in enumerate(order):
            if place and left < _WORTHWHILE:
                break
            if sentence in chosen:
                chosen[sentence] = min(chosen[sentence], (place, number))
                if place:
                    continue
            company = self._company(sentence, best=place == 0, explains=sentence in explaining)
            for each in (sentence, *company):
                if each not in chosen and (price := self._price(each, chosen)) <= left:
                    chosen[each] = place, number
                    left -= price
        return budget - left

    def fill(self, wanted: Iterable[Sentence], budget: int) -> list[Quote]:
        """As many of these sentences as fit, in their order; the first that does not ends it."""
        chosen: dict[Sentence, Place] = {}
        for place, sentence in enumerate(wanted):
            if (price := self._price(sentence, chosen)) > budget:
                if not chosen:
                    return self._cut(sentence, budget, {})
                break
            chosen[sentence] = place, 0
            budget -= price
        return [quote for _, quote in sorted(self._quotes(chosen), key=lambda each: each[0])]

    def widened(self, quote: Quote, budget: int) -> Quote:
        """A quote with the sentences behind and before it on its page, by turns, as long as they
        fit with it into `budget` tokens."""
        spans, page = self._of(quote.page), quote.page
        first, last = touched(spans, (quote.start, quote.end))
        inside = range(first, last + 1)
        budget -= self._mark + sum(self._cost(self.text((page, n))) + 1 for n in inside)
        steps = [1, -1]
        while steps:
            for step in tuple(steps):
                place = last + 1 if step > 0 else first - 1
                known = 0 <= place < len(spans)
                price = self._cost(self.text((page, place))) + 1 if known else 0
                if not known or price > budget:
                    steps.remove(step)
                else:
                    budget -= price
                    first, last = min(first, place), max(last, place)
        return Quote(page, min(quote.start, spans[first][0]), max(quote.end, spans[last][1]))

    def sentences(self, page: int) -> list[Sentence]:
        """All sentences of a page, in order."""
        return [(page, place) for place in range(len(self._of(page)))]

    def explaining(self, passages: Iterable[Indexed], term: str) -> dict[Sentence, float]:
        """The sentences that explain a term most plainly, and how plainly; at equal worth those
        that come first."""
        worth, named = explains(term), names(term)
        found: dict[Sentence, float] = {}
        for sentence in sorted({each for p in passages for each in self._within(p)}):
            page, place = sentence
            value = worth(text := self.text(sentence))
            if place in self._contents[page]:
                value *= contents.WORTH
            found[sentence] = max(value, found.get(sentence, 0.0))
            if named(text) and title(text) and place + 1 < len(self._of(page)):
                found[page, place + 1] = _UNDER
        best = sorted(found, key=lambda sentence: (-found[sentence], sentence))[:_EXPLAINING]
        return {sentence: found[sentence] for sentence in best if found[sentence]}

    def _within(self, passage: Indexed) -> list[Sentence]:
        """The sentences of a passage."""
        return [
            (passage.page, place)
            for place, (start, end) in enumerate(self._of(passage.page))
            if passage.start <= start and end <= passage.end
        ]

    def _scores(self, ranking: Ranking, query: Query) -> dict[Sentence, float]:
        scores: dict[Sentence, float] = {}
        own: dict[Sentence, float] = {}
        named = frozenset(_telling(query.explained) if ranking.explaining else ())

        def worth(sentence: Sentence, heading: Collection[str]) -> float:
            if sentence not in own:
                found = terms(self.text(sentence))
                own[sentence] = _worth(found, heading, query, ranking.worth)
            return _OWN * own[sentence]

        for hit in ranking.hits:
            for sentence, heading in self._under(hit.passage):
                if not named.issubset(terms(self.text(sentence))):
                    continue  # it comes with one that explains, or would come between two
                score = worth(sentence, heading) + (1 - _OWN) * hit.score
                score *= self._counts(sentence, query)
                scores[sentence] = max(score, scores.get(sentence, 0.0))
        scores = _beside(scores if query.place else self._told(scores, query))
        most = max(scores.values(), default=0.0)
        for sentence, plainly in ranking.explaining.items():
            score = scores.get(sentence, worth(sentence, ()))
            scores[sentence] = score + _EXPLAINS * plainly * most
        return scores

    def _under(self, passage: Indexed) -> Iterator[tuple[Sentence, Collection[str]]]:
        """The sentences of a passage, each with the terms of what it stands under: of the heading
        on its page, else of the one that is in force where the passage ends, if that stands on a
        page before."""
        within = self._within(passage)
        headings = self._headings[passage.page]
        begun = within and headings[within[-1][1]]
        outer = () if begun else frozenset(passage.heading)
        for sentence in within:
            yield sentence, headings[sentence[1]] or outer

    def _told(self, scores: Mapping[Sentence, float], query: Query) -> dict[Sentence, float]:
        """Without entries of contents that have no more of what is asked for than another sentence,
        such as the heading that they name: a reader would answer from them."""
        held = {each: query.weights.keys() & {*terms(self.text(each))} for each in scores}
        entries = {(page, place) for page, place in scores if place in self._contents[page]}
        told = [had for each, had in held.items() if each not in entries]
        return {
            each: score
            for each, score in scores.items()
            if each not in entries or not any(held[each] <= had for had in told)
        }

    def _counts(self, sentence: Sentence, query: Query) -> float:
        """What it counts that a sentence has something: less if it only names what stands
        elsewhere, least in an index, unless the question asks for that."""
        page, place = sentence
        if place in self._index[page]:
            return 1.0 if query.place else back_index.WORTH
        return contents.WORTH if place in self._contents[page] else 1.0

    def _company(self, sentence: Sentence, *, best: bool, explains: bool) -> list[Sentence]:
        """What comes with a sentence. Before one that explains something there may stand what
        explains something else, as in a list; it is left out unless that one points at it."""
        page, place = sentence
        text = self.text(sentence)
        near = []
        if title(text) or text.endswith("?"):
            near = [place + 1, place + 2]
        elif explains:
            near = [place - 1, place + 1] if _POINTS.match(text) else [place + 1]
        elif best:
            near = [place + 1, place - 1]
        return [(page, each) for each in near if 0 <= each < len(self._of(page))]

    def _price(self, sentence: Sentence, chosen: Mapping[Sentence, Place]) -> int:
        page, place = sentence
        joins = (page, place - 1) in chosen or (page, place + 1) in chosen
        mark = 1 if joins else self._mark
        if (page, place - 1) not in chosen and (before := self._introduced(sentence)):
            mark += self._cost(self._page_text(page)[slice(*before)])
        return self._cost(self.text(sentence)) + mark

    def _introduced(self, sentence: Sentence) -> Span | None:
        page, place = sentence
        return introduction(self._page_text(page), self._of(page), place)

    def _quotes(self, chosen: Mapping[Sentence, Place]) -> list[tuple[Place, Quote]]:
        """Sentences that follow each other as one quote, with the best of their places."""
        runs: list[list[Sentence]] = []
        for page, place in sorted(chosen):
            if runs and runs[-1][-1] == (page, place - 1):
                runs[-1].append((page, place))
            else:
                runs.append([(page, place)])
        return [
            (
                min(chosen[sentence] for sentence in run),
                Quote(
                    run[0][0],
                    self._span(run[0])[0],
                    self._span(run[-1])[1],
                    self._introduced(run[0]),
                ),
            )
            for run in runs
        ]

    def _cut(self, sentence: Sentence, budget: int, worth: Mapping[str, float]) -> list[Quote]:
        """As many words of a sentence as fit, of all such stretches one with most of what was asked
        for, and about as much on either side of it; its beginning where there is nothing of it."""
        text, start = self.text(sentence), self._span(sentence)[0]
        stretches = self._fitting(text, budget - self._mark)
        held = [sum(worth.get(t, 0.0) for t in {*terms(text[i:j])}) for i, j in stretches]
        most = max(held, default=0.0)
        best = [each for each, value in zip(stretches, held, strict=True) if value == most]
        best = best if most else [each for each in stretches if each[0] == 0]
        middle = (len(best) - 1) // 2
        return [Quote(sentence[0], start + i, start + j) for i, j in best[middle : middle + 1]]

    def _fitting(self, text: str, room: int) -> list[Span]:
        """From every word of a text on, as many words as cost no more than `room`; none that are
        part of the one before."""
        words = [match.span() for match in _WORD.finditer(text)]
        found: list[Span] = []
        last = 0
        for first, (start, _) in enumerate(words):
            while last < len(words) and self._cost(text[start : words[last][1]]) <= room:
                last += 1
            if last > first:
                found.append((start, words[last - 1][1]))
            if last == len(words):
                break
            last = max(last, first + 1)
        return found

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
            headings = headings_of(text, self._spans[page])
            found = {heading: frozenset(terms(heading)) for heading in {*headings}}
            self._headings[page] = [found[heading] for heading in headings]
            self._index[page] = contents.indexed(text, self._spans[page])
            self._contents[page] = self._index[page] | contents.listed(text, self._spans[page])
        return self._spans[page]


def ranked(
    index: Index,
    asked: Sequence[Query],
    packer: Packer,
    budget: int,
    similar: Sequence[Similar] = (),
) -> list[Quote]:
    """Candidates, ranking and packing in one: the best of an index for each of one or more
    questions, in at most `budget` tokens.

    Args:
        similar: for each question how like it passages are, if that is known.
    """
    found = []
    for query, near in zip(asked, similar or [{}] * len(asked), strict=True):
        ranking = fused(index, query, near, limit=PASSAGES)
        if query.explained:
            naming = _naming(index, query.explained)
            explaining = packer.explaining(naming, query.explained)
            ranking = replace(ranking, explaining=explaining)
        found.append((ranking, query))
    return packer.pack(found, budget)


def _naming(index: Index, term: str) -> list[Indexed]:
    """The first passages that name a term."""
    held = [set(index.holders(each)) for each in _telling(term)]
    return index.load(sorted(set.intersection(*held))[:_NAMING]) if held else []


def _beside(scores: Mapping[Sentence, float]) -> dict[Sentence, float]:
    """With what those before and behind it on its page make of a sentence."""

    def near(page: int, place: int) -> float:
        return max(scores.get((page, place + step), 0.0) for step in (-1, 1))

    return {sentence: score + _BESIDE * near(*sentence) for sentence, score in scores.items()}


def _telling(term: str) -> list[str]:
    """What a term is known by in the index."""
    named = terms(term)
    return [each for each in named if each.rstrip("_") not in STOP_WORDS] or named


def _worth(
    found: Sequence[str], heading: Collection[str], query: Query, worth: Mapping[str, float]
) -> float:
    """What a sentence is worth, and what stands above it."""
    held = worth.keys() & {*found}
    above = worth.keys() & {*heading} - held
    shared = sum(worth[term] for term in held) + HEADING * sum(worth[term] for term in above)
    return shared + _NEAR * nearness(found, query, worth)
