"""Passages by words and by likeness: both scores in one sum."""

from collections.abc import Mapping
from dataclasses import replace
from heapq import nlargest
from statistics import fmean, pstdev

from sleepdoc_model.recall.index import Index
from sleepdoc_model.recall.passages import Span
from sleepdoc_model.recall.query import Query
from sleepdoc_model.recall.ranking import Hit, Ranking, rank, score

Similar = Mapping[int, float]
"""How like a question passages are, by their ids in the index; those that nothing is known of are
not in it."""

_CANDIDATES = 100
"""Of either list."""
_WEIGHT = 0.35
"""What a likeness one standard deviation above the document's mean is worth beside the best passage
by words."""


def of_passages(similar: Similar, sentences: Mapping[int, Span]) -> Similar:
    """How like a question passages are, from how like it sentences are by their numbers: as like as
    the likest that a passage has.

    Args:
        sentences: the numbers of the first and the last of every passage, by its id.
    """
    found = {}
    for id, (first, last) in sentences.items():
        known = [similar[n] for n in range(first, last + 1) if n in similar]
        if known:
            found[id] = max(known)
    return found


def fused(index: Index, query: Query, similar: Similar, *, limit: int) -> Ranking:
    """The best `limit` passages by the sum of what `rank` says and of how like the question they
    are.

    `rank` alone where nothing is known of that; and where it finds nothing, for something is always
    most like a question, whatever it asks for.
    """
    by_words = rank(index, query, limit=_CANDIDATES)
    if not similar or not by_words.hits:
        return replace(by_words, hits=by_words.hits[:limit])
    hits = {hit.passage.id: hit for hit in by_words.hits}
    near = nlargest(_CANDIDATES, similar, key=lambda id: (similar[id], -id))
    for passage in index.load([id for id in near if id not in hits]):
        worth = score(passage, query, by_words.worth, index.mean_length)
        hits[passage.id] = Hit(passage, worth)
    best = by_words.hits[0].score
    mean, deviation = fmean(similar.values()), max(pstdev(similar.values()), 1e-6)

    def sum_of(hit: Hit) -> float:
        above = (similar.get(hit.passage.id, mean) - mean) / deviation
        return hit.score + _WEIGHT * best * above

    found = [replace(hit, score=sum_of(hit)) for hit in hits.values()]
    found.sort(key=lambda hit: (-hit.score, hit.passage.id))
    return Ranking(tuple(found[:limit]), by_words.worth)
