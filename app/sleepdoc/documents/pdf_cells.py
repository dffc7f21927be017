"""Words between drawn lines: rows of a table, or a box that is read by itself."""

import bisect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sleepdoc.documents.line_ends import is_unspaced
from sleepdoc.documents.pdf_chains import LEVEL, levels
from sleepdoc.documents.pdf_grids import Cell, Grid
from sleepdoc.documents.pdf_rows import Phrase, merged, rows
from sleepdoc.documents.pdf_sides import Side
from sleepdoc.documents.pdf_tables import Row
from sleepdoc.documents.pdf_words import Word

_LONGEST_CELL = 12
"""Lines; what has more is a part of the page with a frame, not a cell."""
_MOST_OF_PAGE = 0.85
"""Of its words: a frame around so many says nothing."""
_LEAST_FILLED = 0.25
"""Of its cells: a grid with fewer that hold text is paper or a diagram."""
_ALIGNED = 0.8
"""Of the lines of two cells, on common baselines."""
_LABEL_SIZE = 0.85
"""Of what is filled in: labels inside of a frame are smaller than this share."""
_FEW_BANDS = 3
"""With more rows between its lines a table's uppermost ones are the parts of its head."""


@dataclass
class Framed:
    """What stands in one grid: rows of a table, or the words of boxes."""

    table: list[Row] = field(default_factory=list)
    boxes: list[list[Word]] = field(default_factory=list)


def framed(found: Sequence[Word], grids: Sequence[Grid]) -> tuple[list[Framed], list[Word]]:
    """What stands in the grids, innermost first, and the words that stand in none."""
    made: list[Framed] = []
    rest = sorted(found, key=_middle)
    for grid in grids:
        filled, outside = _filled(rest, grid)
        inside = sum(len(words) for _, words in filled)
        if inside and (content := _content(grid, filled, inside / len(found))):
            made.append(content)
            rest = outside
    if not made:
        return [], list(found)
    return made, sorted(rest, key=lambda word: word.order)


def _middle(word: Word) -> float:
    return word.y + 0.3 * word.size


def _filled(found: Sequence[Word], grid: Grid) -> tuple[list[tuple[Cell, list[Word]]], list[Word]]:
    """Cells with the words in them, and the words outside; words come by their height."""
    heights = [_middle(word) for word in found]
    taken: set[int] = set()
    filled = []
    for cell in grid.cells:
        begin, end = bisect.bisect_left(heights, cell.y0), bisect.bisect_right(heights, cell.y1)
        words = [
            word
            for word in found[begin:end]
            if cell.x0 <= (word.x0 + word.x1) / 2 <= cell.x1 and id(word) not in taken
        ]
        if words:
            taken.update(map(id, words))
            filled.append((cell, sorted(words, key=lambda word: word.order)))
    return filled, [word for word in found if id(word) not in taken]


def _content(grid: Grid, filled: Sequence[tuple[Cell, list[Word]]], share: float) -> Framed | None:
    """What a grid says about the words in it, or nothing."""
    if len(filled) < _LEAST_FILLED * len(grid.cells):
        return None
    laid_out = [(cell, rows(words)) for cell, words in filled]
    bands = [
        list(band) for _, band in itertools.groupby(
            sorted(laid_out, key=lambda each: (each[0].row, each[0].column)),
            key=lambda each: each[0].row,
        )
    ]  # fmt: skip
    if not grid.columns:
        if _are_sections(bands):
            return None
        bands = _by_white_space(bands)
    longest = max(len(lines) for _, lines in laid_out)
    if longest <= _LONGEST_CELL and any(len(band) > 1 for band in bands):
        return Framed(table=[row for band in bands for row in _rows(band, len(bands))])
    # Single lines in frames are the fields of a form, whose labels stand beside them.
    if not grid.columns or share > _MOST_OF_PAGE or longest == 1:
        return None
    return Framed(boxes=[words for _, words in filled])


Band = list[tuple[Cell, list[list[Phrase]]]]
"""Cells beside each other, with the phrases of their lines."""


def _are_sections(bands: Sequence[Band]) -> bool:
    """Whether lines across are drawn under headings, which then end most of what is above."""
    above = [Side([phrase for line in lines for phrase in line]) for ((_, lines),) in bands[:-1]]
    return 2 * sum(side.ends_in_heading() for side in above) > len(above)


def _by_white_space(bands: Sequence[Band]) -> list[Band]:
    """Cut bands that have no upright lines where white space goes through all of them."""
    spans = sorted(
        (phrase.x0, phrase.x1)
        for ((_, lines),) in bands
        if any(len(line) > 1 for line in lines)
        for line in lines
        for phrase in line
    )
    columns: list[list[float]] = []
    for low, high in spans:
        if columns and low < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], high)
        else:
            columns.append([low, high])
    edges = [(left[1] + right[0]) / 2 for left, right in itertools.pairwise(columns)]
    made = []
    for ((cell, lines),) in bands:
        parts: dict[int, list[list[Phrase]]] = {}
        for line in lines:
            for column, part in itertools.groupby(
                line, key=lambda phrase: bisect.bisect(edges, phrase.x0)
            ):
                parts.setdefault(column, []).append(list(part))
        sides = [cell.x0, *edges, cell.x1]
        made.append(
            [
                (Cell(cell.row, at, sides[at], cell.y0, sides[at + 1], cell.y1), parts[at])
                for at in sorted(parts)
            ]
        )
    return made


def _rows(band: Band, bands: int) -> Iterator[Row]:
    """One row of cells with their lines; or several, where no line is drawn between rows."""
    cells = [(cell, [merged(line) for line in lines]) for cell, lines in band]
    if not _are_many(cells, bands):
        yield [lines for _, lines in cells]
        return
    for level in levels(line for _, lines in cells for line in lines):
        yield [[line] for line in level]


def _are_many(cells: Sequence[tuple[Cell, list[Phrase]]], bands: int) -> bool:
    """Whether lines of neighbouring cells stand side by side and none goes on in the next."""
    several = [(cell, lines) for cell, lines in cells if len(lines) > 1]
    if len(several) < 2 or (bands > _FEW_BANDS and cells[0][0].row == 0):
        return False
    if any(_is_wrapped(cell, lines) or _is_labelled(lines) for cell, lines in several):
        return False
    least, most = sorted((lines for _, lines in several), key=len)[:: len(several) - 1]
    shared = sum(
        any(abs(line.y - other.y) <= LEVEL * line.size for other in most) for line in least
    )
    return shared >= _ALIGNED * len(least)


def _is_labelled(lines: Sequence[Phrase]) -> bool:
    """Whether small print says what stands below it, as in the boxes of a form."""
    return lines[0].size < _LABEL_SIZE * lines[1].size


def _is_wrapped(cell: Cell, lines: Sequence[Phrase]) -> bool:
    """Whether most lines go on in the next: its first word had no room, or is no beginning."""
    width = cell.x1 - cell.x0 - 2 * (min(line.x0 for line in lines) - cell.x0)
    pairs = list(itertools.pairwise(lines))
    return 2 * sum(_goes_on(upper, lower, width) for upper, lower in pairs) > len(pairs)


def _goes_on(upper: Phrase, lower: Phrase, width: float) -> bool:
    if lower.text[0].islower():
        return True
    if is_unspaced(upper.text[-1]) and is_unspaced(lower.text[0]):
        return upper.x1 - upper.x0 + 2 * lower.size > width
    first = lower.words[0]
    needed = upper.x1 - upper.x0 + first.x1 - first.x0 + 0.25 * upper.size
    return len(upper.words) > 1 and needed > width
