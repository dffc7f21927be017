"""Phrases that stand under each other are chained: to lines of a column, or cells of a table."""

import bisect
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from sleepdoc.documents.pdf_rows import Phrase, merged

NUMERIC = re.compile(r"[^\w]*\d[\d\s.,:%()/+\-–−$€£¥]*[%a-zA-Z]{0,3}\Z")
"""What may be a number with its unit."""
_MARK = re.compile(r"\(?(?:[a-zA-Z]|[ivx]{1,5}|\d{1,3})[.)]+\Z|\d{1,3}(?:\.\d{1,3})+\.?\Z")
"""What stands before an item of a list, or a clause."""
LEVEL = 0.25
"""Of the font size, by which the baselines of one row may differ."""
PROSE_LENGTH = 20
"""Characters in the usual line of running text, at least."""
TOUCH = 1.0
"""Points by which glyphs of neighbouring columns may reach into each other."""
_REACH = 2.2
"""Of the font size: how far apart lines of one block may be."""
_LEAST_WIDE, _MOST_WIDE = 1.9, 3.3
"""Of the font size: the distance of lines where a page is set with double spacing."""
_LEAST_LINES, _LONG = 5, 30
"""Lines of such a page, and characters in the usual one: the labels of a form stand apart."""
_SAME_SIZE = 1.2
"""Lines of one block differ in size by less than this ratio."""
_FAR = 20
"""Of the font size: a wider gap separates what does not belong to one row."""


class Span(Protocol):
    """Whatever has a left and a right edge."""

    x0: float
    x1: float


def overlap(one: Span, other: Span) -> float:
    """Points that two things share of the width of the page; negative if they stand apart."""
    return min(one.x1, other.x1) - max(one.x0, other.x0)


def is_numeric(chain: Sequence[Phrase]) -> bool:
    """Whether half of the phrases are numbers."""
    return 2 * sum(bool(NUMERIC.match(phrase.text)) for phrase in chain) >= len(chain)


def levels(phrases: Iterable[Phrase]) -> list[list[Phrase]]:
    """Phrases by their baselines, topmost first, each from left to right."""
    made: list[list[Phrase]] = []
    for phrase in sorted(phrases, key=lambda phrase: -phrase.y):
        if made and abs(made[-1][0].y - phrase.y) <= LEVEL * phrase.size:
            made[-1].append(phrase)
        else:
            made.append([phrase])
    return [sorted(level, key=lambda phrase: phrase.x0) for level in made]


def without_accidents(rows: Sequence[Sequence[Phrase]]) -> Iterator[list[Phrase]]:
    """Close the wide gaps that no other row shares: between justified words, or in a lone row."""
    for index, row in enumerate(rows):
        kept: list[Phrase] = []
        for right in row:
            if kept and is_near(kept[-1], right) and not _is_shared(kept[-1], right, rows, index):
                kept[-1] = merged([kept[-1], right])
            else:
                kept.append(right)
        yield kept


def is_near(left: Phrase, right: Phrase) -> bool:
    """Whether a gap is not too wide to lie inside a row; figures are set far to the right."""
    return right.x0 - left.x1 < _FAR * left.size or bool(NUMERIC.match(right.text))


def _is_shared(left: Phrase, right: Phrase, rows: Sequence[Sequence[Phrase]], at: int) -> bool:
    """Whether the nearest row above or below has a gap in the same place."""
    for step in (-1, 1):
        index = at + step
        while 0 <= index < len(rows):
            row = rows[index]
            if abs(row[0].y - right.y) > 1.3 * _REACH * max(right.size, row[0].size):
                break
            if any(part.x0 < right.x1 and part.x1 > left.x0 for part in row):
                if any(
                    _begins_behind(part, left, right) or _ends_before(part, left, right)
                    for part in row
                ):
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
        and min(len(part.text), len(left.text)) >= PROSE_LENGTH
    )


def chains(phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    """Phrases under each other, where there is no doubt which one comes next."""
    below = _neighbours(phrases, _reach(phrases))
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


def _reach(phrases: Sequence[Phrase]) -> float:
    """How far apart lines of one block may be on this page, in font sizes."""
    lengths = sorted(len(phrase.text) for phrase in phrases)
    if len(phrases) < _LEAST_LINES or lengths[len(lengths) // 2] < _LONG:
        return _REACH
    steps = Counter(
        round((above.y - below.y) / max(above.size, 1.0), 1)
        for above, below in itertools.pairwise(phrases)
        if above.y - below.y > LEVEL * above.size
    )
    usual, count = steps.most_common(1)[0] if steps else (0.0, 0)
    is_wide = _LEAST_WIDE <= usual <= _MOST_WIDE and 2 * count > sum(steps.values())
    return 1.15 * usual if is_wide else _REACH


def _neighbours(phrases: Sequence[Phrase], reach: float) -> dict[int, list[Phrase]]:
    """For each phrase those on the nearest level below that share a part of its width."""
    depths = [-phrase.y for phrase in phrases]
    below: dict[int, list[Phrase]] = {}
    for index, phrase in enumerate(phrases):
        found: list[Phrase] = []
        for other in phrases[bisect.bisect_right(depths, -phrase.y, index) :]:
            step = phrase.y - other.y
            if step > reach * max(phrase.size, other.size) or (
                found and step > phrase.y - found[0].y + LEVEL * other.size
            ):
                break
            if step > 0.5 * min(phrase.size, other.size) and overlap(phrase, other) > TOUCH:
                found.append(other)
        below[id(phrase)] = found
    return below


def _is_linked(
    upper: Phrase, lower: Phrase, below: Sequence[Phrase], above: Sequence[Phrase]
) -> bool:
    alike = 1 / _SAME_SIZE < upper.size / lower.size < _SAME_SIZE
    return alike and len(below) == 1 and len(above) == 1 and not _is_other_column(upper, lower)


def _is_other_column(upper: Phrase, lower: Phrase) -> bool:
    """Whether one of two is the mark of an item, and the other text with the same left edge."""
    marks = bool(_MARK.match(upper.text)), bool(_MARK.match(lower.text))
    # Short text above a mark may be the head of a column.
    return marks == (True, False) or (marks == (False, True) and len(upper.text) >= PROSE_LENGTH)
