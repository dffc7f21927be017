"""Two sides of a page that are read one after the other, though they look like one wide table.

So it is on reference cards: dense short lines in cells, under small headings. What tells sides from
the columns of a table is that one is drawn before the other begins, or that each has headings or
baselines of its own.
"""

import bisect
import itertools
import statistics
from collections.abc import Iterator, Sequence

from sleepdoc.documents.pdf_chains import LEVEL, NUMERIC, TOUCH, is_numeric, levels
from sleepdoc.documents.pdf_rows import Phrase
from sleepdoc.documents.pdf_words import usual_size

_LEAST_ROWS = 4
"""On each side."""
_LEAST_CELLED = 3
"""Rows of several cells; one column of a table has none."""
_LEAST_OWN = 6
"""Rows on each of two sides that only their baselines tell apart."""
_GAP = 0.7
"""Of the font size: the white space between two sides, at least."""
_ALIGNED = 2.0
"""Points by which the beginnings of lines may differ."""
_MIXED = 0.05
"""Of a side, so little is drawn out of turn: a heading, a number of the page."""
_BY_ROWS = 0.8
"""Of the rows of several cells, so many are drawn cell after cell."""
_SHARED = 0.5
"""Of the baselines of a table's column, so many are those of the next."""
_DENSE, _STEP = 0.7, 2.0
"""Of the lines of a side, so many are so near to the next, in font sizes: labels stand apart."""
_LONG = 30
"""Characters."""
_BELOW_HEADING = 2
"""Ordinary lines."""
_OTHER_SIZE = 1.05
"""By this ratio a heading differs in size from other lines, unless it is bold."""


class Side:
    """What stands on one side, by its rows from the topmost."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self.phrases = phrases
        self.words = [word for phrase in phrases for word in phrase.words]
        self.rows = levels(phrases)
        self.celled = [row for row in self.rows if len(row) > 1]
        self.x0 = min(phrase.x0 for phrase in phrases)
        self.x1 = max(phrase.x1 for phrase in phrases)
        self.top, self.bottom = self.rows[0][0].y, self.rows[-1][0].y
        self._heights = sorted(row[0].y for row in self.rows)
        self._size = usual_size(self.words)
        bold = sum(len(word.text) if word.bold else -len(word.text) for word in self.words)
        self._bold = bold > 0

    def headings(self) -> list[Phrase]:
        """Lines in other letters, with ordinary ones below."""
        unlike = [self._is_unlike(row) for row in self.rows]
        below = range(1, 1 + _BELOW_HEADING)
        return [
            self.rows[at][0]
            for at in range(len(self.rows) - _BELOW_HEADING)
            if unlike[at] and not any(unlike[at + step] for step in below)
        ]

    def ends_in_heading(self) -> bool:
        return self._is_unlike(self.rows[-1])

    def _is_unlike(self, row: Sequence[Phrase]) -> bool:
        first = row[0]
        small, large = sorted((first.size, self._size))
        return (
            len(row) == 1
            and first.x0 - self.x0 < _ALIGNED
            and (large > _OTHER_SIZE * small or (first.bold and not self._bold))
            and not NUMERIC.match(first.text)
        )

    def is_by_rows(self) -> bool:
        """Whether its cells were drawn row by row."""
        drawn = sum(
            all(left.words[-1].order + 1 == right.order for left, right in itertools.pairwise(row))
            for row in self.celled
        )
        return len(self.celled) >= _LEAST_CELLED and drawn >= _BY_ROWS * len(self.celled)

    def is_text(self) -> bool:
        """Whether the usual line is as long as one of running text."""
        lengths = [sum(len(phrase.text) for phrase in row) for row in self.rows]
        return statistics.median(lengths) >= _LONG

    def is_dense(self) -> bool:
        steps = [
            upper[0].y - lower[0].y <= _STEP * max(upper[0].size, lower[0].size)
            for upper, lower in itertools.pairwise(self.rows)
        ]
        return sum(steps) >= _DENSE * len(steps)

    def is_like(self, other: "Side") -> bool:
        """Whether words begin at the same distance from the left in the cells of both."""
        steps = [
            statistics.median(row[1].x0 - side.x0 for row in side.celled)
            for side in (self, other)
            if len(side.celled) >= _LEAST_CELLED
            and not is_numeric([row[-1] for row in side.celled])
        ]
        return len(steps) == 2 and abs(steps[0] - steps[1]) < _ALIGNED

    def shared(self, other: "Side") -> float:
        """How many baselines it has in common with another, as a share of the fewer."""
        common = sum(_is_level(row[0], self._heights) for row in other.rows)
        return common / min(len(self.rows), len(other.rows))


def sides(rows: Sequence[Sequence[Phrase]]) -> tuple[Side, Side] | None:
    """The left and the right of the tallest part of a page that has two sides, if there is one."""
    phrases = [phrase for row in rows for phrase in row]
    found = [
        pair for edge in _edges(phrases) for pair in _beside(phrases, edge) if _are_sides(*pair)
    ]
    return max(found, key=lambda pair: min(len(side.rows) for side in pair), default=None)


def _edges(phrases: Sequence[Phrase]) -> Iterator[float]:
    """Where several phrases begin, from left to right."""
    starts = sorted(phrase.x0 for phrase in phrases)
    while starts:
        count = bisect.bisect(starts, starts[0] + _ALIGNED)
        if count >= _LEAST_ROWS:
            yield starts[0]
        starts = starts[count:]


def _beside(phrases: Sequence[Phrase], edge: float) -> Iterator[tuple[Side, Side]]:
    """What stands left and right of an edge, in each part of the page that no phrase crosses."""
    sides = [
        True if phrase.x0 >= edge - TOUCH
        else False if phrase.x1 <= edge - _GAP * phrase.size
        else None
        for phrase in phrases
    ]  # fmt: skip
    crossing = sorted(phrase.y for phrase, side in zip(phrases, sides) if side is None)
    parts: dict[int, tuple[list[Phrase], list[Phrase]]] = {}
    for phrase, side in zip(phrases, sides):
        if side is not None:
            part = parts.setdefault(bisect.bisect(crossing, phrase.y), ([], []))
            part[side].append(phrase)
    for left, right in parts.values():
        if min(len(left), len(right)) >= _LEAST_ROWS:
            yield Side(left), Side(right)


def _are_sides(left: Side, right: Side) -> bool:
    least = min(len(left.rows), len(right.rows))
    if least < _LEAST_ROWS:
        return False
    tops, headings = sorted(heading.y for heading in left.headings()), right.headings()
    headed = any(
        not _is_level(heading, tops) for heading in headings if heading is not right.rows[0][0]
    )
    if _are_in_turn(left, right):
        if len(tops) > 1 and headings and right.is_text():
            return True
        by_rows = left.is_by_rows() + right.is_by_rows()
        return headed or by_rows == 2 or (by_rows == 1 and left.shared(right) < _SHARED)
    if not (left.is_dense() and right.is_dense()):
        return False
    celled = min(len(left.celled), len(right.celled)) >= _LEAST_CELLED
    own = least >= _LEAST_OWN and celled and left.shared(right) < _SHARED
    return own or (bool(tops and headings) and (headed or left.is_like(right)))


def _are_in_turn(left: Side, right: Side) -> bool:
    """Whether one side was drawn before the other."""
    drawn = sorted(
        (phrase.order, side is left) for side in (left, right) for phrase in side.phrases
    )
    first = sum(is_left for _, is_left in drawn[: len(left.phrases)]) / len(left.phrases)
    return not _MIXED < first < 1 - _MIXED


def _is_level(phrase: Phrase, heights: Sequence[float]) -> bool:
    """Whether a phrase is as high as one of others, whose heights ascend."""
    reach = LEVEL * phrase.size
    return bisect.bisect_left(heights, phrase.y - reach) < bisect.bisect(heights, phrase.y + reach)
