"""Columns of running text, and the gutters between them that no table crosses."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sleepdoc.documents.line_ends import is_unspaced
from sleepdoc.documents.pdf_chains import PROSE_LENGTH, TOUCH
from sleepdoc.documents.pdf_rows import Phrase

_PROSE_FILL = 0.7
"""Running text fills this share of its column, last lines aside."""
_LEAST_COLUMN = 4
"""Lines of running text on each side of a gutter."""
_NARROW = 4
"""Lines that were wrapped are running text however short, if there are so many."""
_LEAST_NARROW = 10
"""Characters in them."""
_GOES_ON, _WRAPPED = 0.4, 0.7
"""Of the lines of running text, begin in lower case, and had no room for another word."""
_SPACE = 0.25
"""Of the font size: the width of a space."""


def is_prose(chain: Sequence[Phrase]) -> bool:
    """Whether lines of a chain fill their column, and are long or go on in each other."""
    if len(chain) < 2:
        return False
    lengths = sorted(sum(2 if is_unspaced(char) else 1 for char in phrase.text) for phrase in chain)
    usual = lengths[len(lengths) // 2]
    if usual < PROSE_LENGTH and not (usual >= _LEAST_NARROW and _goes_on(chain)):
        return False
    width = max(phrase.x1 for phrase in chain) - min(phrase.x0 for phrase in chain)
    filled = sum(phrase.x1 - phrase.x0 for phrase in chain[:-1]) / (len(chain) - 1)
    return filled >= _PROSE_FILL * width


def _goes_on(chain: Sequence[Phrase]) -> bool:
    """Whether lines of several words each go on in the next, for want of room."""
    pairs = list(itertools.pairwise(chain))
    if len(chain) < _NARROW or sum(len(line.words) for line in chain) < 2 * len(chain):
        return False
    right = max(line.x1 for line in chain)
    wrapped = sum(
        lower.words[0].x1 - lower.words[0].x0 + _SPACE * upper.size > right - upper.x1
        for upper, lower in pairs
    )
    going_on = sum(lower.text[0].islower() for _, lower in pairs)
    return going_on >= _GOES_ON * len(pairs) and wrapped >= _WRAPPED * len(pairs)


@dataclass(frozen=True)
class Gutter:
    """White space between columns of running text."""

    x: float
    top: float
    bottom: float


def gutters(chains: Sequence[Sequence[Phrase]]) -> list[Gutter]:
    """Where running text stands on both sides."""
    spans = [
        (min(line.x0 for line in chain), max(line.x1 for line in chain), chain)
        for chain in chains
        if is_prose(chain)
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
            found.append(Gutter(x, max(heights), min(heights)))
    return found


def lie_between(left: Sequence[Phrase], right: Sequence[Phrase], gutters: Iterable[Gutter]) -> bool:
    """Whether a gutter runs between two chains."""
    end, begin = max(line.x1 for line in left), min(line.x0 for line in right)
    top = min(left[0].y, right[0].y)
    return any(
        end <= gutter.x + TOUCH and begin >= gutter.x - TOUCH
        and gutter.bottom <= top <= gutter.top
        for gutter in gutters
    )  # fmt: skip
