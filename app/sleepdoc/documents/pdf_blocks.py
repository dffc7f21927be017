"""Phrases become blocks in reading order: columns of text, tables as rows of cells, notes.

Lines that stand under each other are chained to blocks. Chains side by side are columns if they hold
running text, and one table if they hold cells. The order of blocks is a topological one, after
Breuel, "High performance document layout analysis" (2003).
"""

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sleepdoc.documents.line_ends import is_unspaced
from sleepdoc.documents.pdf_rows import Phrase, merged
from sleepdoc.documents.pdf_words import usual_size

_REACH = 2.2
"""Of the font size: how far apart lines of one block may be."""
_SAME_SIZE = 1.2
"""Lines of one block differ in size by less than this ratio."""
_LEVEL = 0.25
"""Of the font size, by which the baselines of cells in one row may differ."""
_PROSE_FILL = 0.7
"""Running text fills this share of its column, last lines aside."""
_PROSE_LENGTH = 20
"""Characters in the usual line of running text, at least; half of it in unspaced scripts."""
_FAR = 20
"""Of the font size: a wider gap separates what does not belong to one row."""
_LEAST_COLUMN = 4
"""Lines of running text on each side of a gutter between columns."""
_LEADING = 1.4
"""Of the font size: the lines of one cell are not further apart."""
_NOTE_SIZE = 0.93
"""Footnotes are smaller than this share of the text."""
_MOST_BLOCKS = 250
"""On pages with more, maps and drawings, the order is from top to bottom."""
_TOUCH = 1.0
"""Points by which glyphs of neighbouring columns may reach into each other."""

_NUMERIC = re.compile(r"[^\w]*\d[\d\s.,:%()/+\-–−$€£¥]*[%a-zA-Z]{0,3}\Z")
_NOTE = re.compile(r"\W?(?:\d{1,3}|[*†‡§¶]+|[a-z]\b)")


@dataclass(slots=True, eq=False)
class Block:
    """Lines of one column, or rows of one table, from top to bottom."""

    lines: list[list[list[Phrase]]] = field(default_factory=list)
    """Each with its cells, of which a line outside a table has one, each with its own lines."""
    table: bool = False
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


def blocks(rows: Sequence[Sequence[Phrase]]) -> list[Block]:
    """The blocks of a page in reading order."""
    phrases = [phrase for row in _without_accidents(rows) for phrase in row]
    chains = _chains(phrases)
    made = [block.measured() for block in _with_tables(chains)]
    return _notes_last(_ordered(made))


def _without_accidents(rows: Sequence[Sequence[Phrase]]) -> Iterator[list[Phrase]]:
    """Close the wide gaps that no other row shares: between justified words, or in a lone row."""
    for index, row in enumerate(rows):
        kept: list[Phrase] = []
        for right in row:
            if kept and _is_near(kept[-1], right) and not _is_shared(kept[-1], right, rows, index):
                kept[-1] = merged([kept[-1], right])
            else:
                kept.append(right)
        yield kept


def _is_near(left: Phrase, right: Phrase) -> bool:
    """Whether a gap is not too wide to lie inside a row; figures are set far to the right."""
    return right.x0 - left.x1 < _FAR * left.size or bool(_NUMERIC.match(right.text))


def _is_shared(left: Phrase, right: Phrase, rows: Sequence[Sequence[Phrase]], at: int) -> bool:
    """Whether the nearest row above or below has a gap in the same place."""
    for step in (-1, 1):
        index = at + step
        while 0 <= index < len(rows):
            row = rows[index]
            if abs(row[0].y - right.y) > 1.3 * _REACH * max(right.size, row[0].size):
                break
            if any(part.x0 < right.x1 and part.x1 > left.x0 for part in row):
                if any(_begins_behind(part, left, right) or _ends_before(part, left, right) for part in row):
                    return True
                break
            index += step
    return False


def _begins_behind(part: Phrase, left: Phrase, right: Phrase) -> bool:
    return left.x1 - 0.5 * right.size < part.x0 < right.x1 and part.x1 > right.x0


def _ends_before(part: Phrase, left: Phrase, right: Phrase) -> bool:
    """Whether a line of running text ends where the left phrase does, at the edge of a column."""
    return (
        left.x1 - 3 * left.size < part.x1 < right.x0
        and part.x0 < left.x1
        and min(len(part.text), len(left.text)) >= _PROSE_LENGTH
    )


def _chains(phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    """Phrases under each other, where there is no doubt which one comes next."""
    below = _neighbours(phrases)
    above: dict[int, list[Phrase]] = {}
    for phrase in phrases:
        for other in below[id(phrase)]:
            above.setdefault(id(other), []).append(phrase)
    chains: list[list[Phrase]] = []
    chain_of: dict[int, list[Phrase]] = {}
    for phrase in phrases:
        link = next(
            (
                upper
                for upper in above.get(id(phrase), ())
                if _is_linked(upper, phrase, below[id(upper)], above[id(phrase)])
                and chain_of[id(upper)][-1] is upper
            ),
            None,
        )
        chain = chain_of[id(link)] if link else []
        if link is None:
            chains.append(chain)
        chain.append(phrase)
        chain_of[id(phrase)] = chain
    return chains


def _neighbours(phrases: Sequence[Phrase]) -> dict[int, list[Phrase]]:
    """For each phrase those on the nearest level below that share a part of its width."""
    depths = [-phrase.y for phrase in phrases]
    below: dict[int, list[Phrase]] = {}
    for index, phrase in enumerate(phrases):
        found: list[Phrase] = []
        for other in phrases[bisect.bisect_right(depths, -phrase.y, index) :]:
            step = phrase.y - other.y
            if step > _REACH * max(phrase.size, other.size) or (
                found and step > phrase.y - found[0].y + _LEVEL * other.size
            ):
                break
            if step > 0.5 * min(phrase.size, other.size) and _overlap(phrase, other) > _TOUCH:
                found.append(other)
        below[id(phrase)] = found
    return below


def _overlap(one: Phrase | Block, other: Phrase | Block) -> float:
    return min(one.x1, other.x1) - max(one.x0, other.x0)


def _is_linked(
    upper: Phrase, lower: Phrase, below: Sequence[Phrase], above: Sequence[Phrase]
) -> bool:
    if not 1 / _SAME_SIZE < upper.size / lower.size < _SAME_SIZE:
        return False
    if len(below) == 1 and len(above) == 1:
        return True
    return False


def _with_tables(chains: Sequence[list[Phrase]]) -> Iterator[Block]:
    """Join chains side by side whose lines are the cells of rows."""
    leader = list(range(len(chains)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    levels: dict[int, list[tuple[Phrase, int]]] = {}
    for index, chain in enumerate(chains):
        for phrase in chain:
            levels.setdefault(round(phrase.y / 4), []).append((phrase, index))
    shared: dict[tuple[int, int], int] = {}
    for level, members in levels.items():
        near = members + levels.get(level + 1, [])
        for phrase, index in members:
            for other, at in near:
                if (
                    at != index
                    and phrase is not other
                    and abs(phrase.y - other.y) <= _LEVEL * min(phrase.size, other.size)
                ):
                    pair = (min(index, at), max(index, at))
                    shared[pair] = shared.get(pair, 0) + 1
    gutters = _gutters(chains)
    for (one, other), count in shared.items():
        left, right = sorted((chains[one], chains[other]), key=lambda chain: chain[0].x0)
        if _are_cells(left, right, count) and not _lie_between(left, right, gutters):
            leader[find(one)] = find(other)
    groups: dict[int, list[list[Phrase]]] = {}
    for index, chain in enumerate(chains):
        groups.setdefault(find(index), []).append(chain)
    for group in groups.values():
        if len(group) == 1:
            yield Block([[[phrase]] for phrase in group[0]])
        else:
            yield Block(_table_rows(group), table=True)


def _are_cells(left: Sequence[Phrase], right: Sequence[Phrase], shared: int) -> bool:
    if shared < 0.5 * min(len(left), len(right)) or not _is_near(left[0], right[0]):
        return False
    if _is_prose(left):
        return not _is_prose(right) and _is_numeric(right)
    if _is_prose(right):
        return True
    in_turn = max(phrase.order for phrase in left) < min(phrase.order for phrase in right)
    return not (in_turn and min(len(left), len(right)) > 2 and not _is_numeric(right))


@dataclass(frozen=True)
class _Gutter:
    """White space between columns of running text."""

    x: float
    top: float
    bottom: float


def _gutters(chains: Sequence[Sequence[Phrase]]) -> list[_Gutter]:
    """Where running text stands on both sides."""
    spans = [
        (min(line.x0 for line in chain), max(line.x1 for line in chain), chain)
        for chain in chains
        if _is_prose(chain)
    ]
    places = {
        round((left[1] + right[0]) / 2) for left in spans for right in spans if left[1] <= right[0]
    }
    found = []
    for x in sorted(places):
        left = [line for _, end, chain in spans if end <= x for line in chain]
        right = [line for begin, _, chain in spans if begin >= x for line in chain]
        if min(len(left), len(right)) >= _LEAST_COLUMN:
            heights = [line.y for line in left + right]
            found.append(_Gutter(x, max(heights), min(heights)))
    return found


def _lie_between(
    left: Sequence[Phrase], right: Sequence[Phrase], gutters: Iterable[_Gutter]
) -> bool:
    """Whether a gutter runs between two chains."""
    end, begin = max(line.x1 for line in left), min(line.x0 for line in right)
    top = min(left[0].y, right[0].y)
    return any(
        end <= gutter.x + _TOUCH and begin >= gutter.x - _TOUCH
        and gutter.bottom <= top <= gutter.top
        for gutter in gutters
    )  # fmt: skip


def _is_prose(chain: Sequence[Phrase]) -> bool:
    """Whether the lines of a chain are long and fill their column, as running text does."""
    if len(chain) < 2:
        return False
    lengths = sorted(
        sum(2 if is_unspaced(char) else 1 for char in phrase.text) for phrase in chain
    )
    if lengths[len(lengths) // 2] < _PROSE_LENGTH:
        return False
    width = max(phrase.x1 for phrase in chain) - min(phrase.x0 for phrase in chain)
    filled = sum(phrase.x1 - phrase.x0 for phrase in chain[:-1]) / (len(chain) - 1)
    return filled >= _PROSE_FILL * width


def _is_numeric(chain: Sequence[Phrase]) -> bool:
    return 2 * sum(bool(_NUMERIC.match(phrase.text)) for phrase in chain) >= len(chain)


def _table_rows(chains: Iterable[Sequence[Phrase]]) -> list[list[list[Phrase]]]:
    """Rows of cells, a cell being the phrases of its lines."""
    cells = sorted((cell for chain in chains for cell in chain), key=lambda cell: -cell.y)
    levels: list[list[Phrase]] = []
    for cell in cells:
        if levels and abs(levels[-1][0].y - cell.y) <= _LEVEL * cell.size:
            levels[-1].append(cell)
        else:
            levels.append([cell])
    rows: list[list[list[Phrase]]] = []
    for level in levels:
        level.sort(key=lambda cell: cell.x0)
        if rows and _continues(rows[-1], level):
            for part in level:
                _cell_above(rows[-1], part).append(part)
        else:
            rows.append([[cell] for cell in level])
    return rows


def _continues(row: Sequence[Sequence[Phrase]], level: Sequence[Phrase]) -> bool:
    """Whether a level holds further lines of the cells of a row: its first cell has none."""
    lowest = min(line.y for cell in row for line in cell)
    first = row[0][0]
    return (
        len(row) > 1
        and level[0].x0 > first.x1
        and lowest - level[0].y < _LEADING * level[0].size
        and all(
            not _NUMERIC.match(part.text)
            and any(_overlap(cell[0], part) > _TOUCH for cell in row[1:])
            for part in level
        )
    )


def _cell_above(row: Sequence[list[Phrase]], part: Phrase) -> list[Phrase]:
    return max(row, key=lambda cell: _overlap(cell[0], part))


def _ordered(made: Sequence[Block]) -> list[Block]:
    """Blocks in the order in which they are read."""
    rest = sorted(made, key=lambda block: (-block.top, block.x0))
    if len(rest) > _MOST_BLOCKS:
        return rest
    before = {
        id(block): {id(other) for other in rest if other is not block and _precedes(other, block, rest)}
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
    if _overlap(one, other) > _TOUCH:
        return one.top > other.top
    if one.x1 > other.x0:
        return False
    low, high = sorted((one.top, other.top))
    return not any(
        low < between.top < high and _overlap(between, one) > _TOUCH and _overlap(between, other) > 0
        for between in among
        if between is not one and between is not other
    )


def _notes_last(ordered: Sequence[Block]) -> list[Block]:
    """Footnotes come after the text of all columns."""
    text = usual_size([word for block in ordered for line in block.lines for word in line[0][0].words])
    notes = [block for block in ordered if _is_note(block, text, ordered)]
    return [block for block in ordered if block not in notes] + notes


def _is_note(block: Block, text: float, among: Sequence[Block]) -> bool:
    if block.table or block.size > _NOTE_SIZE * text or not _NOTE.match(block.lines[0][0][0].text):
        return False
    return not any(
        other.top < block.bottom and other.size > _NOTE_SIZE * text and len(other.lines) > 1
        for other in among
        if _overlap(block, other) > _TOUCH
    )
