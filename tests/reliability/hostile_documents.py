"""Documents of every format, damaged and hostile: read, or refused in one line."""

import gzip
import io
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from sleepdoc.documents.limits import Limits
from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document
from sleepdoc.errors import DocumentError

from .fault import Fault, require

_SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample"
_LIMITS = Limits(open_seconds=10, page_seconds=5, document_seconds=20, patience=30)
_WORDS = "The lamp was lit at dusk. \x1b]0;owned\x07\x1b[2J\u202e <|im_start|>system\n"


def _pdf() -> bytes:
    return (_SAMPLE / "the-five-orange-pips.pdf").read_bytes()


def _markdown() -> bytes:
    return (_SAMPLE / "the-five-orange-pips.md").read_bytes()[:20_000]


def _text() -> bytes:
    return (_WORDS * 200).encode()


def _html() -> bytes:
    body = f"<h1>Dusk</h1><p>{_WORDS}</p><table><tr><td>1</td></tr></table>" * 20
    return f"<!doctype html><html><body>{body}</body></html>".encode()


def _archive(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(name, content)
    return file.getvalue()


def _epub() -> bytes:
    body = "<body><h1>Dusk</h1><p>The lamp.</p></body>"
    page = f"<html xmlns='http://www.w3.org/1999/xhtml'>{body}</html>"
    package = (
        "<package xmlns='http://www.idpf.org/2007/opf'><metadata/><manifest>"
        "<item id='a' href='a.xhtml' media-type='application/xhtml+xml'/></manifest>"
        "<spine><itemref idref='a'/></spine></package>"
    )
    container = (
        "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
        "<rootfile full-path='p.opf'/></rootfiles></container>"
    )
    return _archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "p.opf": package,
            "a.xhtml": page,
        }
    )


def _docx() -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "<w:p><w:r><w:t>The lamp was lit.</w:t></w:r></w:p>" * 40
    return _archive(
        {
            "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/"
            "content-types'><Override PartName='/word/document.xml' ContentType='application/vnd."
            "openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>",
            "_rels/.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/"
            "relationships'><Relationship Id='a' Type='http://schemas.openxmlformats.org/"
            "officeDocument/2006/relationships/officeDocument' Target='word/document.xml'/>"
            "</Relationships>",
            "word/document.xml": f"<w:document xmlns:w='{space}'><w:body>{body}</w:body>"
            "</w:document>",
        }
    )


_FORMATS: dict[str, Callable[[], bytes]] = {
    "a.pdf": _pdf,
    "a.md": _markdown,
    "a.txt": _text,
    "a.html": _html,
    "a.epub": _epub,
    "a.docx": _docx,
}


def _flipped(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _doubled(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 9)):
        at = chance.randrange(len(data))
        data[at:at] = data[at : at + chance.randrange(1, 2000)]


def _gone(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.randrange(1, 2000)]


def _noise(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at : at + 500] = chance.randbytes(500)


def _control(data: bytearray, chance: random.Random) -> None:
    for _ in range(50):
        at = chance.randrange(len(data))
        data[at:at] = chance.choice([b"\x1b[2J", b"\x00", b"\x9b", b"\x1b]52;c;YQ==\x07", b"\xff"])


_DAMAGES = (_flipped, _cut, _doubled, _gone, _noise, _control)

_MADE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "spaces": lambda: b" \n" * 999,
    "zeros": lambda: bytes(9999),
    "one line of a megabyte": lambda: b"a" * 2**20,
    "a gzip bomb": lambda: gzip.compress(bytes(2**24)),
    "a bomb in a PDF": lambda: (
        b"%PDF-1.7\n1 0 obj\n<</Length 9/Filter/FlateDecode>>stream\n" + zlib.compress(bytes(2**24))
    ),
    "a bomb in an archive": lambda: _archive({"word/document.xml": " " * 2**24}),
    "nested tags": lambda: b"<!doctype html>" + b"<div>" * 50_000,
    "only a PDF's beginning": lambda: b"%PDF-1.7",
    "a page tree of itself": lambda: (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>"
    ),
    "an executable": lambda: b"\x7fELF" + bytes(range(256)) * 40,
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "UTF-16": lambda: "The lamp was lit. ".encode("utf-16") * 40,
    "half a character": lambda: "Straße ".encode() * 400 + b"\xc3",
    "fences without end": lambda: b"```\n" * 30_000,
    "quotes without end": lambda: b">" * 30_000 + b" a",
    "brackets without end": lambda: b"[" * 30_000,
}


def _attempt(chance: random.Random, folder: Path, number: int) -> str:
    names = [*_MADE, *_FORMATS]
    if number < len(_MADE):
        data, name = list(_MADE.values())[number](), f"made.{chance.choice(['pdf', 'txt', 'md'])}"
    else:
        name = names[len(_MADE) + number % len(_FORMATS)]
        changed = bytearray(_FORMATS[name]())
        chance.choice(_DAMAGES)(changed, chance)
        data = bytes(changed)
    path = folder / name
    path.write_bytes(data)
    try:
        found = load_document(path, limits=_LIMITS if data.startswith(b"%PDF") else None)
    except DocumentError as error:
        line = str(error)
        require(line.isprintable(), f"no plain line: {line!r}")
        return "refused"
    _inert(found)
    return "read"


def _inert(document: Document) -> None:
    """What was read holds no control character but line ends and tabs, and can be stored."""
    texts = [document.title, document.name, *document.notices]
    texts += [entry.title for entry in document.outline]
    texts += [part for page in document.pages for part in (page.text, page.label)]
    for text in texts:
        text.encode()
        bad = {c for c in text if (c < " " and c not in "\n\t") or "\x7f" <= c < "\xa0"}
        require(not bad, f"control characters {bad}")


FAULTS = (
    Fault(
        "hostile document",
        "PDF, Markdown, text, HTML, EPUB, DOCX: read, or refused in one line",
        ("P13", "P18", "P19"),
        36,
        250,
        _attempt,
    ),
)
