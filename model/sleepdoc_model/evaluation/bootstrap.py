"""Percentile bootstrap intervals."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence

DRAWS = 2000
SEED = 0

Statistic = Callable[[Sequence[str]], float]
"""A figure of the documents named, any of them more than once."""
Totals = Mapping[str, tuple[float, float]]
"""By document: the sum of a measure, and what to divide it by."""


def totals(values: Iterable[tuple[str, float, float]]) -> dict[str, tuple[float, float]]:
    """`Totals` of single values, each with its document and what it counts."""
    found: dict[str, tuple[float, float]] = {}
    for document, value, count in values:
        before = found.get(document, (0.0, 0.0))
        found[document] = before[0] + value, before[1] + count
    return found


def interval(statistic: Statistic, documents: Sequence[str]) -> list[float]:
    """95 % percentile bootstrap interval, resampling documents."""
    rng = random.Random(SEED)
    values = sorted(statistic(rng.choices(documents, k=len(documents))) for _ in range(DRAWS))
    return [values[int(0.025 * DRAWS)], values[int(0.975 * DRAWS)]]


def ratio(totals: Totals, documents: Sequence[str]) -> float:
    """Sum over sum: a mean over everything that the documents hold."""
    pairs = [totals[document] for document in documents]
    return sum(value for value, _ in pairs) / sum(count for _, count in pairs)


def ratio_interval(totals: Totals) -> list[float]:
    """Of `ratio` over all documents."""
    return interval(lambda documents: ratio(totals, documents), list(totals))


def share_interval(totals: Totals) -> list[float]:
    """Of a share, such as that of right answers.

    Where all documents are wholly right, or wholly wrong, they differ in nothing that could be
    drawn. Then the other end is where so many documents alike would be seen in one case of forty
    (the exact binomial limit, with a document as one observation).
    """
    found = {value / count for value, count in totals.values()}
    far = 1 - 0.025 ** (1 / len(totals))
    if found == {0.0}:
        return [0.0, far]
    return [1 - far, 1.0] if found == {1.0} else ratio_interval(totals)
