"""Lines that are drawn on a PDF page, across or upright, and fields that are filled."""

import ctypes
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_THIN = 2.5
"""Points: what is filled and not higher or wider than this is a line."""
_LEAST_LENGTH = 4.0
_LEAST_FIELD = 40.0, 18.0
"""Width and height of a field in which text may stand apart."""
_MOST_OBJECTS = 4_000
_MOST_SEGMENTS = 2_000
"""Of one page; drawings and maps have more, and no tables."""
_DEEPEST = 4
_LINE_TO, _MOVE_TO = 0, 2

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]


@dataclass(slots=True, eq=False)
class Rule:
    """A line across, at height `at` from x `low` to x `high`, or an upright one with x for y."""

    at: float
    low: float
    high: float


@dataclass(slots=True, eq=False)
class Field:
    """A filled rectangle."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass
class Rules:
    """What is drawn on one page besides text, in points in the frame of the page."""

    across: list[Rule] = field(default_factory=list)
    upright: list[Rule] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)

    def turned(self, degrees: int) -> "Rules":
        """The same in the frame in which text of this direction stands upright."""
        quarter = degrees // 90
        if degrees % 90:
            return Rules()
        if not quarter:
            return self
        made = Rules()
        for x0, y0, x1, y1 in self._boxes():
            corners = [_turned(x, y, quarter) for x, y in ((x0, y0), (x1, y1))]
            (left, right), (low, high) = (sorted(places) for places in zip(*corners))
            made.add_box(left, low, right, high)
        return made

    def add_box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A rule if the box is thin, else a field if there is room for text in it."""
        if y1 - y0 <= _THIN < x1 - x0:
            if x1 - x0 >= _LEAST_LENGTH:
                self.across.append(Rule((y0 + y1) / 2, x0, x1))
        elif x1 - x0 <= _THIN < y1 - y0:
            if y1 - y0 >= _LEAST_LENGTH:
                self.upright.append(Rule((x0 + x1) / 2, y0, y1))
        elif x1 - x0 >= _LEAST_FIELD[0] and y1 - y0 >= _LEAST_FIELD[1]:
            self.fields.append(Field(x0, y0, x1, y1))

    def _boxes(self) -> Iterator[tuple[float, float, float, float]]:
        for rule in self.across:
            yield rule.low, rule.at, rule.high, rule.at
        for rule in self.upright:
            yield rule.at, rule.low, rule.at, rule.high
        for box in self.fields:
            yield box.x0, box.y0, box.x1, box.y1


def page_rules(page: pypdfium2.PdfPage) -> Rules:
    """The lines and filled rectangles of a page; none of a page that is a drawing."""
    rules, budget = Rules(), _Budget()
    count = pdfium.FPDFPage_CountObjects(page.raw)
    children = (pdfium.FPDFPage_GetObject(page.raw, index) for index in range(count))
    try:
        for item, matrix in _paths(children, None, 0, budget):
            _add_path(rules, item, matrix, budget)
    except _TooMany:
        return Rules()
    return rules


class _TooMany(Exception):
    pass


class _Budget:
    def __init__(self) -> None:
        self._objects, self._segments = _MOST_OBJECTS, _MOST_SEGMENTS

    def spend(self, objects: int = 0, segments: int = 0) -> None:
        self._objects -= objects
        self._segments -= segments
        if self._objects < 0 or self._segments < 0:
            raise _TooMany


def _paths(
    children: Iterator[Any], outer: Matrix | None, depth: int, budget: _Budget
) -> Iterator[tuple[Any, Matrix]]:
    """The paths among page objects, each with what places it on the page."""
    for item in children:
        # A form may draw itself many times over, so all that is in one counts.
        budget.spend(objects=int(depth > 0))
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            budget.spend(objects=1)
            yield item, _product(_matrix(item), outer)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            count = pdfium.FPDFFormObj_CountObjects(item)
            inner = (pdfium.FPDFFormObj_GetObject(item, index) for index in range(count))
            yield from _paths(inner, _product(_matrix(item), outer), depth + 1, budget)


def _add_path(rules: Rules, item: Any, matrix: Matrix, budget: _Budget) -> None:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, mode, stroke)
    if not mode.value and not stroke.value:
        return
    count = pdfium.FPDFPath_CountSegments(item)
    budget.spend(segments=count)
    for figure in _figures(item, count, matrix):
        low_x, high_x = min(x for x, _ in figure), max(x for x, _ in figure)
        low_y, high_y = min(y for _, y in figure), max(y for _, y in figure)
        if mode.value and _is_rectangle(figure):
            rules.add_box(low_x, low_y, high_x, high_y)
        if stroke.value:
            for (x0, y0), (x1, y1) in itertools.pairwise(figure):
                if min(abs(x1 - x0), abs(y1 - y0)) <= 0.5:
                    rules.add_box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _figures(item: Any, count: int, matrix: Matrix) -> Iterator[list[Point]]:
    """The straight parts of a path, each as the points on its way."""
    x, y = ctypes.c_float(), ctypes.c_float()
    figure: list[Point] = []
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = _placed(x.value, y.value, matrix)
        if kind != _LINE_TO:
            if len(figure) > 1:
                yield figure
            figure = []
        figure.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment) and point != figure[0]:
            figure.append(figure[0])
    if len(figure) > 1:
        yield figure


def _is_rectangle(figure: Sequence[Point]) -> bool:
    """Whether no side of a figure is slanted."""
    return len(figure) in (4, 5) and all(
        min(abs(x1 - x0), abs(y1 - y0)) <= 0.5 for (x0, y0), (x1, y1) in itertools.pairwise(figure)
    )


def _matrix(item: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _product(inner: Matrix, outer: Matrix | None) -> Matrix:
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k,
        e * h + f * j + m,
    )  # fmt: skip


def _placed(x: float, y: float, matrix: Matrix) -> Point:
    a, b, c, d, e, f = matrix
    placed = a * x + c * y + e, b * x + d * y + f
    return placed if all(map(math.isfinite, placed)) else (0.0, 0.0)


def _turned(x: float, y: float, quarter: int) -> Point:
    """A point in a frame that is turned by quarters of a circle."""
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[quarter % 4]
    return x * cosine + y * sine, y * cosine - x * sine
