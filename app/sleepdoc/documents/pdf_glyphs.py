"""The characters of a PDF page with the places they are printed at, from PDFium."""

import ctypes
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

UNKNOWN = "\ufffd"
"""Stands for a glyph whose character the font does not tell."""

_MONOSPACED = re.compile(
    r"mono|courier|consol|typewriter|fixed|menlo|cm(?:sl|i|v)?tt|(?:sf|ec)[ist]t\d|t1xb?tt",
    re.IGNORECASE,
)
_BOLD = re.compile(r"bold|black|heavy|semibold|cmbx", re.IGNORECASE)
_FIXED_PITCH = 1
_INVISIBLE_MODE = 3
_HYPHENS = {2: "-", 0xFFFE: "-"}
"""What PDFium puts in the place of a hyphen at the end of a line."""
_TINY = 2.0
"""Points; nobody reads smaller print."""
_WHITE = 250
_TWICE = 0.13
"""Of the font size: a glyph drawn again this close makes the first one bold."""
_SHADOW = 0.3
"""Of the font size, for a whole string drawn again."""
_COVERED = 0.25
"""Of the width of the narrower one of two strings that lie on each other."""
_STRIP = 8.0
"""Points: the height of the strips in which glyphs that are drawn twice are looked up."""
_LEAST_TURN = 0.05
"""Radians; a scan that is a little askew is not turned text."""


@dataclass(slots=True, eq=False)
class Style:
    """What the glyphs of one text object have in common."""

    y: float
    """Baseline, in points upwards, in the frame in which the text stands upright."""
    size: float
    """Font size on paper in points, across the direction of writing."""
    turn: int
    """Direction of writing in degrees, counter-clockwise from the right; -90 also if vertical."""
    mono: bool
    bold: bool
    hidden: bool = False
    """White, tiny or invisible where nothing is seen: text that a reader may not notice."""
    length: int = 1
    """Number of glyphs of the text object."""
    spaced: bool = False
    """Whether it has space characters of its own."""


@dataclass(slots=True)
class Glyph:
    """One character; `x0` and `x1` in points along the direction of writing."""

    char: str
    x0: float
    x1: float
    style: Style


@dataclass
class Glyphs:
    """All that is shown on one page, in the order in which it is drawn."""

    glyphs: list[Glyph] = field(default_factory=list)
    unknown: int = 0
    """Glyphs without a known character."""
    hidden: int = 0
    """Characters that are white, tiny, or invisible with no picture under them."""


def page_glyphs(page: pypdfium2.PdfPage, skipped: frozenset[int] = frozenset()) -> Glyphs:
    """The characters of a page.

    Left out are those outside the page's visible box, those in the text objects `skipped` (by
    address), and those that are drawn a second time in nearly the same place.
    """
    found = Glyphs()
    canvas = _Canvas()
    for style, glyphs in _objects(page, skipped):
        kept = canvas.add(style, glyphs)
        found.glyphs += kept
        found.unknown += sum(glyph.char == UNKNOWN for glyph in kept)
        if style.hidden:
            found.hidden += sum(glyph.char != " " for glyph in kept)
    return found


class _TextPage:
    """All characters of a page, fetched from PDFium in one go."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._owner = page.get_textpage()
        self.handle = self._owner.raw
        address = ctypes.cast(self.handle, ctypes.c_void_p).value
        places = range(pdfium.FPDFText_CountChars(self.handle))
        self.codes = _codes(self.handle, len(places)) or [
            _UNICODE(address, index) for index in places
        ]
        self.objects = [_OBJECT(address, index) for index in places]
        boxes = (ctypes.c_float * (4 * len(places)))()
        base = ctypes.addressof(boxes)
        for index in places:
            _LOOSE_BOX(address, index, base + 16 * index)
        flat = memoryview(boxes).cast("B").cast("f").tolist()
        self.x0, self.y1, self.x1, self.y0 = flat[0::4], flat[1::4], flat[2::4], flat[3::4]
        if any(0xD800 <= code < 0xDC00 for code in self.codes):
            self._join_halves()
        self._known: dict[tuple[int | None, int], str] = {}
        self.matrix, self.x, self.y = pdfium.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
        """Filled in for each text object."""

    def _join_halves(self) -> None:
        """Characters beyond the first 65,536 come in two halves; the first one is dropped."""
        for index, (high, low) in enumerate(itertools.pairwise(self.codes)):
            if 0xD800 <= high < 0xDC00 <= low <= 0xDFFF:
                self.codes[index + 1] = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
                self.objects[index] = None

    def character(self, index: int, font: int | None) -> str:
        code = self.codes[index]
        char = self._known.get((font, code))
        if char is None:
            char = self._known[font, code] = self._look_up(index, code)
        return char

    def _look_up(self, index: int, code: int) -> str:
        if code in _HYPHENS:
            return _HYPHENS[code]
        if not code or 0xE000 <= code <= 0xF8FF or 0xD800 <= code <= 0xDFFF:
            return UNKNOWN
        if pdfium.FPDFText_HasUnicodeMapError(self.handle, index) == 1:
            return UNKNOWN
        char = chr(code)
        return " " if char.isspace() else char


def _codes(handle: Any, count: int) -> list[int]:
    """UTF-16 units of all characters in one call; none if some are left out, as those unknown."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if pdfium.FPDFText_GetText(handle, 0, count, buffer) != count + 1:
        return []
    return memoryview(buffer).cast("B").cast("H").tolist()[:count]


def _function(function: Any, result: Any, *arguments: Any) -> Any:
    """One of PDFium's functions with addresses as plain numbers, which is faster to call."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(result, *arguments)(address)


_PLACE = (ctypes.c_void_p, ctypes.c_int)
_UNICODE = _function(pdfium.FPDFText_GetUnicode, ctypes.c_uint, *_PLACE)
_OBJECT = _function(pdfium.FPDFText_GetTextObject, ctypes.c_void_p, *_PLACE)
_LOOSE_BOX = _function(pdfium.FPDFText_GetLooseCharBox, ctypes.c_int, *_PLACE, ctypes.c_void_p)


def _objects(
    page: pypdfium2.PdfPage, skipped: frozenset[int]
) -> Iterator[tuple[Style, list[Glyph]]]:
    """Text object after text object, with those of its glyphs that lie inside the page."""
    text = _TextPage(page)
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page.raw, box)
    left, right, bottom, top = box.left - 1, box.right + 1, box.bottom - 1, box.top + 1
    backdrop, fonts = _Backdrop(page), _Fonts()
    whole = all(
        (
            left <= min(text.x0, default=left) and max(text.x1, default=right) <= right,
            bottom <= min(text.y0, default=bottom) and max(text.y1, default=top) <= top,
        )
    )
    begin = 0
    for address, group in itertools.groupby(text.objects):
        end = begin + sum(1 for _ in group)
        if address is not None and address not in skipped:
            inside: Sequence[int] = (
                range(begin, end)
                if whole
                else [
                    index
                    for index in range(begin, end)
                    if left <= (text.x0[index] + text.x1[index]) / 2 <= right
                    and bottom <= (text.y0[index] + text.y1[index]) / 2 <= top
                ]
            )
            if inside:
                item = ctypes.cast(address, pdfium.FPDF_PAGEOBJECT)
                yield _upright(text, inside, item, fonts, backdrop)
        begin = end


def _upright(
    text: _TextPage,
    places: Sequence[int],
    item: Any,
    fonts: "_Fonts",
    backdrop: "_Backdrop",
) -> tuple[Style, list[Glyph]]:
    """Turn the glyphs of a text object so that they are read from left to right."""
    first = places[0]
    matrix, x, y = text.matrix, text.x, text.y
    pdfium.FPDFText_GetMatrix(text.handle, first, matrix)
    pdfium.FPDFText_GetCharOrigin(text.handle, first, x, y)
    size = abs(pdfium.FPDFText_GetFontSize(text.handle, first)) * math.hypot(matrix.c, matrix.d)
    angle = math.atan2(matrix.b, matrix.a)
    if _is_vertical(text, places, angle):
        angle = -math.pi / 2
    quarter = round(angle / (math.pi / 2))
    is_exact = abs(angle - quarter * math.pi / 2) < _LEAST_TURN
    if is_exact:
        angle = quarter * math.pi / 2
    height = abs(text.y1[first] - text.y0[first])
    if is_exact and quarter % 2 == 0 and height and not 0.3 < size / height < 3:
        size = height  # Type 3 fonts have units of their own.
    font, mono, bold = fonts.of(item)
    chars = [text.character(index, font) for index in places]
    cosine, sine = math.cos(angle), math.sin(angle)
    style = Style(
        y=y.value * cosine - x.value * sine,
        size=size,
        turn=round(math.degrees(angle)) % 360,
        mono=mono,
        bold=bold,
        hidden=backdrop.hides(item, x.value, y.value, size),
        length=len(chars),
        spaced=" " in chars,
    )
    if is_exact and quarter == 0:
        x0, x1 = text.x0, text.x1
        return style, [Glyph(char, x0[at], x1[at], style) for char, at in zip(chars, places)]
    glyphs = []
    for char, at in zip(chars, places):
        low = text.x0[at] * cosine + text.y0[at] * sine
        high = text.x1[at] * cosine + text.y1[at] * sine
        if not is_exact:
            # The box of a slanted glyph is wider than the glyph: its middle is what is known.
            low, high = (low + high) / 2 - 0.25 * size, (low + high) / 2 + 0.25 * size
        glyphs.append(Glyph(char, min(low, high), max(low, high), style))
    return style, glyphs


def _is_vertical(text: _TextPage, places: Sequence[int], angle: float) -> bool:
    """Whether upright glyphs of one object stand under each other."""
    if len(places) < 2 or abs(angle) > _LEAST_TURN:
        return False
    return all(
        text.y1[below] <= text.y0[above] + 0.3 * (text.y1[above] - text.y0[above])
        and abs(text.x0[above] - text.x0[below]) < 2.0
        for above, below in itertools.pairwise(places)
    )


class _Fonts:
    """Which fonts are monospaced, and which are bold."""

    def __init__(self) -> None:
        self._seen: dict[int | None, tuple[int | None, bool, bool]] = {}

    def of(self, item: Any) -> tuple[int | None, bool, bool]:
        """The address of a text object's font, whether it is monospaced, whether it is bold."""
        font = pdfium.FPDFTextObj_GetFont(item)
        address = ctypes.cast(font, ctypes.c_void_p).value
        if address not in self._seen:
            buffer = ctypes.create_string_buffer(256)
            pdfium.FPDFFont_GetBaseFontName(font, buffer, 256)
            name = buffer.value.decode("latin-1")
            flags = pdfium.FPDFFont_GetFlags(font)
            mono = bool(_MONOSPACED.search(name)) or (flags > 0 and bool(flags & _FIXED_PITCH))
            self._seen[address] = address, mono, bool(_BOLD.search(name))
        return self._seen[address]


class _Backdrop:
    """What is painted on a page besides text: white print on a dark field can be seen."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._page = page
        self._boxes: list[tuple[float, float, float, float, bool]] | None = None
        self._color = tuple(ctypes.c_uint() for _ in range(4))

    def hides(self, item: Any, x: float, y: float, size: float) -> bool:
        if size < _TINY:
            return True
        if pdfium.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE_MODE:
            return not any(picture for *_, picture in self._under(x, y))
        red, green, blue, alpha = self._color
        if not pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
            return False
        white = red.value >= _WHITE and green.value >= _WHITE and blue.value >= _WHITE
        return (white or alpha.value < 5) and not self._under(x, y)

    def _under(self, x: float, y: float) -> list[tuple[float, float, float, float, bool]]:
        if self._boxes is None:
            self._boxes = list(self._painted())
        return [box for box in self._boxes if box[0] <= x <= box[2] and box[1] <= y <= box[3]]

    def _painted(self) -> Iterator[tuple[float, float, float, float, bool]]:
        for item in self._page.get_objects(
            [pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING],
            max_depth=4,
        ):
            if item.type == pdfium.FPDF_PAGEOBJ_PATH and not _is_dark(item):
                continue
            yield (*item.get_bounds(), item.type == pdfium.FPDF_PAGEOBJ_IMAGE)


def _is_dark(path: pypdfium2.PdfObject) -> bool:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path.raw, mode, stroke)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not mode.value or not pdfium.FPDFPageObj_GetFillColor(path.raw, red, green, blue, alpha):
        return False
    return min(red.value, green.value, blue.value) < _WHITE


@dataclass(slots=True)
class _Drawn:
    """A text object that was drawn, and the span it covers on its baseline."""

    x0: float
    x1: float
    y: float
    glyphs: list[Glyph]

    def covers(self, other: "_Drawn") -> bool:
        """Whether the two lie on each other rather than beside each other."""
        shared = min(self.x1, other.x1) - max(self.x0, other.x0)
        return shared > _COVERED * min(self.x1 - self.x0, other.x1 - other.x0)


class _Canvas:
    """What was drawn on a page so far, to drop what is drawn over itself."""

    def __init__(self) -> None:
        self._strips: dict[tuple[int, int], list[_Drawn]] = {}

    def add(self, style: Style, glyphs: list[Glyph]) -> list[Glyph]:
        """The glyphs of a text object that are not there already.

        Those of bold print lie next to the first ones, a shadow's whole string further off.
        """
        near, far = _TWICE * style.size, _SHADOW * style.size
        inked = [glyph for glyph in glyphs if glyph.char != " "]
        if not inked:
            return glyphs
        new = _Drawn(inked[0].x0, inked[-1].x1, style.y, inked)
        if new.x0 > new.x1:
            new.x0, new.x1 = inked[-1].x0, inked[0].x1
        under = [
            glyph
            for strip in _strips(style.y, far)
            for drawn in self._strips.get((style.turn, strip), ())
            if abs(drawn.y - new.y) <= far and drawn.covers(new)
            for glyph in drawn.glyphs
        ]
        self._strips.setdefault((style.turn, math.floor(style.y / _STRIP)), []).append(new)
        if not under:
            return glyphs
        if len(inked) > 3 and all(_is_among(glyph, under, far) for glyph in inked):
            return []
        return [glyph for glyph in glyphs if glyph.char == " " or not _is_among(glyph, under, near)]


def _is_among(glyph: Glyph, drawn: Sequence[Glyph], reach: float) -> bool:
    return any(
        glyph.char == other.char
        and abs(glyph.x0 - other.x0) <= reach
        and abs(glyph.style.y - other.style.y) <= reach
        for other in drawn
    )


def _strips(y: float, reach: float) -> range:
    lowest = math.floor((y - reach) / _STRIP)
    return range(lowest, min(math.floor((y + reach) / _STRIP), lowest + 9) + 1)
