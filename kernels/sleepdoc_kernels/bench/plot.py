"""The table as a picture."""

from pathlib import Path
from typing import Any


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw how many times faster than the slowest each implementation is, per case and operation.

    Raises:
        ImportError: matplotlib is not installed; it is part of ``sleepdoc[dev]``.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "sleepdoc", "font.size": 9}
    timed = [row | {"best": row.get("warm", row["eager"])} for row in rows if "eager" in row]
    timed = [row for row in timed if sum(_same(row, other) for other in timed) > 1]
    places = list(dict.fromkeys((row["case"], row["operation"]) for row in timed))
    names = list(dict.fromkeys(row["implementation"] for row in timed))
    width = 0.8 / len(names)
    figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
    for number, name in enumerate(names):
        of_name = [row for row in timed if row["implementation"] == name]
        at = [places.index((row["case"], row["operation"])) for row in of_name]
        slowest = [max(r["best"] for r in timed if _same(r, row)) for row in of_name]
        ratios = [slow / row["best"] for slow, row in zip(slowest, of_name, strict=True)]
        bars = axes.bar([x + (number - len(names) / 2 + 0.5) * width for x in at], ratios, width)
        bars.set_label(name)
        axes.bar_label(bars, fmt="%.3g", fontsize=7)
    axes.set_yscale("log")
    axes.set_ylabel("times as fast as the slowest")
    axes.set_xticks(range(len(places)), [f"{case}\n{operation}" for case, operation in places])
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=len(names), loc="upper left", bbox_to_anchor=(0, 1.14))
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (one["case"], one["operation"]) == (other["case"], other["operation"])
