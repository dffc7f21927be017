"""From the logs of all arms to one table, a file of figures, and a picture."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sleepdoc_kernels import result_file
from sleepdoc_model.drawing import drawing
from sleepdoc_model.reproduction.arm import Arm, equal_cost
from sleepdoc_model.reproduction.experiments import Experiment

Curve = Sequence[Mapping[str, Any]]
"""What an arm logged, in order."""


_ENOUGH = 0.95
"""Of the steps that an arm is compared at: one that was trained for less has no figure there."""


_BY_KIND = (
    ("loss_by_kind", "equal_steps"),
    ("exact_by_kind", "equal_steps"),
    ("exact_by_kind", "equal_compute"),
)


def read_curve(folder: Path) -> Curve:
    """An arm's log; of steps logged twice, as after a crash, the later."""
    log = folder / "log.jsonl"
    if not log.exists():
        return []
    return list({record["step"]: record for record in result_file.lines(log)}.values())


def summarise(experiment: Experiment, arms: Sequence[Arm], folder: Path) -> dict[str, Any]:
    """Figures of every arm: at the steps that all were given, and at its own last test
    within what the dearest arm has cost."""
    rows = []
    for arm, given in equal_cost(experiment, arms).items():
        curve = [record for record in read_curve(folder / arm.name) if record["step"] <= given]
        if not curve:
            continue
        same = [record for record in curve if record["step"] <= experiment.steps]
        rows.append(
            {
                "arm": arm.name,
                "passes": arm.passes,
                "deeper": arm.deeper,
                "seed": arm.seed,
                "equal_steps": _figures(same, experiment.steps),
                "equal_compute": _figures(curve, given),
                "curve": [_point(record) for record in curve],
            }
        )
    return {"steps": experiment.steps, "arms": rows}


def _point(record: Mapping[str, Any]) -> list[Any]:
    """Steps, tokens times layers, exact answers, and the loss of every kind if there are more."""
    losses = record["loss_by_kind"]
    point = [record["step"], record["layer_tokens"], record["exact"] / record["of"]]
    return [*point, losses] if len(losses) > 1 else point


def _figures(curve: Curve, steps: int) -> dict[str, Any] | None:
    """Of the last test; None if that was well before so many steps."""
    if not curve or curve[-1]["step"] < _ENOUGH * steps:
        return None
    record = curve[-1]
    right, of = record["exact"], record["of"]
    return {
        "step": record["step"],
        "layer_tokens": record["layer_tokens"],
        "exact": right / of,
        "exact_interval": list(wilson(right, of)),
        "loss": record["loss"],
        "loss_by_kind": record["loss_by_kind"],
        "exact_by_kind": record.get("exact_by_kind", {}),
    }


def table(figures: Mapping[str, Any], baseline: float | None) -> str:
    """A line per arm: exact answers at equal steps and at equal compute."""
    lines = [f"{'arm':16} {'equal steps':>24}  {'equal compute':>24}"]
    for row in figures["arms"]:
        cells = []
        for at in ("equal_steps", "equal_compute"):
            if (found := row[at]) is None:
                cells.append(f"{'not trained so far':>24}")
                continue
            low, high = found["exact_interval"]
            share = f"{found['exact']:.1%} ({low:.1%}-{high:.1%})"
            cells.append(f"{share:>24}")
        lines.append(f"{row['arm']:16} {'  '.join(cells)}")
    if kinds := _kinds(figures):
        for measure, at in _BY_KIND:
            rows = [row for row in figures["arms"] if row[at] and row[at][measure]]
            if rows:
                title = f"{measure.partition('_')[0]}, {at.replace('_', ' ')}"
                lines.append(f"\n{title:21} " + " ".join(f"{kind:>6}" for kind in kinds))
            for row in rows:
                values = " ".join(f"{value:6.2f}" for value in row[at][measure].values())
                lines.append(f"{row['arm']:21} {values}")
    if baseline is not None:
        lines.append(f"best constant guess: {baseline:.1%}")
    return "\n".join(lines)


def plot(figures: Mapping[str, Any], baseline: float | None, path: Path) -> None:
    """Draw what arms reach by step and by compute.

    Exact answers, or a row for the loss of every kind if there are more.

    Raises:
        ImportError: matplotlib is not installed; it is part of ``sleepdoc[dev]``.
    """
    measures = {f"loss, {kind}": kind for kind in _kinds(figures)} or {"exact answers": ""}
    groups = list(dict.fromkeys(_group(row) for row in figures["arms"]))
    with drawing(
        path, len(measures), 2, size=(8, 0.8 + 2 * len(measures)), sharex="col", sharey="row"
    ) as grid:
        for axes, (title, kind) in zip(grid, measures.items(), strict=True):
            for axis, column in zip(axes, (0, 1), strict=True):
                for row in figures["arms"]:
                    axis.plot(
                        [point[column] for point in row["curve"]],
                        [point[3][kind] if kind else point[2] for point in row["curve"]],
                        color=f"C{groups.index(_group(row))}",
                        label=None if row["seed"] else _group(row),
                    )
                if baseline is not None:
                    axis.axhline(baseline, color="0.6", linestyle=":")
            axes[0].axvline(figures["steps"], color="0.8", zorder=0)
            axes[0].set_ylabel(title)
        for axis, cost in zip(grid[-1], ("steps", "tokens × layers"), strict=True):
            axis.set_xlabel(cost)
        grid[0][0].legend(frameon=False)


def _kinds(figures: Mapping[str, Any]) -> list[str]:
    """By what losses are told apart, if they are."""
    points = [point for row in figures["arms"] for point in row["curve"]]
    return list(points[0][3]) if points and len(points[0]) > 3 else []


def _group(row: Mapping[str, Any]) -> str:
    """What the arms of all seeds have in common."""
    name: str = row["arm"]
    return name.partition("-")[0]


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of a share of sequences, which are independent of each other here."""
    share, square = right / count, z * z / count
    middle = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return middle - half, middle + half
