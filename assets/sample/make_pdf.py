"""Typeset the sample documents as PDFs: ``python assets/sample/make_pdf.py``.

The same Markdown always gives the same bytes: no dates, no ids, no compression, one of the fonts
that every viewer has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SAMPLES = tuple(
    Path(__file__).parent / name for name in ("the-five-orange-pips", "the-sleepdoc-handbook")
)

PAGE_WIDTH, PAGE_HEIGHT = 420, 595
MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 52, 62, 64
FOOTER_Y = 38
SIZE, LEADING, PARAGRAPH_GAP = 10.5, 14.0, 5.0
TITLE_SIZE, HEADING_SIZE = 18.0, 13.0
HEADING = "## "
SCENE_BREAK = "* * *"

# Advance widths of Times-Roman in thousandths of the font size: U+0020 to U+007E, then the rest.
_ASCII = (
    "250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500 500 "
    "500 500 500 278 278 564 564 564 444 921 722 667 667 722 611 556 722 722 333 389 722 611 889 "
    "722 722 556 722 667 556 611 722 722 944 722 722 611 333 278 333 469 500 333 444 500 444 500 "
    "444 333 500 500 278 278 500 278 778 500 500 500 500 333 389 278 500 500 722 500 500 444 480 "
    "200 480 541"
)
WIDTHS = dict(zip(map(chr, range(0x20, 0x7F)), map(int, _ASCII.split()), strict=True))
WIDTHS |= {"‘": 333, "’": 333, "“": 444, "”": 444, "—": 1000, "£": 500}


@dataclass(frozen=True)
class Line:
    """One line of text, placed."""

    text: str
    x: float
    y: float
    size: float = SIZE
    spacing: float = 0.0
    """Added to every space so that the line ends at the right margin."""


def width(text: str, size: float = SIZE) -> float:
    """How wide the text is, in points."""
    return sum(WIDTHS[character] for character in text) * size / 1000


def wrap(paragraph: str, room: float) -> list[str]:
    """Break a paragraph into lines that fit, each as full as it can be."""
    lines: list[str] = []
    for word in paragraph.split():
        if lines and width(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def typeset(paragraphs: list[str]) -> list[list[Line]]:
    """Lay paragraphs out on pages: title, author, then headings and justified text."""
    room = PAGE_WIDTH - 2 * MARGIN_X
    title, author, *rest = paragraphs
    top = float(PAGE_HEIGHT - MARGIN_TOP)
    pages = [
        [
            Line(title.removeprefix("# "), MARGIN_X, top - 20, TITLE_SIZE),
            Line(author, MARGIN_X, top - 44),
        ]
    ]
    y = top - 80
    for paragraph in rest:
        if paragraph.startswith(HEADING):
            y -= LEADING
            if y < MARGIN_BOTTOM + 3 * LEADING:  # never alone at the foot of a page
                pages.append([])
                y = top
            pages[-1].append(Line(paragraph.removeprefix(HEADING), MARGIN_X, y, HEADING_SIZE))
            y -= LEADING + PARAGRAPH_GAP
            continue
        lines = wrap(paragraph, room)
        for number, text in enumerate(lines, start=1):
            if y < MARGIN_BOTTOM:
                pages.append([])
                y = top
            if paragraph == SCENE_BREAK:
                pages[-1].append(Line(text, (PAGE_WIDTH - width(text)) / 2, y))
            else:
                last = number == len(lines)
                spacing = 0.0 if last else (room - width(text)) / max(1, text.count(" "))
                pages[-1].append(Line(text, MARGIN_X, y, spacing=spacing))
            y -= LEADING
        y -= PARAGRAPH_GAP
    for number, page in enumerate(pages, start=1):
        label = str(number)
        page.append(Line(label, (PAGE_WIDTH - width(label, 9)) / 2, FOOTER_Y, 9))
    return pages


def content(page: list[Line]) -> bytes:
    """The drawing instructions of one page."""
    return b"\n".join(
        b"BT /F1 %g Tf %.3f Tw 1 0 0 1 %.2f %.2f Tm (%s) Tj ET"
        % (line.size, line.spacing, line.x, line.y, _escape(line.text))
        for line in page
    )


def _escape(text: str) -> bytes:
    encoded = text.encode("cp1252")
    for special in (b"\\", b"(", b")"):
        encoded = encoded.replace(special, b"\\" + special)
    return encoded


def build(markdown: str) -> bytes:
    """The whole file."""
    paragraphs = [
        paragraph if paragraph == SCENE_BREAK else paragraph.replace("*", "")
        for paragraph in markdown.strip().split("\n\n")
    ]
    title, author = paragraphs[0].removeprefix("# "), paragraphs[1]
    pages = typeset(paragraphs)
    first = 5
    kids = b" ".join(b"%d 0 R" % (first + 2 * i) for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) /Author (%s) >>" % (_escape(title), _escape(author)),
    ]
    for number, page in enumerate(pages):
        stream = content(page)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>"
            % (PAGE_WIDTH, PAGE_HEIGHT, first + 2 * number + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return b"".join(_file(objects))


def _file(objects: list[bytes]) -> Iterator[bytes]:
    yield (header := b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    position = len(header)
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(position)
        yield (chunk := b"%d 0 obj\n%s\nendobj\n" % (number, body))
        position += len(chunk)
    size = len(objects) + 1
    yield b"xref\n0 %d\n0000000000 65535 f \n" % size
    for offset in offsets:
        yield b"%010d 00000 n \n" % offset
    yield b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n" % size
    yield b"startxref\n%d\n%%%%EOF\n" % position


if __name__ == "__main__":
    for sample in SAMPLES:
        text = sample.with_suffix(".md").read_text(encoding="utf-8")
        sample.with_suffix(".pdf").write_bytes(build(text))
