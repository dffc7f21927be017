"""Cells of tables, from the lines that are drawn around them.

Lines that cross make a grid; where a line between two of its fields is missing, the fields are one
cell. After the same idea in Nurminen, "Algorithmic extraction of data in tables in PDF documents"
(2013), without its search for tables that have no lines.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sleepdoc.documents.pdf_rules import Rule, Rules

_NEAR = 2.5
"""Points by which lines may miss each other."""
_MOST_LINES = 400
_MOST_FIELDS = 10_000
_LEAST_BANDS = 3
"""Rows between lines across where no upright line is drawn."""


@dataclass(frozen=True)
class Cell:
    """A rectangle between lines; `row` counts from the top, `column` from the left."""

    row: int
    column: int
    x0: float
    y0: float
    x1: float
    y1: float

    def holds(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1


@dataclass(frozen=True)
class Grid:
    """The cells of one table, or one box, row by row."""

    cells: list[Cell]
    columns: bool
    """Whether upright lines were drawn between them; else a cell is a whole row."""

    @property
    def area(self) -> float:
        return sum((cell.x1 - cell.x0) * (cell.y1 - cell.y0) for cell in self.cells)


def grids(rules: Rules) -> list[Grid]:
    """The tables and boxes that are drawn with lines, the smallest first."""
    across, upright = _joined(rules.across), _joined(rules.upright)
    if len(across) + len(upright) > _MOST_LINES:
        return []
    found = []
    rest = []
    for some_across, some_upright in _crossing(across, upright):
        if len(some_across) > 1 and some_upright:
            if cells := _cells(some_across, some_upright):
                found.append(Grid(cells, True))
        elif not some_upright:
            rest += some_across
    found += [Grid(cells, False) for cells in _bands(rest)]
    for box in rules.fields:
        cell = Cell(0, 0, box.x0, box.y0, box.x1, box.y1)
        if not any(_meets(cell, other) for grid in found for other in grid.cells):
            found.append(Grid([cell], True))
    return sorted(found, key=lambda grid: grid.area)


def _meets(one: Cell, other: Cell) -> bool:
    return (
        min(one.x1, other.x1) - max(one.x0, other.x0) > _NEAR
        and min(one.y1, other.y1) - max(one.y0, other.y0) > _NEAR
    )


def _joined(lines: Sequence[Rule]) -> list[Rule]:
    """Lines that go on in each other as one."""
    made: list[Rule] = []
    for line in sorted(lines, key=lambda line: (line.at, line.low)):
        touched = next(
            (
                other
                for other in reversed(made[-8:])
                if abs(other.at - line.at) <= _NEAR
                and line.low <= other.high + _NEAR
                and other.low <= line.high + _NEAR
            ),
            None,
        )
        if touched is None:
            made.append(Rule(line.at, line.low, line.high))
        else:
            touched.low, touched.high = min(touched.low, line.low), max(touched.high, line.high)
    return made


def _crossing(
    across: Sequence[Rule], upright: Sequence[Rule]
) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Lines that hang together."""
    leader = {id(line): line for line in (*across, *upright)}

    def find(line: Rule) -> Rule:
        while leader[id(line)] is not line:
            line = leader[id(line)]
        return line

    for one, other in itertools.product(across, upright):
        if (
            one.low - _NEAR <= other.at <= one.high + _NEAR
            and other.low - _NEAR <= one.at <= other.high + _NEAR
        ):
            leader[id(find(one))] = find(other)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for lines, place in ((across, 0), (upright, 1)):
        for line in lines:
            groups.setdefault(id(find(line)), ([], []))[place].append(line)
    yield from groups.values()


def _cells(across: Sequence[Rule], upright: Sequence[Rule]) -> list[Cell]:
    """Cells of lines that cross; the outer edge counts as drawn all around."""
    xs = _places([line.at for line in upright] + [x for line in across for x in _ends(line)])
    ys = _places([line.at for line in across] + [y for line in upright for y in _ends(line)])
    ys.reverse()
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns * rows > _MOST_FIELDS:
        return []
    leader = list(range(columns * rows))

    def find(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for row, column in itertools.product(range(rows), range(columns)):
        here = row * columns + column
        middle_x, middle_y = (xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2
        if column + 1 < columns and not _drawn(upright, xs[column + 1], middle_y):
            leader[find(here + 1)] = find(here)
        if row + 1 < rows and not _drawn(across, ys[row + 1], middle_x):
            leader[find(here + columns)] = find(here)
    fields: dict[int, list[tuple[int, int]]] = {}
    for row, column in itertools.product(range(rows), range(columns)):
        fields.setdefault(find(row * columns + column), []).append((row, column))
    cells = [
        Cell(
            min(row for row, _ in members),
            min(column for _, column in members),
            xs[min(column for _, column in members)],
            ys[max(row for row, _ in members) + 1],
            xs[max(column for _, column in members) + 1],
            ys[min(row for row, _ in members)],
        )
        for members in fields.values()
    ]
    return _without_open_corners(cells, across, upright)


def _without_open_corners(
    cells: Sequence[Cell], across: Sequence[Rule], upright: Sequence[Rule]
) -> list[Cell]:
    """Leave out corners with no outer lines where the cells beside them have some: of two frames
    that touch, one is wider."""
    middle_x: Callable[[Cell], float] = lambda cell: (cell.x0 + cell.x1) / 2  # noqa: E731
    middle_y: Callable[[Cell], float] = lambda cell: (cell.y0 + cell.y1) / 2  # noqa: E731
    missing: Counter[Cell] = Counter()
    for lines, edge, outermost, middle in (
        (upright, "x0", min, middle_y),
        (upright, "x1", max, middle_y),
        (across, "y0", min, middle_x),
        (across, "y1", max, middle_x),
    ):
        at = outermost((getattr(cell, edge) for cell in cells), default=0.0)
        outer = [cell for cell in cells if getattr(cell, edge) == at]
        undrawn = [cell for cell in outer if not _drawn(lines, at, middle(cell))]
        if len(undrawn) < len(outer):
            missing.update(undrawn)
    return [cell for cell in cells if missing[cell] < 2]


def _ends(line: Rule) -> tuple[float, float]:
    return line.low, line.high


def _places(values: Sequence[float]) -> list[float]:
    """Distinct places, in ascending order."""
    made: list[float] = []
    for value in sorted(values):
        if not made or value - made[-1] > 2 * _NEAR:
            made.append(value)
    return made


def _drawn(lines: Sequence[Rule], at: float, middle: float) -> bool:
    return any(abs(line.at - at) <= 2 * _NEAR and line.low <= middle <= line.high for line in lines)


def _bands(across: Sequence[Rule]) -> Iterator[list[Cell]]:
    """What lies between lines of one width that stand above each other."""
    alike: Callable[[Rule, Rule], bool] = lambda one, other: (  # noqa: E731
        abs(one.low - other.low) <= _NEAR and abs(one.high - other.high) <= _NEAR
    )
    rest = sorted(across, key=lambda line: -line.at)
    while rest:
        group = [line for line in rest if alike(line, rest[0])]
        rest = [line for line in rest if line not in group]
        if len(group) > _LEAST_BANDS:
            yield [
                Cell(row, 0, upper.low, lower.at, upper.high, upper.at)
                for row, (upper, lower) in enumerate(itertools.pairwise(group))
            ]
