"""The blocks of a page in reading order: columns of text, tables as rows of cells, notes.

The order is a topological one, after Breuel, "High performance document layout analysis" (2003).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sleepdoc.documents.pdf_cells import Framed
from sleepdoc.documents.pdf_chains import TOUCH, chains, overlap, without_accidents
from sleepdoc.documents.pdf_rows import Phrase, rows
from sleepdoc.documents.pdf_sides import Side, sides
from sleepdoc.documents.pdf_tables import Row, with_tables
from sleepdoc.documents.pdf_words import usual_size

_NOTE_SIZE = 0.93
"""Footnotes are smaller than this share of the text."""
_MOST_BLOCKS = 250
"""On pages with more, maps and drawings, the order is from top to bottom."""
_NOTE = re.compile(r"\W?(?:\d{1,3}|[*†‡§¶]+|[a-z]\b)")


@dataclass(slots=True, eq=False)
class Block:
    """Lines of one column, or rows of one table, from top to bottom."""

    lines: list[Row] = field(default_factory=list)
    """A line outside a table is a row with one cell."""
    table: bool = False
    parts: list["Block"] = field(default_factory=list)
    """Of a box: the blocks in it, in reading order; its lines are theirs."""
    x0: float = 0.0
    x1: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0

    def measured(self) -> "Block":
        phrases = [phrase for line in self.lines for cell in line for phrase in cell]
        self.x0 = min(phrase.x0 for phrase in phrases)
        self.x1 = max(phrase.x1 for phrase in phrases)
        self.top = max(phrase.y + 0.7 * phrase.size for phrase in phrases)
        self.bottom = min(phrase.y for phrase in phrases)
        self.size = usual_size([word for phrase in phrases for word in phrase.words])
        return self


def blocks(found: Sequence[Sequence[Phrase]], frames: Sequence[Framed] = ()) -> list[Block]:
    """The blocks of a page in reading order, from its rows and from what stands in frames."""
    made = [Block(frame.table, True).measured() for frame in frames if frame.table]
    made += [_box(rows(words), []) for frame in frames for words in frame.boxes]
    return _read(found, made)


def _read(found: Sequence[Sequence[Phrase]], made: list[Block]) -> list[Block]:
    """The same with blocks that are made already."""
    while pair := sides(found):
        taken = {id(phrase) for side in pair for phrase in side.phrases}
        left = [[phrase for phrase in row if id(phrase) not in taken] for row in found]
        found = [row for row in left if row]
        for side in pair:
            inside = [block for block in made if _stands_in(block, side)]
            made = [block for block in made if block not in inside]
            made.append(_box(rows(side.words), inside))
    phrases = [phrase for row in without_accidents(found) for phrase in row]
    made += [Block(lines, table).measured() for lines, table in with_tables(chains(phrases))]
    return _notes_last([part for block in _ordered(made) for part in block.parts or [block]])


def _box(inside: Sequence[Sequence[Phrase]], made: list[Block]) -> Block:
    """What is read by itself, as one block."""
    parts = _read(inside, made)
    return Block([line for part in parts for line in part.lines], parts=parts).measured()


def _stands_in(block: Block, side: Side) -> bool:
    across, height = (block.x0 + block.x1) / 2, (block.top + block.bottom) / 2
    return side.x0 <= across <= side.x1 and side.bottom <= height <= side.top


def _ordered(made: Sequence[Block]) -> list[Block]:
    """Blocks in the order in which they are read."""
    rest = sorted(made, key=lambda block: (-block.top, block.x0))
    if len(rest) > _MOST_BLOCKS:
        return rest
    before = {
        id(block): {
            id(other) for other in rest if other is not block and _precedes(other, block, rest)
        }
        for block in rest
    }
    ordered: list[Block] = []
    while rest:
        left = {id(block) for block in rest}
        following = next((block for block in rest if not before[id(block)] & left), rest[0])
        ordered.append(following)
        rest.remove(following)
    return ordered


def _precedes(one: Block, other: Block, among: Sequence[Block]) -> bool:
    if overlap(one, other) > TOUCH:
        return one.top > other.top
    if one.x1 > other.x0:
        return one.bottom >= other.top and not _are_columns(other, one, among)
    if other.bottom >= one.top and not _are_columns(one, other, among):
        return False
    low, high = sorted((one.top, other.top))
    return not any(
        low < between.top < high and overlap(between, one) > TOUCH and overlap(between, other) > 0
        for between in among
        if between is not one and between is not other
    )


def _are_columns(left: Block, right: Block, among: Sequence[Block]) -> bool:
    """Whether one of two blocks, which do not stand side by side, has text of the other's column
    beside it; else the upper is a title or the like, which the lower merely does not reach under.

    So it is where both stand over, or under, text that has that text beside it.
    """
    return any(
        overlap(between, column) > TOUCH
        and _is_level(between, beside)
        and not any(
            min(overlap(left, under), overlap(right, under)) > TOUCH
            and overlap(between, under) <= TOUCH
            and _is_level(between, under)
            for under in among
        )
        for column, beside in ((left, right), (right, left))
        for between in among
        if between is not left and between is not right
    )


def _is_level(one: Block, other: Block) -> bool:
    """Whether two blocks share a part of the height of the page."""
    return one.top > other.bottom and one.bottom < other.top


def _notes_last(ordered: Sequence[Block]) -> list[Block]:
    """Footnotes come after the text of all columns."""
    text = usual_size(
        [word for block in ordered for line in block.lines for word in line[0][0].words]
    )
    notes = [block for block in ordered if _is_note(block, text, ordered)]
    return [block for block in ordered if block not in notes] + notes


def _is_note(block: Block, text: float, among: Sequence[Block]) -> bool:
    if block.table or block.size > _NOTE_SIZE * text or not _NOTE.match(block.lines[0][0][0].text):
        return False
    return not any(
        other.top < block.bottom and other.size > _NOTE_SIZE * text and len(other.lines) > 1
        for other in among
        if overlap(block, other) > TOUCH
    )
