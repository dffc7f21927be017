"""From results to figures: per arm, retention, and paired differences, with bootstrap intervals."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sleepdoc_model.evaluation.bootstrap import (
    Totals,
    interval,
    ratio,
    ratio_interval,
    share_interval,
    totals,
)
from sleepdoc_model.evaluation.memory import Result

FLOOR, CEILING = "swapped", "full-own"

Measure = Callable[[Iterable[Result]], Totals]


def compare(results: Sequence[Result], ours: str) -> dict[str, Any]:
    """All figures of a benchmark.

    Retention is (NLL_floor - NLL_arm) / (NLL_floor - NLL_ceiling), on the questions that all three
    have: 0 for another document's memory, form without content; 1 for the whole document in the
    window beside its own memory, all there is to know it by. Differences are of the arm `ours`
    against every other one, in token-F1, and in NLL per token so that more is better. Which arm
    that is has to be settled before anything is measured: the best of several on the same questions
    is better than it is.

    Intervals are 95 % percentile bootstrap intervals over documents, as questions about the same
    one are alike; of differences with the same documents drawn on both sides.
    """
    arms = {name: [r for r in results if r.arm == name] for name in _names(results)}
    figures: dict[str, Any] = {
        "documents": len({row.document for row in results}),
        "questions": max((len(rows) for rows in arms.values()), default=0),
        "arms": {name: _figures(rows) for name, rows in arms.items()},
    }
    if {FLOOR, CEILING} <= arms.keys():
        for name in arms:
            if name.startswith("n"):
                figures["arms"][name] |= _retention(arms[FLOOR], arms[CEILING], arms[name])
    if ours in arms:
        figures["ours"] = ours
        figures["differences"] = {
            name: _difference(arms[ours], rows) for name, rows in arms.items() if name != ours
        }
    return figures


def _names(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(row.arm for row in results))


def _figures(rows: Sequence[Result]) -> dict[str, Any]:
    f1, exact, nll = _f1(rows), _exact(rows), _nll(rows)
    figures: dict[str, Any] = {
        "questions": len(rows),
        "f1": ratio(f1, list(f1)),
        "f1_interval": ratio_interval(f1),
        "exact": ratio(exact, list(exact)),
        "exact_interval": share_interval(exact),
    }
    if any(row.tokens for row in rows):  # the modal answer has no likelihood
        figures["nll_per_token"] = ratio(nll, list(nll))
        figures["nll_per_token_interval"] = ratio_interval(nll)
        figures["seconds"] = statistics.median(row.seconds for row in rows)
    return figures


def _retention(*arms: Sequence[Result]) -> dict[str, Any]:
    floor, ceiling, own = (_nll(rows) for rows in _shared(*arms))
    known = list(own)
    if not known or ratio(floor, known) <= ratio(ceiling, known):
        return {}  # the text itself is no help: there is nothing to keep

    def retention(documents: Sequence[str]) -> float:
        low = ratio(floor, documents)
        between = low - ratio(ceiling, documents)
        return (low - ratio(own, documents)) / between if between else 0.0

    return {"retention": retention(known), "retention_interval": interval(retention, known)}


def _difference(ours: Sequence[Result], other: Sequence[Result]) -> dict[str, Any]:
    mine, theirs = _shared(ours, other)
    found: dict[str, Any] = {}
    measures: tuple[tuple[str, Measure, int], ...] = (
        ("f1", _f1, 1),
        ("exact", _exact, 1),
        ("nll_per_token", _nll, -1),
    )
    for name, total, sign in measures:
        first, second = total(mine), total(theirs)
        if not first or not all(count for _, count in second.values()):
            continue

        def difference(
            documents: Sequence[str],
            first: Totals = first,
            second: Totals = second,
            sign: int = sign,
        ) -> float:
            return sign * (ratio(first, documents) - ratio(second, documents))

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
    return totals((row.document, row.nll, row.tokens) for row in rows)


def _f1(rows: Iterable[Result]) -> Totals:
    return totals((row.document, row.f1, 1) for row in rows)


def _exact(rows: Iterable[Result]) -> Totals:
    return totals((row.document, row.exact, 1) for row in rows)
