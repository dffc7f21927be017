"""Tables: chains side by side whose lines share their baselines, read by rows of cells."""

import itertools
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sleepdoc.documents.line_ends import SENTENCE_END
from sleepdoc.documents.pdf_chains import (
    LEVEL,
    NUMERIC,
    PROSE_LENGTH,
    TOUCH,
    is_near,
    is_numeric,
    levels,
    overlap,
)
from sleepdoc.documents.pdf_columns import gutters, is_prose, lie_between
from sleepdoc.documents.pdf_rows import Phrase

_LEADING = 1.4
"""Of the font size: the lines of one cell are not further apart."""
_NOTE_SIZE = 0.93
"""Notes in the margin are smaller than this share of the text beside them."""
_PAIRED = 0.8
"""Of the lines of two chains, so many are drawn each with the one beside it."""
_LEAST_ENTRIES, _LEAST_LEVEL = 4, 5
"""Lines of columns that are cells though they fill their column, or were drawn one by one."""
_ROOM = 0.6
"""Of the lines of such a column, so many had room for another word."""
_WIDE_GAP = "  "
"""In a line that is a row of cells itself."""
_SPACE = 0.25
"""Of the font size: the width of a space."""
_STRIP = 4.0
"""Points: the height of the strips in which baselines are compared."""

Row = list[list[Phrase]]
"""Cells from left to right, each with its lines."""


def with_tables(chains: Sequence[list[Phrase]]) -> Iterator[tuple[list[Row], bool]]:
    """Join chains side by side whose lines are the cells of rows.

    Yields rows from top to bottom, and whether they are those of a table; a line of a column is a
    row with one cell.
    """
    leader = list(range(len(chains)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    shared = {
        (one, other) if chains[one][0].x0 <= chains[other][0].x0 else (other, one): count
        for (one, other), count in _shared_levels(chains).items()
    }
    apart, entries, wide = (
        judge(chains, shared) for judge in (_running_on, _entries, _in_three_columns)
    )
    between = gutters([chain for at, chain in enumerate(chains) if at not in entries])
    for (one, other), count in shared.items():
        left, right = chains[one], chains[other]
        if other in apart or lie_between(left, right, between):
            continue
        sure = any(one in cells and other in cells for cells in (entries, wide))
        if _are_cells(left, right, count, sure):
            leader[find(one)] = find(other)
    groups: dict[int, list[list[Phrase]]] = {}
    for index, chain in enumerate(chains):
        groups.setdefault(find(index), []).append(chain)
    for group in groups.values():
        if len(group) == 1:
            yield [[[phrase]] for phrase in group[0]], False
        else:
            yield _table_rows(group), True


def _shared_levels(chains: Sequence[Sequence[Phrase]]) -> Counter[tuple[int, int]]:
    """How many baselines two chains have in common, by their indices."""
    levels: dict[int, list[tuple[Phrase, int]]] = {}
    for index, chain in enumerate(chains):
        for phrase in chain:
            levels.setdefault(round(phrase.y / _STRIP), []).append((phrase, index))
    shared: Counter[tuple[int, int]] = Counter()
    for level, members in levels.items():
        pairs = itertools.chain(
            itertools.combinations(members, 2),
            itertools.product(members, levels.get(level + 1, [])),
        )
        for (phrase, index), (other, at) in pairs:
            size = min(phrase.size, other.size)
            if at != index and abs(phrase.y - other.y) <= LEVEL * size:
                shared[min(index, at), max(index, at)] += 1
    return shared


def _running_on(
    chains: Sequence[Sequence[Phrase]], shared: Mapping[tuple[int, int], int]
) -> set[int]:
    """Running text that most of the lone lines to its left meet in the midst of a sentence."""
    beside: dict[int, list[Phrase]] = {}
    for left, right in shared:
        if len(chains[left]) == 1:
            beside.setdefault(right, []).append(chains[left][0])
    return {
        index
        for index, labels in beside.items()
        if is_prose(chains[index]) and _are_amidst(labels, chains[index])
    }


def _are_amidst(labels: Iterable[Phrase], text: Sequence[Phrase]) -> bool:
    """Whether most labels stand beside lines that the line above them goes on in."""
    right = max(line.x1 for line in text)
    leading = statistics.median(above.y - below.y for above, below in itertools.pairwise(text))
    amidst = []
    for label in labels:
        for above, line in zip([None, *text], text):
            if abs(line.y - label.y) <= LEVEL * line.size:
                first = line.words[0]
                amidst.append(
                    above is not None
                    and above.y - line.y < 1.25 * leading
                    and right - above.x1 < first.x1 - first.x0 + 0.25 * line.size
                    and not above.text.endswith(SENTENCE_END)
                    and _WIDE_GAP not in above.text
                )
    return 2 * sum(amidst) > len(amidst)


def _entries(chains: Sequence[Sequence[Phrase]], shared: Mapping[tuple[int, int], int]) -> set[int]:
    """Columns drawn by rows that look like running text, but each of whose lines is a cell: all
    begin with a capital, and most had room for the beginning of the next."""
    return {
        index
        for (one, other), count in shared.items()
        if count == len(chains[one]) == len(chains[other]) >= _LEAST_ENTRIES
        and all(line.text[0].isupper() for at in (one, other) for line in chains[at])
        and _had_room(chains[one], chains[other][0].x0)
        and all(
            left.words[-1].order + 1 == right.order
            for left, right in zip(chains[one], chains[other])
        )
        for index in (one, other)
    }


def _in_three_columns(
    chains: Sequence[Sequence[Phrase]], shared: Mapping[tuple[int, int], int]
) -> set[int]:
    """Short lines that stand level with those of two other columns, each of them."""
    partners = Counter(
        index
        for (one, other), count in shared.items()
        if count == len(chains[one]) == len(chains[other]) >= _LEAST_LEVEL
        and not any(is_prose(chains[at]) for at in (one, other))
        and _had_room(chains[one], chains[other][0].x0)
        for index in (one, other)
    )
    return {index for index, count in partners.items() if count > 1}


def _had_room(column: Sequence[Phrase], end: float) -> bool:
    """Whether most lines of a column had room for the first word of the next before its end."""
    room = [
        end - upper.x1 - (1 + _SPACE) * upper.size > lower.words[0].x1 - lower.words[0].x0
        for upper, lower in itertools.pairwise(column)
    ]
    return sum(room) >= _ROOM * len(room)


def _are_cells(left: Sequence[Phrase], right: Sequence[Phrase], shared: int, sure: bool) -> bool:
    """Whether two chains are columns of a table; `sure` if whole columns are known to be cells."""
    if shared < 0.5 * min(len(left), len(right)):
        return False
    # The longest line of a column tells how near it comes to the next.
    if not is_near(max(left, key=lambda line: line.x1), right[0]):
        return False
    if sure:
        return True
    if is_prose(left):
        return not is_prose(right) and (is_numeric(right) or _are_pairs(left, right))
    if is_prose(right):
        return not _is_note(left, right)
    in_turn = max(phrase.order for phrase in left) < min(phrase.order for phrase in right)
    return not (in_turn and min(len(left), len(right)) > 2 and not is_numeric(right))


def _are_pairs(left: Sequence[Phrase], right: Sequence[Phrase]) -> bool:
    """Whether lines were drawn each with the one beside it, in other letters or as a beginning."""
    pairs = [
        (one, other)
        for one in left
        for other in right
        if one.words[-1].order + 1 == other.order and abs(one.y - other.y) <= LEVEL * one.size
    ]
    unlike = sum((one.mono, one.bold) != (other.mono, other.bold) for one, other in pairs)
    begins = not any(line.text[0].islower() for line in left)
    return len(pairs) >= _PAIRED * min(len(left), len(right)) and (
        2 * unlike > len(pairs) or begins
    )


def _is_note(left: Sequence[Phrase], right: Sequence[Phrase]) -> bool:
    """Whether small print in the margin goes on from line to line, as the text beside it does."""
    return (
        len(left) > 1
        and left[0].size < _NOTE_SIZE * right[0].size
        and any(phrase.text[0].islower() for phrase in left[1:])
    )


def _table_rows(chains: Iterable[Sequence[Phrase]]) -> list[Row]:
    """Rows of cells, a cell being the phrases of its lines."""
    rows: list[Row] = []
    for level in levels(cell for chain in chains for cell in chain):
        if rows and _continues(rows[-1], level):
            for part in level:
                _cell_above(rows[-1], part).append(part)
        else:
            rows.append([[cell] for cell in level])
    return rows


def _continues(row: Sequence[list[Phrase]], level: Sequence[Phrase]) -> bool:
    """Whether a level holds further lines of the cells of a row: its first cell has none."""
    lowest = min((line for cell in row for line in cell), key=lambda line: line.y)
    first = row[0][0]
    if lowest.y - level[0].y >= _LEADING * level[0].size or (lowest.bold and not level[0].bold):
        return False
    if len(row) == 1:
        # Running text below a heading in one of the columns.
        below = len(level) == 1 and abs(level[0].x0 - first.x0) < TOUCH
        text = len(lowest.text) >= PROSE_LENGTH and not level[0].mono
        return below and text and level[0].text[0].islower()
    return (
        level[0].x0 > first.x1
        and (len(level) == 1 or any(part.text[0].islower() for part in level))
        and all(
            not NUMERIC.match(part.text)
            and any(overlap(cell[0], part) > TOUCH for cell in row[1:])
            and _goes_on(_cell_above(row, part), part)
            for part in level
        )
    )


def _goes_on(cell: Sequence[Phrase], below: Phrase) -> bool:
    """Whether a cell has lines already, or its only one had no room for what is below it."""
    first = below.words[0]
    needed = first.x1 - first.x0 + _SPACE * below.size
    return len(cell) > 1 or below.text[0].islower() or cell[0].x1 + needed > below.x1


def _cell_above(row: Sequence[list[Phrase]], part: Phrase) -> list[Phrase]:
    return max(row, key=lambda cell: overlap(cell[0], part))
