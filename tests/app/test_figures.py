"""Numbers and bars."""

import math

import pytest

from sleepdoc import figures
from sleepdoc.reading.events import Progress


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (52.4, "0:52"), (59.6, "1:00"), (723, "12:03"), (3727, "1:02:07")],
)
def test_times(seconds: float, shown: str) -> None:
    assert figures.clock(seconds) == shown


@pytest.mark.parametrize("unknown", [math.inf, math.nan, -1.0])
def test_a_time_that_is_not_known_is_a_dash(unknown: float) -> None:
    assert figures.clock(unknown) == "–"


@pytest.mark.parametrize(
    ("progress", "where", "read"),
    [
        (Progress(31, "31", 214, 10, 20), "page 31 of 214", "read to p. 31 of 214"),
        (Progress(31, "", 214, 10, 20), "page 31 of 214", "read to p. 31 of 214"),
        (Progress(4, "iv", 214, 1, 20), "page 4 of 214 (p. iv)", "read to p. iv (4 of 214)"),
        (Progress(214, "214", 214, 20, 20), "page 214 of 214", "all 214 pages read"),
        (Progress(0, "", 214, 0, 20), "page 0 of 214", "nothing read yet"),
    ],
)
def test_how_far_a_document_is_read(progress: Progress, where: str, read: str) -> None:
    assert figures.page_of(progress) == where
    assert figures.read_to(progress) == read


@pytest.mark.parametrize(
    ("parts", "width", "cells"),
    [
        ((612, 0, 412), 32, [19, 0, 13]),
        ((1, 1, 1022), 10, [1, 1, 8]),
        ((1024, 0, 0), 10, [10, 0, 0]),
        ((500, 500, 24), 2, [1, 1, 0]),
        ((1, 1, 1), 0, [0, 0, 0]),
        ((0, 0, 0), 8, [0, 0, 0]),
    ],
)
def test_shares_fill_no_more_than_there_is(
    parts: tuple[int, ...], width: int, cells: list[int]
) -> None:
    assert figures.shares(parts, sum(parts), width) == cells


@pytest.mark.parametrize(("fraction", "filled"), [(-1, 0), (0, 0), (0.5, 5), (1, 10), (7, 10)])
def test_bars_never_leave_their_width(fraction: float, filled: int) -> None:
    assert [len(part) for part in figures.bar(fraction, 10)] == [filled, 10 - filled]


@pytest.mark.parametrize(
    ("fraction", "cell"), [(0, "▁"), (0.13, "▂"), (0.5, "▄"), (1, "█"), (9, "█")]
)
def test_columns(fraction: float, cell: str) -> None:
    assert figures.column(fraction) == cell


@pytest.mark.parametrize("layers", [1, 3, 5, 7, 30, 31])
def test_groups_hold_every_layer_once(layers: int) -> None:
    change = tuple(float(layer) for layer in range(layers))
    groups = figures.by_group(change)
    assert len(groups) == min(5, layers)
    names = [name.split("–") for name, _ in groups]
    spans = [(int(name[0]), int(name[-1])) for name in names]
    assert [span for first, last in spans for span in range(first, last + 1)] == list(
        range(1, layers + 1)
    )
    means = [sum(change[first - 1 : last]) / (last - first + 1) for first, last in spans]
    assert [value for _, value in groups] == pytest.approx(means)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It rained.", "“It rained.”"),
        ("“Rain!”", "“Rain!”"),
        ("“It rains,", "“It rains,”"),
        ("“Rain” and “snow”", "“‘Rain’ and ‘snow’”"),
    ],
)
def test_quotes_have_their_marks_once(text: str, shown: str) -> None:
    assert figures.quoted(text) == shown


def test_no_layers_are_no_groups() -> None:
    assert figures.by_group(()) == []
    assert figures.mean(()) == 0.0
