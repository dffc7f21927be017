"""Accents that are glyphs of their own, drawn over letters, as TeX's older fonts have them."""

import bisect
import math
import unicodedata
from collections.abc import Sequence

from sleepdoc.documents.pdf_glyphs import Glyph

_COMBINING = {
    "`": "\u0300", "\u00b4": "\u0301", "^": "\u0302", "\u02c6": "\u0302", "~": "\u0303",
    "\u02dc": "\u0303", "\u00af": "\u0304", "\u02c9": "\u0304", "\u02d8": "\u0306",
    "\u02d9": "\u0307", "\u00a8": "\u0308", "\u02da": "\u030a", "\u00b0": "\u030a",
    "\u02dd": "\u030b", "\u02c7": "\u030c", "\u00b8": "\u0327", "\u02db": "\u0328",
}  # fmt: skip
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
_HEIGHT = 0.6
"""Of the font size: how far above its letter an accent is set, over capitals."""
_STRIP = 12.0
"""Points: the height of the strips in which letters are looked up."""


def with_accents(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs in their order, with every accent joined to the letter that it stands over."""
    accents = [glyph for glyph in glyphs if glyph.char in _COMBINING]
    if not accents:
        return list(glyphs)
    letters: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in sorted(glyphs, key=_middle):
        if glyph.char.isalpha():
            letters.setdefault((glyph.style.turn, _strip(glyph)), []).append(glyph)
    gone: set[int] = set()
    for accent in accents:
        beside = (
            letters.get((accent.style.turn, _strip(accent) + step), ()) for step in (-1, 0, 1)
        )
        for letter in sorted(
            (each for row in beside for each in _nearest(row, accent)),
            key=lambda each: abs(_middle(each) - _middle(accent)),
        ):
            if joined := _joined(accent, letter):
                letter.char = joined
                gone.add(id(accent))
                break
    return [glyph for glyph in glyphs if id(glyph) not in gone]


def _middle(glyph: Glyph) -> float:
    return (glyph.x0 + glyph.x1) / 2


def _strip(glyph: Glyph) -> int:
    return math.floor(glyph.style.y / _STRIP)


def _nearest(row: Sequence[Glyph], accent: Glyph) -> Sequence[Glyph]:
    """The letters on either side of an accent's middle, in a row that is sorted by theirs."""
    at = bisect.bisect(row, _middle(accent), key=_middle)
    return row[max(0, at - 2) : at + 2]


def _joined(accent: Glyph, letter: Glyph) -> str:
    """The letter with the accent, if it stands over it and there is such a character."""
    one, other = accent.style, letter.style
    over = letter.x0 < _middle(accent) < letter.x1
    near = abs(one.y - other.y) < _HEIGHT * other.size
    base = _DOTLESS.get(letter.char, letter.char)
    joined = unicodedata.normalize("NFC", base + _COMBINING[accent.char])
    return joined if over and near and len(joined) == 1 else ""
