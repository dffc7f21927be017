"""Numbers of lines in the margin, as statutes and manuscripts have them, are not read."""

import itertools
import statistics
from collections import Counter
from collections.abc import Sequence

from sleepdoc.documents.pdf_rows import Phrase, phrase
from sleepdoc.documents.pdf_words import Word

_LEAST = 5
_LONG = 25
"""Characters in the usual line of running text beside them, at least."""
_APART = 0.3
"""Of the font size: their distance from the text."""
_ALIGNED = 2.5
"""Points by which their edges may differ."""

Rows = Sequence[Sequence[Phrase]]


def without_line_numbers(rows: Rows) -> tuple[list[list[Phrase]], int]:
    """The rows without numbers that count them, and how many there were."""
    for left in (True, False):
        numbers = _numbers(rows, left)
        if len(numbers) >= _LEAST and _count_up(numbers):
            gone = {id(word) for word in numbers}
            kept = [_without(row, gone) for row in rows]
            return [row for row in kept if row], len(numbers)
    return [list(row) for row in rows], 0


def _numbers(rows: Rows, left: bool) -> list[Word]:
    """The numbers outside the edge of the running text."""
    ends = [row[0].words[0] if left else row[-1].words[-1] for row in rows]
    rests = [
        [word for part in row for word in part.words if word is not end or not end.text.isdigit()]
        for row, end in zip(rows, ends)
    ]
    texts = [rest for rest in rests if rest]
    lengths = [sum(len(word.text) + 1 for word in rest) for rest in texts]
    if not texts or statistics.median(lengths) < _LONG or any(len(row) > 2 for row in rows):
        return []
    if left:
        edge = 3.0 * Counter(round(rest[0].x0 / 3) for rest in texts).most_common(1)[0][0]
        found = [
            word for word in ends if word.text.isdigit() and word.x1 < edge - _APART * word.size
        ]
    else:
        edge = max(rest[-1].x1 for rest in texts)
        found = [
            word for word in ends if word.text.isdigit() and word.x0 > edge + _APART * word.size
        ]
    for side in ("x0", "x1"):
        places = [getattr(word, side) for word in found]
        if places and max(places) - min(places) < _ALIGNED:
            return found
    return []


def _count_up(numbers: Sequence[Word]) -> bool:
    values = [int(word.text) for word in numbers]
    steps = {after - before for before, after in itertools.pairwise(values)}
    return len(steps) == 1 and steps.pop() in (1, 2, 5, 10)


def _without(row: Sequence[Phrase], gone: set[int]) -> list[Phrase]:
    kept = []
    for part in row:
        words = [word for word in part.words if id(word) not in gone]
        if len(words) == len(part.words):
            kept.append(part)
        elif words:
            kept.append(phrase(words))
    return kept
