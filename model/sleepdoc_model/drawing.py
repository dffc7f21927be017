"""Pictures of figures: equal figures give equal files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal


@contextmanager
def drawing(
    path: Path,
    rows: int = 1,
    columns: int = 1,
    *,
    size: tuple[float, float],
    sharex: Literal["none", "col"] = "none",
    sharey: Literal["none", "row"] = "none",
) -> Iterator[Any]:
    """An array of axes [rows, columns] to draw on; the file is written at the end.

    Args:
        path: The file, .svg or .png.
        rows: Of panels.
        columns: Of panels.
        size: Inches, width and height.
        sharex: Whether panels of a column have their axis in common.
        sharey: Whether panels of a row have.

    Raises:
        ImportError: matplotlib is not installed; it is part of ``sleepdoc[dev]``.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams |= {"svg.hashsalt": "sleepdoc", "font.size": 9}
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=size,
        layout="constrained",
        squeeze=False,
        sharex=sharex,
        sharey=sharey,
    )
    yield axes
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
