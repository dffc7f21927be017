"""Words become rows, which share a baseline, and rows become phrases, which no wide gap cuts."""

import functools
import itertools
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sleepdoc.documents.line_ends import is_unspaced
from sleepdoc.documents.pdf_words import GAP, NUMBER_GAP, Word, usual_size

_LEVEL = 0.2
"""Of the font size, by which baselines of one row may differ."""
_INITIAL = 1.8
"""A drop cap is larger than this multiple of the lines beside it."""
_WIDE = 1.5
"""Of the font size: a wider gap may lie between columns or the cells of a table."""
_NARROW, _EDGE = 0.7, 4
"""A narrower gap may do so where at least so many rows have one that ends at the same place."""
_MONOSPACE_WIDE = 12.0
_LETTERS = 4
"""So many single letters in a row may be one word in spaced print."""
_MANY_LETTERS = 6
"""And so many are, even if they are no capitals."""
_LETTER_GAP = 1.3
_MONOSPACE_WIDTH = 0.6

_RTL = {"R", "AL"}


@dataclass(eq=False)
class Phrase:
    """Words of one row with no wide gap between them."""

    words: list[Word]
    y: float
    x0: float
    x1: float
    size: float

    @functools.cached_property
    def text(self) -> str:
        return spelled(self.words)

    @property
    def mono(self) -> bool:
        return all(word.mono for word in self.words)

    @property
    def bold(self) -> bool:
        return all(word.bold for word in self.words)

    @property
    def order(self) -> int:
        return self.words[0].order


def phrase(found: Sequence[Word]) -> Phrase:
    """Words of one row, from left to right, as a phrase."""
    size = usual_size(found)
    level = max(found, key=lambda word: (word.size == size, len(word.text)))
    return Phrase(list(found), level.y, found[0].x0, max(word.x1 for word in found), size)


def rows(found: Sequence[Word]) -> list[list[Phrase]]:
    """Group words by baseline, topmost row first, each from left to right."""
    initials = _initials(found)
    made = _level_rows(word for word in found if word not in initials)
    for initial in initials:
        _settle_initial(initial, made)
    for row in made:
        row.sort(key=lambda word: word.x0)
    edges = _edges(made)
    return [list(_phrases(row, edges)) for row in sorted(made, key=lambda row: -row[0].y)]


def _level_rows(found: Iterable[Word]) -> list[list[Word]]:
    made: list[list[Word]] = []
    for word in sorted(found, key=lambda word: -word.y):
        if made and abs(made[-1][0].y - word.y) <= _LEVEL * min(made[-1][0].size, word.size):
            made[-1].append(word)
        else:
            made.append([word])
    return made


def _initials(found: Sequence[Word]) -> list[Word]:
    """Large letters that may be drop caps: no other large print stands beside them."""
    least = _INITIAL * usual_size(found)
    large = [word for word in found if word.size > least]
    return [
        word
        for word in large
        if len(word.text) == 1
        and word.text.isalpha()
        and not any(
            other is not word
            and abs(other.y - word.y) <= _LEVEL * word.size
            and max(other.x0 - word.x1, word.x0 - other.x1) < _LETTER_GAP * word.size
            for other in large
        )
    ]


def _settle_initial(initial: Word, made: list[list[Word]]) -> None:
    """A drop cap belongs to the first of the lines that it stands beside."""
    beside = [
        row
        for row in made
        if initial.y - 0.3 * row[0].size <= row[0].y <= initial.y + 0.9 * initial.size
        and any(0 <= word.x0 - initial.x1 + row[0].size < 2.5 * row[0].size for word in row)
    ]
    if len(beside) < 2:
        made.append([initial])
        return
    row = max(beside, key=lambda row: row[0].y)
    first = min(
        (word for word in row if word.x0 >= initial.x1 - row[0].size), key=lambda word: word.x0
    )
    alone = first.spaced or first.x0 - initial.x1 > first.size
    initial.y, initial.size = first.y, first.size
    if not alone:
        initial.x0, initial.x1 = first.x0 - (initial.x1 - initial.x0), first.x0
    row.append(initial)


def _phrases(row: Sequence[Word], edges: Counter[int]) -> Iterator[Phrase]:
    listing = all(word.mono or not word.text[0].isalpha() for word in row)
    begin = 0
    for index in range(1, len(row) + 1):
        if index == len(row) or _is_wide(row[begin:index], row[index], edges, listing):
            yield phrase(row[begin:index])
            begin = index


def _is_wide(before: Sequence[Word], word: Word, edges: Counter[int], listing: bool) -> bool:
    """Whether a gap may lie between columns: it is wide, or others end where it does."""
    size = min(before[-1].size, word.size)
    gap = word.x0 - max(other.x1 for other in before[-4:])
    if listing and before[-1].mono and word.mono:
        return gap > _MONOSPACE_WIDE * size
    return gap > _WIDE * size or (
        gap > _NARROW * size and max(edges[round(word.x0) + step] for step in (-1, 0, 1)) >= _EDGE
    )


def _edges(rows: Sequence[Sequence[Word]]) -> Counter[int]:
    """How many rows have a word behind a gap at each place, in points."""
    return Counter(
        round(right.x0)
        for row in rows
        for left, right in itertools.pairwise(row)
        if right.x0 - left.x1 > _NARROW * min(left.size, right.size)
    )


def merged(phrases: Sequence[Phrase]) -> Phrase:
    """Phrases of one row as one."""
    return phrase([word for part in phrases for word in part.words])


def spelled(found: Sequence[Word]) -> str:
    """The text of words of one row: spaces where they belong, two where a wide gap is."""
    if any(_is_rtl(word.text) for word in found):
        found = _logical(found)
    found = list(_unspaced_letters(found))
    pieces = [found[0].text]
    for left, right in itertools.pairwise(found):
        is_mark = left is found[0] and left.rise > 0 and not left.text[-1].isalpha()
        pieces += [" " if is_mark else _between(left, right), right.text]
    return "".join(pieces)


def _between(left: Word, right: Word) -> str:
    size = max(left.size, right.size, 0.1)
    gap = max(right.x0 - left.x1, left.x0 - right.x1) / size
    if left.mono and right.mono and gap > GAP:
        return " " * max(1, round(gap / _MONOSPACE_WIDTH))
    if gap > _WIDE:
        return "  "
    apart = right.spaced and right.order == left.order + 1
    if right.rise != left.rise and not apart and gap < 2 * GAP:
        return _script_mark(left, right)
    digits = left.text[-1].isdigit() and right.text[0].isdigit()
    if apart or gap > (NUMBER_GAP if digits else GAP) or gap < -2 * GAP:
        unspaced = is_unspaced(left.text[-1]) and is_unspaced(right.text[0])
        return "" if unspaced and gap < 1.0 and not apart else " "
    return ""


def _script_mark(left: Word, right: Word) -> str:
    """What keeps raised and lowered digits from the digits that they stand beside."""
    if not (left.text[-1].isdigit() and right.text[0].isdigit()):
        return ""
    return {1: "^", -1: "_", 0: " "}[right.rise]


def _unspaced_letters(found: Sequence[Word]) -> Iterator[Word]:
    """Put words together that are printed with a space after each letter."""
    index = 0
    while index < len(found):
        end = index
        while end < len(found) and len(found[end].text) <= 2 and found[end].text.isalpha():
            end += 1
        run = found[index:end]
        if len(run) >= _LETTERS and sum(len(word.text) for word in run) <= 1.3 * len(run):
            yield from _respaced(run)
            index = end
        else:
            yield found[index]
            index += 1


def _respaced(run: Sequence[Word]) -> Iterator[Word]:
    distances = [
        (right.x0 - left.x1) / max(left.size, 0.1) for left, right in itertools.pairwise(run)
    ]
    usual = statistics.median(distances)
    spaced = [word.spaced for word in run[1:]]
    drawn = any(spaced) and not all(spaced)
    sure = all(word.text.isupper() for word in run) or len(run) >= _MANY_LETTERS
    if usual > _LETTER_GAP or not (drawn or sure):
        yield from run
        return
    joined = run[0]
    for distance, word in zip(distances, run[1:]):
        if word.spaced if drawn else distance > 1.6 * usual:
            yield joined
            joined = word
        else:
            joined = Word(
                joined.text + word.text, joined.x0, word.x1, word.y, word.size,
                word.mono, word.bold, joined.spaced, word.order, joined.rise,
            )  # fmt: skip
    yield joined


def _is_rtl(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(char) in _RTL for char in text)


def _logical(found: Sequence[Word]) -> list[Word]:
    """Words in the order in which they are read where some run from right to left."""
    rtl = [_is_rtl(word.text) for word in found]
    if 2 * sum(rtl) < len(found):
        return _reversed_runs(found, rtl)
    backwards = list(reversed(found))
    return _reversed_runs(backwards, [not _is_rtl(word.text) for word in backwards])


def _reversed_runs(found: Sequence[Word], turned: Sequence[bool]) -> list[Word]:
    ordered: list[Word] = []
    run: list[Word] = []
    for word, turn in zip(found, turned):
        if turn:
            run.insert(0, word)
        else:
            ordered += [*run, word]
            run = []
    return ordered + run
