"""A PDF page becomes lines of text in reading order, with their places and sizes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sleepdoc.documents.pdf_blocks import Block, blocks
from sleepdoc.documents.pdf_cells import framed
from sleepdoc.documents.pdf_chains import overlap
from sleepdoc.documents.pdf_glyphs import Glyph
from sleepdoc.documents.pdf_grids import grids
from sleepdoc.documents.pdf_line_numbers import without_line_numbers
from sleepdoc.documents.pdf_rows import merged, rows
from sleepdoc.documents.pdf_rules import Rules
from sleepdoc.documents.pdf_tables import Row
from sleepdoc.documents.pdf_words import words

Line = tuple[str, float, float, float, float, bool, bool, int, bool, bool]
"""The fields of a `printed.PrintedLine`, in their order."""


def page_lines(glyphs: Sequence[Glyph], rules: Rules | None = None) -> tuple[list[Line], int]:
    """Lay out one page, and count the line numbers that were left out.

    Text that is turned against most of the page comes last.
    """
    rules = rules or Rules()
    lines: list[Line] = []
    numbers = 0
    for turned in _by_direction(glyphs):
        frames, rest = framed(words(turned), grids(rules.turned(turned[0].style.turn)))
        found, count = without_line_numbers(rows(rest))
        numbers += count
        upright = not lines
        first = lines[-1][7] + 1 if lines else 0
        for number, block in enumerate(blocks(found, frames), first):
            lines += _lines(block, number, upright)
    return lines, numbers


def note_lines(notes: Sequence[str]) -> list[Line]:
    """What the notes on a page say, after its text."""
    return [
        (
            f"[Note: {' '.join(note.split())}]",
            0.0,
            1.0,
            0.0,
            1.0,
            False,
            False,
            -1 - number,
            False,
            False,
        )
        for number, note in enumerate(notes)
    ]


def _by_direction(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    turns = {glyph.style.turn for glyph in glyphs}
    if len(turns) == 1:
        return [list(glyphs)]
    groups = [[glyph for glyph in glyphs if glyph.style.turn == turn] for turn in sorted(turns)]
    return sorted(groups, key=len, reverse=True)


def _lines(block: Block, number: int, upright: bool) -> Iterator[Line]:
    columns = _columns(block.lines) if block.table else ()
    for cells in block.lines:
        line = cells[0][0] if len(cells) == 1 else merged([part for cell in cells for part in cell])
        text = "  ".join("\n".join(part.text for part in cell) for cell in _placed(cells, columns))
        yield (
            text,
            round(line.x0, 1),
            round(line.x1, 1),
            round(line.y, 1),
            round(line.size, 1),
            line.mono,
            line.bold,
            number,
            block.table,
            upright,
        )


@dataclass
class _Column:
    x0: float
    x1: float


def _columns(rows: Sequence[Row]) -> list[_Column]:
    """Where the columns of a table stand, by its rows with the most cells."""
    full = max(map(len, rows))
    return [
        _Column(
            min(part.x0 for cell in column for part in cell),
            max(part.x1 for cell in column for part in cell),
        )
        for column in zip(*(row for row in rows if len(row) == full))
    ]


def _placed(cells: Row, columns: Sequence[_Column]) -> Row:
    """The cells of a row, with an empty one wherever it has none between two of them."""
    if len(cells) == len(columns) or len(cells) < 2:
        return cells
    row: Row = []
    taken = -1
    for cell in cells:
        under = [at for at, column in enumerate(columns) if overlap(cell[0], column) > 0]
        if not under or under[0] <= taken:
            return cells
        row += [[] for _ in range(taken + 1, under[0]) if row]
        row.append(cell)
        taken = under[-1]
    return row
