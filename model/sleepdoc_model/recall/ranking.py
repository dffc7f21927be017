"""Which passages have most of what a question asks for."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

from sleepdoc_model.recall.index import Index, Indexed
from sleepdoc_model.recall.query import Query

_K1, _B = 1.2, 0.75  # the usual values of BM25
_CANDIDATES = 100
"""Passages that are scored; chosen by the rarity of the terms they share with the question."""
HEADING = 0.3
"""What a term is worth that stands in the heading alone."""
_NEAR = 0.5
"""What it is worth that two terms stand together as they do in the question."""
_NEARBY = 4


@dataclass(frozen=True)
class Hit:
    passage: Indexed
    score: float


@dataclass(frozen=True)
class Ranking:
    """Passages that share a term with the question, best first."""

    hits: tuple[Hit, ...]
    worth: Mapping[str, float]
    """For every term of the query that the document has: its weight times its rarity."""
    explaining: Mapping[tuple[int, int], float] = field(default_factory=dict)
    """Sentences, as page and place, that explain what is to be explained, and how plainly."""


def rank(index: Index, query: Query, *, limit: int) -> Ranking:
    """The best `limit` passages by Okapi BM25 (Robertson et al., 1995) with weighted terms,
    headings and nearness. Equal ones stand in the order of the text."""
    holders = {term: found for term in query.weights if (found := index.holders(term))}
    worth = {
        term: query.weights[term] * rarity(index.size, len(found))
        for term, found in holders.items()
    }
    shared: defaultdict[int, float] = defaultdict(float)
    for term, found in holders.items():
        value = worth[term]
        for id in found:
            shared[id] += value
    candidates = nsmallest(_CANDIDATES, shared, key=lambda id: (-shared[id], id))
    mean = index.mean_length
    hits = [Hit(each, score(each, query, worth, mean)) for each in index.load(candidates)]
    hits.sort(key=lambda hit: (-hit.score, hit.passage.id))
    return Ranking(tuple(hits[:limit]), worth)


def rarity(size: int, held: int) -> float:
    """Inverse document frequency, never negative: how telling it is that a passage has a term
    which `held` of `size` have."""
    return math.log(1 + (size - held + 0.5) / (held + 0.5))


def score(passage: Indexed, query: Query, worth: Mapping[str, float], mean: float) -> float:
    """What a passage is worth among passages of `mean` terms."""
    counts = Counter(passage.terms)
    norm = _K1 * (1 - _B + _B * len(passage.terms) / mean)
    total = _NEAR * nearness(passage.terms, query, worth)
    for term, value in worth.items():
        if count := counts[term]:
            total += value * count * (_K1 + 1) / (count + norm)
        elif term in passage.heading:
            total += HEADING * value
    return total


def nearness(terms: Sequence[str], query: Query, worth: Mapping[str, float]) -> float:
    """Terms that follow each other in the question: all their worth where they do so here, half
    of it two terms apart, and so on; the wrong way round is one further apart."""
    places: dict[str, list[int]] = {term: [] for pair in query.pairs for term in pair}
    for place, term in enumerate(terms):
        if term in places:
            places[term].append(place)
    total = 0.0
    for first, second in query.pairs:
        if first == second or not (places[first] and places[second]):
            continue
        apart = min(
            there - here if there > here else here - there + 1
            for here in places[first]
            for there in places[second]
        )
        if apart <= _NEARBY:
            total += min(worth[first], worth[second]) / apart
    return total
