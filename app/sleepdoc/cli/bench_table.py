"""The figures of `sleepdoc bench memory` as text."""

from typing import Any

from sleepdoc.cli.output import table

_NONE = "–"


def bench_table(figures: dict[str, Any]) -> str:
    """A table of the arms, and one of how far the memory of the usual passes is ahead of each."""
    rows = [("arm", "questions", "token-F1", "exact", "95 %", "NLL/token", "retention", "seconds")]
    for name, row in figures["arms"].items():
        nll = f"{row['nll_per_token']:.3f}" if "nll_per_token" in row else _NONE
        seconds = f"{row['seconds']:.2f}" if "seconds" in row else _NONE
        kept = _with_interval(row, "retention", "")
        low, high = row["exact_interval"]
        exact = f"{row['exact']:.1%}", f"{low:.1%}-{high:.1%}"
        rows.append((name, f"{row['questions']:,}", f"{row['f1']:.3f}", *exact, nll, kept, seconds))
    text = table(rows)
    if "ours" not in figures:
        return text
    ahead = [(f"{figures['ours']} against", "token-F1", "NLL/token")]
    for name, row in figures["differences"].items():
        better = (_with_interval(row, measure, "+") for measure in ("f1", "nll_per_token"))
        ahead.append((name, *better))
    note = "Intervals of 95 %, over documents; of differences above 0 is better."
    return f"{text}\n\n{table(ahead)}\n\n{note}"


def _with_interval(row: dict[str, Any], name: str, sign: str) -> str:
    if name not in row:
        return _NONE
    low, high = row[f"{name}_interval"]
    return f"{row[name]:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"
