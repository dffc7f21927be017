"""A PDF page becomes lines of text with the place and size they are printed at."""

import contextlib
import math
import re
from collections.abc import Sequence
from typing import Any

from pypdf import PageObject
from pypdf.generic import ArrayObject, DictionaryObject, NumberObject

Line = tuple[str, float, float, float, bool]
"""Text, left edge, baseline, font size (in points along the line), and whether it is monospaced."""

_WORD_GAP = 150
"""A move of the pen that separates words, in thousandths of an em; kerning stays below."""
_WIDEST_SPACE = 400
"""A proportional font has no space wider than this, in thousandths of an em."""

_MONOSPACED = re.compile(r"mono|courier|consol|typewriter|fixed|menlo|cmtt|t1xb?tt", re.IGNORECASE)


def page_lines(page: PageObject) -> list[Line]:
    """Extract one page in the order it is drawn."""
    _mend_space_widths(page)
    collector = _Collector()
    page.extract_text(visitor_operand_before=_mark_word_gaps, visitor_text=collector.add)
    return collector.finish()


class _Collector:
    """Puts pypdf's fragments of text together to lines."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._fragments: list[tuple[str, float, float, float, bool]] = []
        self._monospaced: dict[int, bool] = {}

    def add(
        self,
        text: str,
        transformation: Sequence[float],
        matrix: Sequence[float],
        font: DictionaryObject | None,
        size: float,
    ) -> None:
        for index, piece in enumerate(text.split("\n")):
            if index:
                self._end_line()
            if piece:
                x, y, printed_size = _place(transformation, matrix, size)
                self._fragments.append((piece, x, y, printed_size, self._is_monospaced(font)))

    def finish(self) -> list[Line]:
        self._end_line()
        return self._lines

    def _end_line(self) -> None:
        printed = [fragment for fragment in self._fragments if fragment[0].strip()]
        if printed:
            text = "".join(fragment[0] for fragment in self._fragments).rstrip()
            # A footnote mark or an index is neither the size of its line nor on its baseline.
            _, _, y, size, _ = max(printed, key=lambda fragment: len(fragment[0]))
            mono = all(fragment[4] for fragment in printed)
            self._lines.append((text, round(printed[0][1], 1), round(y, 1), round(size, 1), mono))
        self._fragments = []

    def _is_monospaced(self, font: DictionaryObject | None) -> bool:
        key = id(font)
        if key not in self._monospaced:
            self._monospaced[key] = font is not None and bool(
                _MONOSPACED.search(str(font.get("/BaseFont", "")))
            )
        return self._monospaced[key]


def _place(
    outer: Sequence[float], inner: Sequence[float], size: float
) -> tuple[float, float, float]:
    """Pen position along and across the direction of writing, and the size on paper."""
    along = (
        inner[0] * outer[0] + inner[1] * outer[2],
        inner[0] * outer[1] + inner[1] * outer[3],
    )
    across = (
        inner[2] * outer[0] + inner[3] * outer[2],
        inner[2] * outer[1] + inner[3] * outer[3],
    )
    x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
    y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
    length = math.hypot(*along) or 1.0
    cosine, sine = along[0] / length, along[1] / length
    place = (x * cosine + y * sine, y * cosine - x * sine, size * math.hypot(*across))
    return place if all(map(math.isfinite, place)) else (0.0, 0.0, 0.0)


def _mark_word_gaps(operator: bytes, operands: Any, _outer: object, _inner: object) -> None:
    """Make the gaps between justified words so wide that pypdf sees a space in them.

    TeX sets no space characters: it moves the pen. pypdf compares the move with the width of the
    font's code 32, which in TeX's encodings is another, wider glyph, and words run together. Each
    such move is split into one that is certainly a space and its correction.
    """
    if operator != b"TJ" or not operands or not isinstance(operands[0], ArrayObject):
        return
    marked = ArrayObject()
    for operand in operands[0]:
        if isinstance(operand, int | float) and -1000 < operand <= -_WORD_GAP:
            marked.extend((NumberObject(-1000), NumberObject(1000 + operand)))
        else:
            marked.append(operand)
    operands[0] = marked


def _mend_space_widths(page: PageObject) -> None:
    """Take back space widths that belong to another glyph, for moves between strings.

    With no width at all pypdf falls back to one that suits any proportional font.
    """
    with contextlib.suppress(Exception):
        resources: Any = page["/Resources"]
        for font in resources["/Font"].get_object().values():
            with contextlib.suppress(Exception):
                _mend_space_width(font.get_object())


def _mend_space_width(font: DictionaryObject) -> None:
    descendants: Any = font.get("/DescendantFonts")
    if descendants:
        widths: Any = descendants[0].get_object()["/W"].get_object()
        if widths[-2:] != [32, [0]]:
            widths.extend((NumberObject(32), ArrayObject([NumberObject(0)])))
        return
    simple: Any = font["/Widths"]
    proportional = len({width for width in simple if width}) > 1
    space = 32 - int(str(font["/FirstChar"]))
    if proportional and 0 <= space < len(simple) and simple[space] > _WIDEST_SPACE:
        simple[space] = NumberObject(0)
