"""Form fields and comments of a PDF page: what stands in them, where a viewer shows it.

PDFium draws the appearance of every annotation that has one into the page. pypdf tells what is
missing after that: values without an appearance, ticks, and what notes say.
"""

import contextlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from sleepdoc.documents.limits import Limits
from sleepdoc.documents.pdf_glyphs import Glyph, Style

TICKED, UNTICKED = "[x]", "[ ]"

_SILENT = {pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP}
_NOT_SEEN = 0b100010
"""Flags: hidden, no view."""
_PUSH_BUTTON = 1 << 16
_PASSWORD = 1 << 13
_COMBO = 1 << 17
_SHOWN_TEXT = re.compile(rb"\bT[jJ]\b|['\"]\s")
_FONT_SIZE = re.compile(r"([\d.]+)\s+Tf")
_USUAL_SIZE = 11.0
_WIDTH = 0.5
"""Of the font size: the usual width of a character."""
_NEAR = 2.0
"""Points by which a label may reach into the box of its field."""
_LONGEST_NOTE = 4_000
_LONGEST_VALUE = 20_000


@dataclass(frozen=True)
class Entry:
    """What stands in one field or comment."""

    text: str
    box: tuple[float, float, float, float]
    size: float
    kind: str
    """``value`` has to be added to the page, ``tick`` replaces what is drawn in the box, ``drawn``
    is on the page, and a ``note`` opens beside it."""


def draw(page: pypdfium2.PdfPage) -> bool:
    """Draw the annotations into the page; false if there is none that could say anything."""
    count = pdfium.FPDFPage_GetAnnotCount(page.raw)
    if all(_subtype(page, index) in _SILENT for index in range(count)):
        return False
    # Without a box of its own, as of one that inherits it, a page would become one of Letter size.
    page.set_mediabox(*page.get_bbox())
    pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
    return True


def _subtype(page: pypdfium2.PdfPage, index: int) -> int:
    annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
    try:
        return int(pdfium.FPDFAnnot_GetSubtype(annotation))
    finally:
        pdfium.FPDFPage_CloseAnnot(annotation)


def entries(reader: PdfReader, index: int, limits: Limits) -> list[Entry]:
    """What the fields and comments of a page say."""
    found: list[Entry] = []
    with contextlib.suppress(Exception):
        annotations: Any = reader.pages[index].get("/Annots")
        redrawn = False
        with contextlib.suppress(Exception):
            form: Any = reader.root_object["/AcroForm"]
            redrawn = bool(getattr(form.get("/NeedAppearances"), "value", False))
        for reference in annotations.get_object()[: limits.annotations]:
            with contextlib.suppress(Exception):
                annotation = reference.get_object()
                if not int(annotation.get("/F", 0)) & _NOT_SEEN:
                    found += _entries(annotation, redrawn)
    return found


def _entries(annotation: DictionaryObject, redrawn: bool) -> Iterator[Entry]:
    subtype = str(annotation.get("/Subtype", ""))
    box = _box(annotation)
    if subtype == "/Widget":
        yield from _field(annotation, box, redrawn)
        return
    text = str(annotation.get("/Contents", "") or "")[:_LONGEST_NOTE].strip()
    if not text or "/StateModel" in annotation or subtype in ("/Link", "/Popup"):
        return
    if subtype == "/FreeText":
        kind = "drawn" if _draws_text(annotation) else "value"
        yield Entry(text, box, _size(annotation, box), kind)
    elif not _draws_text(annotation):
        yield Entry(text, box, _USUAL_SIZE, "note")


def _field(
    annotation: DictionaryObject, box: tuple[float, float, float, float], redrawn: bool
) -> Iterator[Entry]:
    kind = str(_inherited(annotation, "/FT") or "")
    flags = int(_inherited(annotation, "/Ff") or 0)
    size = _size(annotation, box)
    if kind == "/Btn":
        if not flags & _PUSH_BUTTON:
            state = annotation.get("/AS") or _inherited(annotation, "/V") or "/Off"
            ticked = str(state) not in ("/Off", "Off", "")
            yield Entry(TICKED if ticked else UNTICKED, box, size, "tick")
        return
    if flags & _PASSWORD and kind == "/Tx":
        return
    value = _value(annotation)
    if value:
        drawn = _draws_text(annotation)
        # Of a list, what is not chosen is drawn as well.
        instead = redrawn or (kind == "/Ch" and not flags & _COMBO)
        yield Entry(value, box, size, "value" if not drawn else "tick" if instead else "drawn")


def _value(annotation: DictionaryObject) -> str:
    value = _inherited(annotation, "/V")
    shown = {
        str(option[0]): str(option[1])
        for option in _inherited(annotation, "/Opt") or ()
        if isinstance(option, ArrayObject) and len(option) > 1
    }
    if isinstance(value, StreamObject):
        value = value.get_data().decode("utf-8", "replace")
    if isinstance(value, DictionaryObject):
        # A signature.
        value = value.get("/Name", "")
    values = value if isinstance(value, ArrayObject) else [] if value is None else [value]
    return ", ".join(shown.get(str(one), str(one)) for one in values).strip()[:_LONGEST_VALUE]


def _inherited(field: Any, key: str) -> Any:
    for _ in range(32):
        if key in field:
            return field[key]
        if "/Parent" not in field:
            break
        field = field["/Parent"]
    return None


def _box(annotation: DictionaryObject) -> tuple[float, float, float, float]:
    rectangle: Any = annotation["/Rect"]
    x0, y0, x1, y1 = (float(value) for value in rectangle)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _size(annotation: DictionaryObject, box: tuple[float, float, float, float]) -> float:
    found = _FONT_SIZE.search(str(_inherited(annotation, "/DA") or ""))
    size = float(found[1]) if found else 0.0
    return size or min(_USUAL_SIZE, max(4.0, 0.7 * (box[3] - box[1])))


def _draws_text(annotation: DictionaryObject) -> bool:
    with contextlib.suppress(Exception):
        appearance: Any = annotation["/AP"]["/N"]  # type: ignore[index]
        if not isinstance(appearance, StreamObject):
            appearance = appearance[str(annotation.get("/AS", ""))]
        return bool(_SHOWN_TEXT.search(appearance.get_data()))
    return False


def placed(glyphs: list[Glyph], found: list[Entry], rotation: int) -> list[Glyph]:
    """The glyphs of a page with the values that nobody drew, on the baselines of their labels.

    Values come behind their labels, as on a page where one hand wrote both.
    """
    ticks = [_turned(entry.box, rotation) for entry in found if entry.kind == "tick"]
    kept = [
        glyph
        for glyph in glyphs
        if not (glyph.style.turn == rotation and any(_holds(box, glyph) for box in ticks))
    ]
    for entry in found:
        box = _turned(entry.box, rotation)
        if entry.kind == "note":
            continue
        if entry.kind == "drawn":
            shown = [glyph for glyph in kept if _holds(box, glyph)]
            own = {id(glyph.style): glyph.style for glyph in shown}
            first = max((round(style.y) for style in own.values()), default=0)
            for style in own.values():
                if round(style.y) == first:
                    style.y = _level(style.y, style.size, box, kept, set(own))
            kept = [glyph for glyph in kept if not _holds(box, glyph)]
        else:
            shown = _written(entry, box, kept, rotation)
        place = _place(box, shown, kept)
        kept[place:place] = shown
    return kept


def _place(box: tuple[float, float, float, float], shown: list[Glyph], glyphs: list[Glyph]) -> int:
    """Where a value belongs among the glyphs of a page: behind the label to its left, else before
    the one to its right, else at the end."""
    levels = {round(glyph.style.y) for glyph in shown}
    beside = [(at, glyph) for at, glyph in enumerate(glyphs) if round(glyph.style.y) in levels]
    left = [(glyph.x1, at + 1) for at, glyph in beside if glyph.x1 <= box[0] + _NEAR]
    right = [(glyph.x0, at) for at, glyph in beside if glyph.x0 >= box[2] - _NEAR]
    return max(left)[1] if left else min(right)[1] if right else len(glyphs)


def _written(
    entry: Entry, box: tuple[float, float, float, float], glyphs: list[Glyph], rotation: int
) -> list[Glyph]:
    x0, y0, x1, y1 = box
    lines = entry.text.splitlines()
    is_flat = y1 - y0 < 2.2 * entry.size
    first = (y0 + y1) / 2 - 0.35 * entry.size if is_flat else y1 - entry.size
    top = _level(first, entry.size, box, glyphs, set())
    written = []
    for number, line in enumerate(lines):
        style = Style(top - 1.2 * entry.size * number, entry.size, rotation % 360, False, False)
        width = min(_WIDTH * entry.size, max(x1 - x0, entry.size) / max(1, len(line)))
        for at, char in enumerate(line):
            char = " " if char.isspace() else char
            written.append(Glyph(char, x0 + at * width, x0 + (at + 1) * width, style))
    return written


def _level(
    y: float,
    size: float,
    box: tuple[float, float, float, float],
    glyphs: list[Glyph],
    own: set[int],
) -> float:
    """The baseline of the label beside a box, or else the one given."""
    levels = {
        glyph.style.y
        for glyph in glyphs
        if id(glyph.style) not in own
        and box[1] - 0.3 * size <= glyph.style.y <= box[3]
        and abs(glyph.style.y - y) < 0.8 * size
    }
    return min(levels, key=lambda level: abs(level - y), default=y)


def _holds(box: tuple[float, float, float, float], glyph: Glyph) -> bool:
    middle, y = (glyph.x0 + glyph.x1) / 2, glyph.style.y + 0.3 * glyph.style.size
    return box[0] <= middle <= box[2] and box[1] <= y <= box[3]


def _turned(
    box: tuple[float, float, float, float], rotation: int
) -> tuple[float, float, float, float]:
    cosine, sine = round(math.cos(math.radians(rotation))), round(math.sin(math.radians(rotation)))
    xs = (box[0] * cosine + box[1] * sine, box[2] * cosine + box[3] * sine)
    ys = (box[1] * cosine - box[0] * sine, box[3] * cosine - box[2] * sine)
    return min(xs), min(ys), max(xs), max(ys)
