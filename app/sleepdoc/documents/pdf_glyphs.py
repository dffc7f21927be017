"""The characters of a PDF page with the places they are printed at, from PDFium."""

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

UNKNOWN = "\ufffd"
"""Stands for a glyph whose character the font does not tell."""

_MONOSPACED = re.compile(r"mono|courier|consol|typewriter|fixed|menlo|cmtt|t1xb?tt", re.IGNORECASE)
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
    hidden: bool
    """White, tiny or invisible where nothing is seen: text that a reader may not notice."""


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
    drawn: _Drawn = {}
    for style, glyphs in _objects(page, skipped):
        kept = _once(style, glyphs, drawn)
        found.glyphs += kept
        found.unknown += sum(glyph.char == UNKNOWN for glyph in kept)
        if style.hidden:
            found.hidden += sum(glyph.char != " " for glyph in kept)
    return found


def _objects(
    page: pypdfium2.PdfPage, skipped: frozenset[int]
) -> Iterator[tuple[Style, list[Glyph]]]:
    """Text object after text object, with those of its glyphs that lie inside the page."""
    text_page = page.get_textpage()
    text = text_page.raw
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page.raw, box)
    left, right, bottom, top = box.left - 1, box.right + 1, box.bottom - 1, box.top + 1
    loose = pdfium.FS_RECTF()
    unicode_of, box_of, object_of = _functions()
    backdrop = _Backdrop(page)
    fonts: dict[int, tuple[bool, bool]] = {}
    current: int | None = None
    chars: list[tuple[str, float, float, float, float]] = []
    first = 0

    def finished() -> tuple[Style, list[Glyph]]:
        return _upright(text, first, chars, fonts, backdrop)

    for index in range(pdfium.FPDFText_CountChars(text)):
        address = object_of(text, index)
        if address is None or address in skipped:
            continue
        if address != current:
            if chars:
                yield finished()
            current, chars, first = address, [], index
        code = unicode_of(text, index)
        if 0xD800 <= code <= 0xDFFF:
            # Characters beyond the first 65,536 come in two halves.
            pair = unicode_of(text, index - 1) if index else 0
            if 0xD800 <= code < 0xDC00 and 0xDC00 <= unicode_of(text, index + 1) <= 0xDFFF:
                continue
            if 0xDC00 <= code and 0xD800 <= pair < 0xDC00:
                code = 0x10000 + ((pair - 0xD800) << 10) + (code - 0xDC00)
        box_of(text, index, loose)
        x0, x1, y0, y1 = loose.left, loose.right, loose.bottom, loose.top
        if left <= (x0 + x1) / 2 <= right and bottom <= (y0 + y1) / 2 <= top:
            chars.append((_character(text, index, code), x0, x1, y0, y1))
    if chars:
        yield finished()


def _functions() -> tuple[ctypes._CFuncPtr, ctypes._CFuncPtr, ctypes._CFuncPtr]:
    """The three that are called for each character; an object is told by its address alone."""
    pdfium.FPDFText_GetTextObject.restype = ctypes.c_void_p
    return (
        pdfium.FPDFText_GetUnicode,
        pdfium.FPDFText_GetLooseCharBox,
        pdfium.FPDFText_GetTextObject,
    )


def _character(text: pdfium.FPDF_TEXTPAGE, index: int, code: int) -> str:
    if code >= 0x80 or code < 0x20:
        if code in _HYPHENS:
            return _HYPHENS[code]
        if not code or 0xE000 <= code <= 0xF8FF or 0xD800 <= code <= 0xDFFF:
            return UNKNOWN
    if pdfium.FPDFText_HasUnicodeMapError(text, index) == 1:
        return UNKNOWN
    return chr(code)


def _upright(
    text: pdfium.FPDF_TEXTPAGE,
    first: int,
    chars: list[tuple[str, float, float, float, float]],
    fonts: dict[int, tuple[bool, bool]],
    backdrop: "_Backdrop",
) -> tuple[Style, list[Glyph]]:
    """Turn a text object so that it is read from left to right."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, first, matrix)
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, first, x, y)
    size = pdfium.FPDFText_GetFontSize(text, first) * math.hypot(matrix.c, matrix.d)
    angle = math.atan2(matrix.b, matrix.a)
    if _is_vertical(chars, angle):
        angle = -math.pi / 2
    quarter = round(angle / (math.pi / 2))
    exact = abs(angle - quarter * math.pi / 2) < _LEAST_TURN
    if exact:
        angle = quarter * math.pi / 2
    cosine, sine = math.cos(angle), math.sin(angle)
    handle = pdfium.FPDFText_GetTextObject(text, first)
    mono, bold = _font(handle, fonts)
    height = abs(chars[0][4] - chars[0][3])
    if exact and quarter % 2 == 0 and height and not 0.3 < size / height < 3:
        size = height  # Type 3 fonts have units of their own.
    style = Style(
        y=y.value * cosine - x.value * sine,
        size=abs(size),
        turn=round(math.degrees(angle)) % 360,
        mono=mono,
        bold=bold,
        hidden=backdrop.hides(handle, x.value, y.value, abs(size)),
    )
    glyphs = []
    for char, x0, x1, y0, y1 in chars:
        if quarter == 0 and exact:
            begin, end = x0, x1
        elif exact:
            ends = (x0 * cosine + y0 * sine, x1 * cosine + y1 * sine)
            begin, end = min(ends), max(ends)
        else:
            # The box of a slanted glyph is wider than the glyph: its middle is what is known.
            middle = ((x0 + x1) * cosine + (y0 + y1) * sine) / 2
            begin, end = middle - 0.25 * style.size, middle + 0.25 * style.size
        glyphs.append(Glyph(" " if char.isspace() else char, begin, end, style))
    return style, glyphs


def _is_vertical(chars: list[tuple[str, float, float, float, float]], angle: float) -> bool:
    """Whether upright glyphs of one object stand under each other."""
    if len(chars) < 2 or abs(angle) > _LEAST_TURN:
        return False
    return all(
        below[4] <= above[3] + 0.3 * (above[4] - above[3]) and abs(above[1] - below[1]) < 2.0
        for above, below in zip(chars, chars[1:])
    )


def _font(handle: int, fonts: dict[int, tuple[bool, bool]]) -> tuple[bool, bool]:
    """Whether a text object is monospaced, and whether it is bold."""
    font = pdfium.FPDFTextObj_GetFont(ctypes.cast(handle, pdfium.FPDF_PAGEOBJECT))
    key = ctypes.cast(font, ctypes.c_void_p).value or 0
    if key not in fonts:
        buffer = ctypes.create_string_buffer(256)
        pdfium.FPDFFont_GetBaseFontName(font, buffer, 256)
        name = buffer.value.decode("latin-1")
        flags = pdfium.FPDFFont_GetFlags(font)
        fixed = flags > 0 and bool(flags & _FIXED_PITCH)
        fonts[key] = (
            bool(_MONOSPACED.search(name)) or fixed,
            bool(_BOLD.search(name)),
        )
    return fonts[key]


class _Backdrop:
    """What is painted on a page besides text: white print on a dark field can be seen."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._page = page
        self._boxes: list[tuple[float, float, float, float, bool]] | None = None

    def hides(self, handle: int, x: float, y: float, size: float) -> bool:
        item = ctypes.cast(handle, pdfium.FPDF_PAGEOBJECT)
        if size < _TINY:
            return True
        if pdfium.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE_MODE:
            return not any(picture for *_, picture in self._under(x, y))
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
            return False
        white = min(red.value, green.value, blue.value) >= _WHITE
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


_Drawn = dict[tuple[str, int, int], list[tuple[float, float]]]
"""Where glyphs are, by character, direction and strip of the page."""


def _once(style: Style, glyphs: list[Glyph], drawn: _Drawn) -> list[Glyph]:
    """Drop what is drawn over itself, for bold print or a shadow.

    A whole string may lie further off than a single glyph.
    """
    inked = [glyph for glyph in glyphs if glyph.char != " "]
    if len(inked) > 3 and all(_is_drawn(glyph, _SHADOW, drawn) for glyph in inked):
        return []
    kept = [glyph for glyph in glyphs if not _is_drawn(glyph, _TWICE, drawn)]
    strip = math.floor(style.y / _STRIP)
    for glyph in inked:
        drawn.setdefault((glyph.char, style.turn, strip), []).append((glyph.x0, style.y))
    return kept


def _is_drawn(glyph: Glyph, share: float, drawn: _Drawn) -> bool:
    if glyph.char == " ":
        return False
    style = glyph.style
    reach = share * style.size
    lowest, highest = math.floor((style.y - reach) / _STRIP), math.floor((style.y + reach) / _STRIP)
    for strip in range(lowest, min(highest, lowest + 9) + 1):
        for x, y in drawn.get((glyph.char, style.turn, strip), ()):
            if abs(x - glyph.x0) <= reach and abs(y - style.y) <= reach:
                return True
    return False
