"""From scores to figures: shares with Wilson intervals, retention with bootstrap intervals."""

import math
from collections.abc import Mapping, Sequence

from sleepdoc_model.evaluation.arms import Score
from sleepdoc_model.evaluation.bootstrap import interval


def summary(scores: Mapping[str, Sequence[Score]]) -> dict[str, object]:
    """Per arm exact match and NLL per token, and the retention of `own`."""
    arms: dict[str, object] = {}
    for arm, rows in scores.items():
        right = sum(row.exact for row in rows)
        low, high = wilson(right, len(rows))
        arms[arm] = {
            "exact": right / len(rows),
            "exact_interval": [low, high],
            "nll_per_token": mean_nll(rows),
        }
    return {
        "questions": len(scores["own"]),
        "documents": len({row.document for row in scores["own"]}),
        "arms": arms,
        "retention": retention(scores),
        "retention_interval": retention_interval(scores),
    }


def mean_nll(rows: Sequence[Score]) -> float:
    return sum(row.nll for row in rows) / sum(row.tokens for row in rows)


def retention(scores: Mapping[str, Sequence[Score]]) -> float:
    """Share of what the full context gives that survives eviction: 0 at the swapped memory, 1 at
    the full context."""
    own, floor, ceiling = (mean_nll(scores[arm]) for arm in ("own", "swapped", "full"))
    return (floor - own) / (floor - ceiling)


def retention_interval(scores: Mapping[str, Sequence[Score]]) -> list[float]:
    """95 % interval of the retention, resampling documents."""
    by_document: dict[str, dict[str, list[Score]]] = {}
    for arm, rows in scores.items():
        for row in rows:
            by_document.setdefault(str(row.document), {}).setdefault(arm, []).append(row)

    def of(documents: Sequence[str]) -> float:
        return retention(
            {arm: [s for d in documents for s in by_document[d][arm]] for arm in scores}
        )

    return interval(of, list(by_document))


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of a share."""
    share, square = right / count, z * z / count
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return middle - half, middle + half
