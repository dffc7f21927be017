"""From results to figures: per arm, retention, and paired differences with bootstrap intervals."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from sleepdoc_model.evaluation.bootstrap import interval
from sleepdoc_model.evaluation.memory import Result

Totals = dict[str, tuple[float, float]]
"""By document: the sum of a measure, and what to divide it by."""


def compare(results: Sequence[Result]) -> dict[str, Any]:
    """All figures of a benchmark.

    Retention is (NLL_swapped - NLL_arm) / (NLL_swapped - NLL_full): 0 for form without content, 1
    for the whole document in the window, on the questions that all three have. Differences are of
    the sleeping arm with the lowest NLL against every other arm, in token-F1, and in NLL per token
    so that more is better. Intervals are 95 % percentile bootstrap intervals over documents, with
    the same documents drawn on both sides.
    """
    arms = {name: [r for r in results if r.arm == name] for name in _names(results)}
    figures: dict[str, Any] = {
        "documents": len({row.document for row in results}),
        "questions": max((len(rows) for rows in arms.values()), default=0),
        "arms": {name: _figures(rows) for name, rows in arms.items()},
    }
    slept = [name for name in arms if name.startswith("n")]
    if {"swapped", "full"} <= arms.keys():
        for name in slept:
            figures["arms"][name] |= _retention(arms["swapped"], arms["full"], arms[name])
    if slept:
        best = min(slept, key=lambda name: figures["arms"][name]["nll_per_token"])
        figures["best"] = best
        figures["differences"] = {
            name: _difference(arms[best], rows) for name, rows in arms.items() if name != best
        }
    return figures


def _names(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(row.arm for row in results))


def _figures(rows: Sequence[Result]) -> dict[str, float]:
    figures = {
        "questions": len(rows),
        "f1": statistics.fmean(row.f1 for row in rows),
        "exact": statistics.fmean(row.exact for row in rows),
    }
    if tokens := sum(row.tokens for row in rows):
        figures["nll_per_token"] = sum(row.nll for row in rows) / tokens
        figures["seconds"] = statistics.median(row.seconds for row in rows)
    return figures


def _retention(*arms: Sequence[Result]) -> dict[str, Any]:
    floor, ceiling, own = (_nll(rows) for rows in _shared(*arms))

    def retention(documents: Sequence[str]) -> float:
        low = _ratio(floor, documents)
        return (low - _ratio(own, documents)) / (low - _ratio(ceiling, documents))

    known = list(own)
    return {"retention": retention(known), "retention_interval": interval(retention, known)}


def _difference(best: Sequence[Result], other: Sequence[Result]) -> dict[str, Any]:
    ours, theirs = _shared(best, other)
    found: dict[str, Any] = {}
    for name, total, sign in (("f1", _f1, 1), ("nll_per_token", _nll, -1)):
        first, second = total(ours), total(theirs)
        if not all(count for _, count in second.values()):
            continue  # the modal answer has no likelihood

        def difference(
            documents: Sequence[str],
            first: Totals = first,
            second: Totals = second,
            sign: int = sign,
        ) -> float:
            return sign * (_ratio(first, documents) - _ratio(second, documents))

        known = list(first)
        found[name] = difference(known)
        found[f"{name}_interval"] = interval(difference, known)
    return found


def _shared(*arms: Iterable[Result]) -> list[list[Result]]:
    """Of every arm, the results for questions that all of them have."""
    listed = [list(rows) for rows in arms]
    common = set.intersection(*({(r.document, r.question) for r in rows} for rows in listed))
    return [[r for r in rows if (r.document, r.question) in common] for rows in listed]


def _nll(rows: Iterable[Result]) -> Totals:
    return _totals((row.document, row.nll, row.tokens) for row in rows)


def _f1(rows: Iterable[Result]) -> Totals:
    return _totals((row.document, row.f1, 1) for row in rows)


def _totals(rows: Iterable[tuple[str, float, float]]) -> Totals:
    totals: Totals = {}
    for document, value, count in rows:
        before = totals.get(document, (0.0, 0.0))
        totals[document] = (before[0] + value, before[1] + count)
    return totals


def _ratio(totals: Totals, documents: Iterable[str]) -> float:
    pairs = [totals[document] for document in documents]
    return sum(value for value, _ in pairs) / sum(count for _, count in pairs)
