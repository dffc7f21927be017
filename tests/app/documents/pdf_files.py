"""Small PDFs, written byte by byte so that a test can put anything into them."""

import io
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pypdf import PdfReader, PdfWriter

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_FACES = b" ".join(
    b"/%s %s" % (name, FONT.replace(b"/Helvetica", b"/" + base))
    for name, base in ((b"Bold", b"Helvetica-Bold"), (b"Mono", b"Courier"))
)

Item = tuple[float, float, float, str] | tuple[float, float, float, str, str]
"""x, y, font size, text, and a font other than /F1."""


def assemble(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A file of numbered objects with a correct cross-reference table; object 1 is the root."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    offsets = {}
    for number, body in objects.items():
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    size = max(objects) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        entry = (offsets[number], 0, b"n") if number in offsets else (0, 0, b"f")
        out.write(b"%010d %05d %s \n" % entry)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (size, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def deflated(data: bytes) -> bytes:
    return stream(zlib.compress(data, 9), b"/Filter /FlateDecode")


def document(
    contents: Sequence[bytes],
    *,
    font: bytes = FONT,
    root: bytes = b"",
    resources: bytes = b"",
    extra: Mapping[int, bytes] | None = None,
    trailer: bytes = b"",
) -> bytes:
    """A file with one page per content stream object (`stream` or `deflated`).

    Its fonts are /F1, and /Bold and /Mono of the standard ones.
    """
    first = 10
    kids = b" ".join(b"%d 0 R" % (first + 2 * index) for index in range(len(contents)))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % root,
        2: b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(contents), kids),
        3: font,
        4: b"<< /Font << %s /F1 3 0 R >> %s >>" % (_FACES, resources),
        **(extra or {}),
    }
    for index, content in enumerate(contents):
        number = first + 2 * index
        objects[number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources 4 0 R "
            b"/Contents %d 0 R >>" % (number + 1)
        )
        objects[number + 1] = content
    return assemble(objects, trailer)


def typeset(lines: Sequence[str], *, top: int = 760, leading: int = 12) -> bytes:
    """A content stream with one line of text under the other; an empty one leaves a gap."""
    shown = [
        b"1 0 0 1 72 %d Tm (%s) Tj" % (top - leading * index, _escaped(line))
        for index, line in enumerate(lines)
        if line
    ]
    return stream(b"BT /F1 10 Tf " + b"\n".join(shown) + b" ET")


def placed(items: Iterable[Item], before: bytes = b"") -> bytes:
    """A content stream with strings at places of their own."""
    shown = [
        b"/%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj"
        % ((*face, "F1")[0].encode(), size, x, y, _escaped(text))
        for x, y, size, text, *face in items
    ]
    return stream(before + b" BT " + b"\n".join(shown) + b" ET")


def column(
    x: float, top: float, lines: Sequence[str], *, size: float = 10, leading: float = 12
) -> list[tuple[float, float, float, str]]:
    """Lines under each other, for `placed`."""
    return [(x, top - leading * index, size, line) for index, line in enumerate(lines) if line]


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def encrypted(data: bytes, user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def write(directory: Path, data: bytes, name: str = "report.pdf") -> Path:
    path = directory / name
    path.write_bytes(data)
    return path
