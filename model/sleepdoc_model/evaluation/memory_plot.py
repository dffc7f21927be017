"""The figures of a memory benchmark as a picture."""

from pathlib import Path
from typing import Any

from sleepdoc_model.drawing import drawing


def plot(figures: dict[str, Any], path: Path) -> None:
    """Draw token-F1 and answer NLL of every arm.

    Raises:
        ImportError: matplotlib is not installed; it is part of ``sleepdoc[dev]``.
    """
    panels = (("f1", "token-F1"), ("nll_per_token", "NLL per answer token"))
    with drawing(path, 1, 2, size=(8, 2.8), sharey="row") as (axes,):
        for axis, (name, title) in zip(axes, panels, strict=True):
            rows = {arm: row[name] for arm, row in figures["arms"].items() if name in row}
            colours = ["C0" if arm.startswith("n") else "0.7" for arm in rows]
            bars = axis.barh(list(rows), list(rows.values()), color=colours)
            axis.bar_label(bars, fmt="%.2f", padding=2, fontsize=8)
            axis.set_title(title, fontsize=9)
        axes[0].invert_yaxis()
