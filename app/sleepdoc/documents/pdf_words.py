"""Glyphs become words: what is printed together, with its place and how it is raised or lowered."""

import itertools
import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sleepdoc.documents.line_ends import is_unspaced
from sleepdoc.documents.pdf_glyphs import Glyph, Style

GAP = 0.11
"""Of the font size: a wider move of the pen between two strings separates words."""
_STRING_GAP = 0.15
"""The same inside one string, where kerning stays below."""
_SPACED_GAP = 0.3
"""The same inside a string that has space characters of its own."""
_UNSPACED_GAP = 0.6
"""The same in scripts without spaces, whose lines are justified between any two characters."""
NUMBER_GAP = 0.05
"""The same between two strings of which the first ends in a digit."""
_LEAST_TRACKED = 3
_LEAST_TRACKING, _MOST_TRACKING = 0.08, 0.8
"""Of the font size: space between the letters of spaced print."""
_SAME_LEVEL, _SAME_SIZE = 0.02, 0.05
"""Of the font size: how far strings of one run may differ."""
_SIGN_LEVEL = 0.4
"""The same for signs over or under letters, which some programs draw by themselves."""
_OVERLAP = 0.3
"""Of the font size: how far a glyph may reach back over the one before it."""
_SCRIPT = 0.85
"""Raised and lowered print is smaller than this share of what it belongs to."""
_LEAST_SCRIPT = 0.45
"""And not smaller than this: what stands beside a drop cap is not raised."""
_RAISED = (0.12, 0.8)
_LOWERED = (-0.5, -0.06)
"""Of the font size it belongs to: where the baselines of such print may lie."""
_BESIDE = 0.35
"""Of the font size: how far raised print may stand from what it belongs to."""
_LONGEST_SCRIPT = 12
_RTL = {"R", "AL"}


@dataclass(slots=True, eq=False)
class Word:
    """Glyphs without a gap between them; places in points in the upright frame of the text."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    mono: bool
    bold: bool
    spaced: bool
    """Whether a space character was drawn before it."""
    order: int
    """Position in the order of drawing."""
    rise: int = 0
    """1 if raised, -1 if lowered; `y` is then that of what it belongs to."""


def words(glyphs: Sequence[Glyph]) -> list[Word]:
    """Words in the order of drawing."""
    found: list[Word] = []
    spaced = False
    for run in _runs(glyphs):
        tracking = _tracking(run)
        close = NUMBER_GAP * run[0].style.size
        pending: list[Glyph] = []
        last = None
        for glyph in run:
            if glyph.char == " ":
                if pending:
                    found.append(_word(pending, spaced, len(found)))
                    pending = []
                spaced, last = True, None
                continue
            if last is not None and not (
                (last.style is glyph.style and -close <= glyph.x0 - last.x1 < close)
                or _goes_on(last, glyph, tracking)
            ):
                found.append(_word(pending, spaced, len(found)))
                pending, spaced = [], False
            pending.append(glyph)
            last = glyph
        if pending:
            found.append(_word(pending, spaced, len(found)))
            spaced = False
    _settle_scripts(found)
    return found


def _runs(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Glyphs drawn one after the other on one baseline and in one size; signs may be higher."""
    run: list[Glyph] = []
    base: Style | None = None
    for glyph in glyphs:
        style = glyph.style
        if base is None or base is style:
            base = style
        elif (
            abs(base.y - style.y)
            > (_SIGN_LEVEL if _is_sign(glyph.char) else _SAME_LEVEL) * base.size
            or abs(base.size - style.size) > _SAME_SIZE * base.size
        ):
            yield run
            run, base = [], style
        elif not _is_sign(glyph.char):
            base = style
        run.append(glyph)
    if run:
        yield run


def _tracking(run: Sequence[Glyph]) -> float:
    """Space that is set between all letters of strings in a run, in points."""
    inked = [
        right.x0 - left.x1
        for left, right in itertools.pairwise(run)
        if left.style is right.style and left.char.isalpha() and right.char.isalpha()
    ]
    if len(inked) < _LEAST_TRACKED or 3 * len(inked) < len(run):
        return 0.0
    size = run[0].style.size
    usual = sorted(inked)[len(inked) // 5]
    return usual if _LEAST_TRACKING * size < usual < _MOST_TRACKING * size else 0.0


def usual_size(found: Sequence[Word]) -> float:
    """The font size of most characters."""
    if not found:
        return 0.0
    if len({word.size for word in found}) == 1:
        return found[0].size
    sizes = sorted([(word.size, len(word.text)) for word in found])
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return sizes[-1][0]


def _word(glyphs: Sequence[Glyph], spaced: bool, order: int) -> Word:
    style = glyphs[0].style
    return Word(
        "".join([glyph.char for glyph in glyphs]),
        min([glyph.x0 for glyph in glyphs]),
        max([glyph.x1 for glyph in glyphs]),
        style.y,
        style.size,
        style.mono,
        style.bold,
        spaced,
        order,
    )


def _goes_on(last: Glyph, glyph: Glyph, tracking: float) -> bool:
    """Whether a glyph belongs to the word of the one before it."""
    one, other = last.style, glyph.style
    size = one.size
    gap = glyph.x0 - last.x1
    if gap < -_OVERLAP * size and unicodedata.bidirectional(glyph.char) in _RTL:
        gap = last.x0 - glyph.x1
    if one is other and glyph.x0 == last.x0 and glyph.x1 == last.x1:
        return True  # A ligature, spelt out.
    limit = GAP
    if one is other:
        limit = _SPACED_GAP if one.spaced else _STRING_GAP
    elif last.char.isdigit() and one.length > 1 and other.length > 1:
        # Numbers set close to each other, in the cells of a tight table.
        limit = NUMBER_GAP
    if is_unspaced(last.char) and is_unspaced(glyph.char):
        limit = _UNSPACED_GAP
    if -_OVERLAP * size <= gap < limit * size + tracking:
        return True
    return abs(gap) < size and _is_sign(glyph.char)


def _is_sign(char: str) -> bool:
    """Whether a character lies over, under or around a letter: an accent, a vowel of India."""
    return char >= "\u0300" and unicodedata.category(char).startswith("M")


def _settle_scripts(found: Sequence[Word]) -> None:
    """Put raised and lowered words on the baseline of the word that they stand beside."""
    usual = max(usual_size(found), 1.0)
    small = [
        word
        for word in found
        if len(word.text) <= (_LONGEST_SCRIPT if word.size < _SCRIPT * usual else 2)
    ]
    beside: dict[tuple[int, int], list[Word]] = {}
    for word in found:
        for x in {math.floor(word.x0 / usual), math.floor(word.x1 / usual)}:
            beside.setdefault((x, math.floor(word.y / usual)), []).append(word)
    for word in sorted(small, key=lambda word: word.x0):
        level = math.floor(word.y / usual)
        columns = {
            math.floor(edge / usual) + step for edge in (word.x0, word.x1) for step in (-1, 0, 1)
        }
        bases = [
            (abs(word.x0 - base.x1), base, rise)
            for x in columns
            for y in (level - 1, level, level + 1)
            for base in beside.get((x, y), ())
            if base is not word and base.y != word.y and (rise := _rise(word, base))
        ]
        if bases:
            _, base, word.rise = min(bases, key=lambda candidate: candidate[0])
            word.y, word.size = base.y, base.size


def _rise(word: Word, base: Word) -> int:
    """1 or -1 if a word is raised or lowered print beside another."""
    smaller = word.size < _SCRIPT * base.size
    drawn_together = word.size < 1.02 * base.size and abs(word.order - base.order) == 1
    if base.rise or word.size < _LEAST_SCRIPT * base.size or not (smaller or drawn_together):
        return 0
    after = -0.25 * base.size <= word.x0 - base.x1 <= _BESIDE * base.size
    before = -0.25 * base.size <= base.x0 - word.x1 <= 2 * _BESIDE * base.size
    if not after and not before:
        return 0
    height = (word.y - base.y) / base.size
    if _RAISED[0] <= height <= _RAISED[1] and (smaller or word.text.isdigit()):
        return 1
    return -1 if after and _LOWERED[0] <= height <= _LOWERED[1] else 0
