"""Recall by words, by vectors, and by both, into a window of so many tokens."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from torch import Tensor

from sleepdoc_model.recall.index import Index, Indexed
from sleepdoc_model.recall.packing import PASSAGES, Packer, Quote, Sentence, ranked
from sleepdoc_model.recall.query import Query
from sleepdoc_model.recall.ranking import Hit, Ranking, rank, score

_CANDIDATES = 100
"""Of either list."""
_LATE = 60
"""The usual constant of reciprocal rank."""
WEIGHT = 0.2
"""What a similarity one standard deviation above the document's mean is worth beside the best
passage by words."""

Find = Callable[[Index, Query, Packer, Tensor, int], list[Quote]]
"""From an index, a question, and its similarity to all passages [P] to quotes within a budget."""


def words(index: Index, query: Query, packer: Packer, similar: Tensor, budget: int) -> list[Quote]:
    """As `ask` does it."""
    return ranked(index, [query], packer, budget)


def vectors(
    index: Index, query: Query, packer: Packer, similar: Tensor, budget: int
) -> list[Quote]:
    """Whole passages, the most similar first."""
    near = similar.topk(min(_CANDIDATES, len(similar))).indices.tolist()
    return _whole(index, packer, near, budget)


def by_rank(
    index: Index, query: Query, packer: Packer, similar: Tensor, budget: int
) -> list[Quote]:
    """Whole passages by reciprocal rank in both lists (Cormack et al., 2009)."""
    worth: dict[int, float] = {}
    found = [hit.passage.id for hit in rank(index, query, limit=_CANDIDATES).hits]
    for ids in (found, similar.topk(min(_CANDIDATES, len(similar))).indices.tolist()):
        for place, id in enumerate(ids, start=1):
            worth[id] = worth.get(id, 0.0) + 1 / (_LATE + place)
    order = sorted(worth, key=lambda id: (-worth[id], id))
    return _whole(index, packer, order, budget)


def by_score(
    index: Index, query: Query, packer: Packer, similar: Tensor, budget: int
) -> list[Quote]:
    """Sentences, as by words, but of passages whose similarity counts beside their words."""
    by_words = rank(index, query, limit=_CANDIDATES)
    scores = {hit.passage.id: hit.score for hit in by_words.hits}
    best = max(scores.values(), default=1.0)
    near = similar.topk(min(_CANDIDATES, len(similar))).indices.tolist()
    passages = {each.id: each for each in index.load(list({*scores, *near}))}
    standard = (similar - similar.mean()) / similar.std().clamp(min=1e-6)
    hits = [
        Hit(
            each, _score(each, scores, query, by_words, index) + WEIGHT * best * float(standard[id])
        )
        for id, each in passages.items()
    ]
    hits.sort(key=lambda hit: (-hit.score, hit.passage.id))
    ranking = Ranking(tuple(hits[:PASSAGES]), by_words.worth)
    return packer.pack([(ranking, query)], budget)


ARMS: Mapping[str, Find] = {
    "words": words,
    "vectors": vectors,
    "both by rank": by_rank,
    "both by score": by_score,
}


def _score(
    passage: Indexed, known: Mapping[int, float], query: Query, ranking: Ranking, index: Index
) -> float:
    if passage.id in known:
        return known[passage.id]
    return score(passage, query, ranking.worth, index.mean_length)


def _whole(index: Index, packer: Packer, order: Iterable[int], budget: int) -> list[Quote]:
    return packer.fill(_sentences(index, packer, order), budget)


def _sentences(index: Index, packer: Packer, order: Iterable[int]) -> Iterator[Sentence]:
    """Those of passages, each once."""
    seen: set[Sentence] = set()
    for id in order:
        (passage,) = index.load([int(id)])
        for sentence in packer.sentences(passage.page):
            quote = packer.quote(sentence)
            inside = passage.start <= quote.start and quote.end <= passage.end
            if inside and sentence not in seen:
                seen.add(sentence)
                yield sentence
