"""Numbers of lines in the margin, as statutes and manuscripts have them, are not read."""

import itertools
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from sleepdoc.documents.pdf_rows import Phrase, phrase
from sleepdoc.documents.pdf_words import Word

_LEAST = 5
"""Numbers that count lines."""
_LEAST_SPARSE = 2
"""The same of every fifth or tenth line, as is usual."""
_SPARSE = (5, 10)
_LONG = 25
"""Characters in the usual line of running text beside them, at least."""
_GOES_ON = 0.3
"""Of the lines beside them, begin in lower case: else they are items of a list."""
_APART = 0.3
"""Of the font size: their distance from the text."""
_ALIGNED = 2.5
"""Points by which their edges may differ."""
_EVEN = 0.15
"""Of a line's height: how well their distance tells the number of lines between them."""
_PLACED = 0.75
"""Of these distances, so many tell it."""

Rows = Sequence[Sequence[Phrase]]


def without_line_numbers(rows: Rows) -> tuple[list[list[Phrase]], int]:
    """The rows without numbers that count them, and how many there were."""
    lines = [[word for part in row for word in part.words] for row in rows]
    gone: set[int] = set()
    for numbers in _columns(lines):
        if _count_lines(numbers, lines):
            gone.update(map(id, numbers))
    kept = [_without(row, gone) for row in rows] if gone else [list(row) for row in rows]
    return [row for row in kept if row], len(gone)


def _columns(lines: Sequence[Sequence[Word]]) -> Iterator[list[Word]]:
    """Numbers under each other that stand apart from what is beside them, topmost first."""
    apart = [
        word
        for line in lines
        for before, word, after in zip([None, *line], line, [*line[1:], None])
        if word.text.isdigit()
        and len(word.text) < 6
        and (before is None or word.x0 - before.x1 > _APART * word.size)
        and (after is None or after.x0 - word.x1 > _APART * word.size)
    ]
    groups = sorted((*_aligned(apart, "x1"), *_aligned(apart, "x0")), key=len, reverse=True)
    taken: set[int] = set()
    for group in groups:
        own = set(map(id, group))
        if len(group) >= _LEAST_SPARSE and not own & taken:
            taken |= own
            yield sorted(group, key=lambda word: -word.y)


def _aligned(found: Sequence[Word], side: str) -> Iterator[list[Word]]:
    rest = sorted(found, key=lambda word: float(getattr(word, side)))
    while rest:
        edge = getattr(rest[0], side)
        group = [word for word in rest if getattr(word, side) - edge < _ALIGNED]
        rest = rest[len(group) :]
        yield group


def _count_lines(numbers: Sequence[Word], lines: Sequence[Sequence[Word]]) -> bool:
    """Whether numbers count lines of running text beside them."""
    values = [int(word.text) for word in numbers]
    steps = {after - before for before, after in itertools.pairwise(values)}
    step = steps.pop() if len(steps) == 1 else 0
    if step > 2 and len(numbers) >= (_LEAST_SPARSE if step in _SPARSE else _LEAST):
        return _are_placed(numbers, step, lines) and bool(_beside(numbers, lines))
    if step < 1 or len(numbers) < _LEAST:
        return False
    texts = _beside(numbers, lines)
    going_on = sum(words[0].text[0].islower() for words in texts)
    return going_on >= _GOES_ON * len(texts) > 0


def _are_placed(numbers: Sequence[Word], step: int, lines: Sequence[Sequence[Word]]) -> bool:
    """Whether as many lines lie between numbers as they say, but where a heading does."""
    levels = [line[0].y for line in lines]
    leading = Counter(
        round(above - below, 1) for above, below in itertools.pairwise(levels)
    ).most_common(1)
    height = leading[0][0] if leading else 0.0
    placed = sum(
        abs((above.y - below.y) / (step * height) - 1) < _EVEN
        for above, below in itertools.pairwise(numbers)
        if height
    )
    return placed >= _PLACED * (len(numbers) - 1)


def _beside(numbers: Sequence[Word], lines: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """The lines of running text on one side of the numbers; none if it crosses their column."""
    low, high = min(word.x0 for word in numbers), max(word.x1 for word in numbers)
    top, bottom = numbers[0].y + numbers[0].size, numbers[-1].y - numbers[-1].size
    own = set(map(id, numbers))
    sides: tuple[list[list[Word]], list[list[Word]]] = [], []
    for line in lines:
        if not bottom <= line[0].y <= top:
            continue
        others = [word for word in line if id(word) not in own]
        if any(word.x0 < high and word.x1 > low for word in others):
            return []
        for side, part in zip(
            sides, ([word for word in others if word.x1 <= low],
                    [word for word in others if word.x0 >= high]),
        ):  # fmt: skip
            if part:
                side.append(part)
    for texts in sides[::-1]:
        lengths = [sum(len(word.text) + 1 for word in words) for words in texts]
        if lengths and statistics.median(lengths) >= _LONG:
            return texts
    return []


def _without(row: Sequence[Phrase], gone: set[int]) -> list[Phrase]:
    kept = []
    for part in row:
        words = [word for word in part.words if id(word) not in gone]
        if len(words) == len(part.words):
            kept.append(part)
        elif words:
            kept.append(phrase(words))
    return kept
