"""From the logs of all arms to one table, a file of figures, and a picture."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sleepdoc_model.evaluation.report import wilson
from sleepdoc_model.reproduction.arm import Arm
from sleepdoc_model.reproduction.experiments import Experiment

Curve = Sequence[Mapping[str, Any]]
"""What an arm logged, in order."""


def read_curve(folder: Path) -> Curve:
    """An arm's log; of steps logged twice, as after a crash, the later."""
    log = folder / "log.jsonl"
    if not log.exists():
        return []
    records = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    return list({record["step"]: record for record in records}.values())


def summarise(experiment: Experiment, arms: Iterable[Arm], folder: Path) -> dict[str, Any]:
    """Figures of every arm: at the steps that all were given, and at its own last test, where all
    have cost as much."""
    rows = []
    for arm in arms:
        curve = read_curve(folder / arm.name)
        if not curve:
            continue
        same = [record for record in curve if record["step"] <= experiment.steps][-1]
        rows.append(
            {
                "arm": arm.name,
                "passes": arm.passes,
                "deeper": arm.deeper,
                "seed": arm.seed,
                "equal_steps": _figures(same),
                "equal_compute": _figures(curve[-1]),
                "curve": [[r["step"], r["layer_tokens"], r["exact"] / r["of"]] for r in curve],
            }
        )
    return {"steps": experiment.steps, "arms": rows}


def _figures(record: Mapping[str, Any]) -> dict[str, Any]:
    right, of = record["exact"], record["of"]
    return {
        "step": record["step"],
        "layer_tokens": record["layer_tokens"],
        "exact": right / of,
        "exact_interval": list(wilson(right, of)),
        "loss": record["loss"],
        "loss_by_kind": record["loss_by_kind"],
    }


def table(figures: Mapping[str, Any], baseline: float | None) -> str:
    """A line per arm: exact answers at equal steps and at equal compute."""
    lines = [f"{'arm':16} {'equal steps':>24}  {'equal compute':>24}"]
    for row in figures["arms"]:
        cells = []
        for at in ("equal_steps", "equal_compute"):
            found = row[at]
            low, high = found["exact_interval"]
            share = f"{found['exact']:.1%} ({low:.1%}-{high:.1%})"
            cells.append(f"{share:>24}")
        lines.append(f"{row['arm']:16} {'  '.join(cells)}")
    kinds = list(figures["arms"][0]["equal_steps"]["loss_by_kind"]) if figures["arms"] else []
    if len(kinds) > 1:
        lines.append(f"\n{'loss, equal steps':16} " + " ".join(f"{kind:>6}" for kind in kinds))
        for row in figures["arms"]:
            losses = row["equal_steps"]["loss_by_kind"].values()
            lines.append(f"{row['arm']:16}  " + " ".join(f"{loss:6.2f}" for loss in losses))
    if baseline is not None:
        lines.append(f"best constant guess: {baseline:.1%}")
    return "\n".join(lines)


def plot(figures: Mapping[str, Any], baseline: float | None, path: Path) -> None:
    """Draw exact answers by step and by compute.

    Raises:
        ImportError: matplotlib is not installed; it is part of ``sleepdoc[dev]``.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "sleepdoc", "font.size": 9}
    panels = ((0, "steps"), (1, "tokens × layers"))
    figure, axes = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained", sharey=True)
    groups = list(dict.fromkeys(row["arm"].partition("-")[0] for row in figures["arms"]))
    for axis, (column, title) in zip(axes, panels, strict=True):
        for row in figures["arms"]:
            group = row["arm"].partition("-")[0]
            axis.plot(
                [point[column] for point in row["curve"]],
                [point[2] for point in row["curve"]],
                color=f"C{groups.index(group)}",
                label=None if row["seed"] else group,
            )
        if baseline is not None:
            axis.axhline(baseline, color="0.6", linestyle=":")
        axis.set_xlabel(title)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].axvline(figures["steps"], color="0.8", zorder=0)
    axes[0].set_ylabel("exact answers")
    axes[0].legend(frameon=False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
