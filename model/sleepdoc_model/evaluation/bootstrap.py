"""Percentile bootstrap intervals."""

import random
from collections.abc import Callable, Sequence

DRAWS = 2000
SEED = 0

Statistic = Callable[[Sequence[str]], float]
"""A figure of the documents named, any of them more than once."""


def interval(statistic: Statistic, documents: Sequence[str]) -> list[float]:
    """95 % percentile bootstrap interval, resampling documents."""
    rng = random.Random(SEED)
    values = sorted(statistic(rng.choices(documents, k=len(documents))) for _ in range(DRAWS))
    return [values[int(0.025 * DRAWS)], values[int(0.975 * DRAWS)]]
