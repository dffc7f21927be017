"""Books and pages nobody vouches for: read as far as they can be, or refused in one line.

No exception of a parser passes, and none takes more than it is allowed.
"""

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from book_files import archive, chapter, docx_members, epub, epub_members, paragraph, run

from sleepdoc.documents.markup import LIMITS
from sleepdoc.documents.reader import SizeLimits, load_document
from sleepdoc.errors import DocumentError

Refusal = Callable[..., str]

SMALL = replace(
    LIMITS,
    open_seconds=4,
    page_seconds=4,
    seconds_per_page=4,
    stream_bytes=2_000_000,
    archive_bytes=8_000_000,
    patience=12,
)
PAGE = "OEBPS/text/chapter 1.xhtml"
PACKAGE = "OEBPS/content.opf"
CONTAINER = "META-INF/container.xml"
DOCUMENT = "word/document.xml"
BODIES = ["<h1>Dusk</h1><p>The lamp was lit.</p>", "<h1>Dawn</h1><p>The lamp went out.</p>"]
WORDS = paragraph("The lamp was lit.")

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x ['
    + "".join(
        f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' if n else '<!ENTITY l1 "ha">' for n in range(10)
    )
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


def _book(**changed: "str | bytes | None") -> bytes:
    names = {"page": PAGE, "package": PACKAGE, "container": CONTAINER}
    members = epub_members(BODIES)
    for name, content in changed.items():
        members[names.get(name, name)] = content
    return archive(members)


def _letter(body: str = WORDS, **changed: "str | bytes | None") -> bytes:
    members = docx_members(body)
    for name, content in changed.items():
        members[{"document": DOCUMENT, "styles": "word/styles.xml"}[name]] = content
    return archive(members)


def _package(metadata: str = "", manifest: str = "", spine: str = "") -> str:
    return (
        f"<package><metadata>{metadata}</metadata><manifest>{manifest}</manifest>"
        f"<spine>{spine}</spine></package>"
    )


def _changed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


def _encrypted(data: bytes) -> bytes:
    """The flag that says that members need a password, set in every header."""
    changed = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            changed[at + flags] |= 1
            at = data.find(mark, at + 4)
    return bytes(changed)


def _nested_zip(depth: int) -> bytes:
    data = b"words"
    for _ in range(depth):
        data = archive({"inner.zip": data})
    return data


def _many(count: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for number in range(count):
            written.writestr(f"{number}.txt", b"")
    return file.getvalue()


def _load(directory: Path, data: bytes, name: str) -> "str":
    path = directory / name
    path.write_bytes(data)
    document = load_document(path, limits=SMALL)
    return "\n".join(page.text for page in document.pages)


WHOLE = epub(BODIES)

REFUSED = {
    "only a signature": (b"PK\x03\x04", "damaged"),
    "an empty archive": (archive({}), "an archive"),
    "an archive of something else": (archive({"notes.txt": "words"}), "an archive"),
    "archives in archives": (_nested_zip(9), "an archive"),
    "ten thousand files": (_many(10_000), "an archive"),
    "a spreadsheet": (archive({"xl/workbook.xml": "<x/>"}), "Excel"),
    "a presentation": (archive({"ppt/presentation.xml": "<x/>"}), "PowerPoint"),
    "an OpenDocument file": (archive({"content.xml": "<x/>"}), "OpenDocument"),
    "cut in half": (WHOLE[: len(WHOLE) // 2], "damaged"),
    "cut at its end": (WHOLE[:-10], "damaged"),
    "its directory gone": (WHOLE.replace(b"PK\x01\x02", b"PK\x09\x09"), "damaged"),
    "noise behind a signature": (b"PK\x03\x04" + random.Random(1).randbytes(9000), "damaged"),
    "a password": (_encrypted(WHOLE), "password"),
    "a letter with a password": (_encrypted(_letter()), "password"),
    "a book without chapters": (
        archive({CONTAINER: "<x/>", "mimetype": "application/epub+zip"}),
        "no chapters",
    ),
    "a book of pictures": (epub(['<img src="a.jpg"/>']), "empty"),
    "a protected book": (
        _book(**{"META-INF/encryption.xml": f'<e><CipherReference URI="{PAGE}"/></e>'}),
        "DRM",
    ),
    "a chapter that unpacks to 3 MB": (_book(page="<p>" + "a " * 1_500_000), "unpacks"),
    "chapters that unpack to 9 MB": (epub(["<p>" + " " * 1_500_000] * 6), "unpacks"),
    "a package that unpacks to 3 MB": (_book(package=" " * 3_000_000), "unpacks"),
    "a letter that unpacks to 3 MB": (_letter(WORDS + " " * 3_000_000), "unpacks"),
    "a billion laughs in a letter": (
        _letter(document=LAUGHS + "<x>&l10;</x>"),
        "declares entities",
    ),
    "a letter that asks for a file": (
        _letter(document=OUTSIDE + "<x>&f;</x>"),
        "declares entities",
    ),
    "laughs in the styles": (_letter(styles=LAUGHS + "<x>&l10;</x>"), "declares entities"),
    "a letter that is no XML": (_letter(document="no <xml"), "damaged"),
    "a letter cut off": (_letter(document="<w:document><w:body>"), "damaged"),
    "an empty letter": (_letter(""), "empty"),
    "a letter of another kind": (_letter(document="<x>words</x>"), "damaged"),
    "a letter without its text": (_letter(document=None), "an archive"),
    "a letter of bytes": (_letter(document=bytes(range(256)) * 9), "damaged"),
    "comments without end": (b"<!doctype html>" + b"<!--" * 60_000, "takes"),
    "nothing but script": (b"<html><script>" + b"x = 1;" * 1000 + b"</script></html>", "empty"),
    "nothing but tags": (b"<!doctype html>" + b"<p></p>" * 1000, "empty"),
    "an empty page": (b"<!doctype html>", "empty"),
    "a binary page": (b"<!doctype html>" + bytes(range(256)) * 99, "binary"),
    "an old Word document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "save it as DOCX"),
    "rich text": (b"{\\rtf1\\ansi words}", "RTF"),
    "a Kindle book": (bytes(60) + b"BOOKMOBI" + bytes(99), "Kindle"),
    "PostScript": (b"%!PS-Adobe-3.0\n(words) show", "PostScript"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(tmp_path: Path, refusal: Refusal, what: str) -> None:
    data, reason = REFUSED[what]
    path = tmp_path / "file"
    path.write_bytes(data)
    assert reason in refusal(path, limits=SMALL)


READ = {
    "a chapter is missing": (_book(page=None), "The lamp went out."),
    "a chapter is damaged": (
        _changed(
            archive(epub_members(["<p>x</p>" * 400, BODIES[1]])),
            archive({PAGE: chapter("<p>x</p>" * 400)})[30 + len(PAGE) + 9 :][:12],
            b"\xff" * 12,
        ),
        "The lamp went out.",
    ),
    "no container": (_book(container=None), "The lamp was lit."),
    "a container that is no XML": (_book(container="<<<"), "The lamp was lit."),
    "a container that points nowhere": (
        _book(container='<c><rootfile full-path="../../etc/passwd"/></c>'),
        "The lamp was lit.",
    ),
    "laughs in the container": (_book(container=LAUGHS + "<x>&l10;</x>"), "The lamp was lit."),
    "no package": (_book(package=None), "The lamp was lit."),
    "a package that is no XML": (_book(package="<package"), "The lamp was lit."),
    "laughs in the package": (_book(package=LAUGHS + "<x>&l10;</x>"), "The lamp was lit."),
    "a package that asks for a file": (_book(package=OUTSIDE + "<x>&f;</x>"), "lamp was lit."),
    "a package without a spine": (
        _book(package=_package(manifest=f'<item id="a" href="/{PAGE}"/>')),
        "The lamp was lit.",
    ),
    "a spine of nothing": (_book(package=_package(spine='<itemref idref="x"/>')), "lamp was lit."),
    "a spine that leads outside": (
        _book(
            package=_package(
                manifest='<item id="a" href="../../../etc/passwd"/>', spine='<itemref idref="a"/>'
            )
        ),
        "The lamp was lit.",
    ),
    "a chapter a hundred times": (
        _book(
            package=_package(
                manifest='<item id="a" href="text/chapter 1.xhtml"/>',
                spine='<itemref idref="a"/>' * 100,
            )
        ),
        "The lamp was lit.",
    ),
    "a package nested deep": (
        _book(package="<package>" + "<a>" * 20_000 + "</a>" * 20_000 + "</package>"),
        "The lamp was lit.",
    ),
    "a navigation nested deep": (
        epub(BODIES, navigation="<nav>" + "<ol><li><a href='x'>a</a>" * 5000),
        "The lamp was lit.",
    ),
    "an NCX nested deep": (
        epub(BODIES, ncx="<ncx><navMap>" + "<navPoint>" * 9000 + "</navPoint>" * 9000),
        "The lamp was lit.",
    ),
    "laughs in the NCX": (epub(BODIES, ncx=LAUGHS + "<x>&l10;</x>"), "The lamp was lit."),
    "marks of our own in a chapter": (_book(page="<p>The \ue0007\ue001 lamp</p>"), "lamp"),
    "a chapter of bytes that are no UTF-8": (_book(page=b"<p>Gr\xfcn und gut</p>"), "Grün"),
    "a chapter with an entity of its own": (_book(page=LAUGHS + "<p>&l10; words"), "words"),
    "a chapter nested deep": (_book(page="<div>" * 9000 + "words"), "words"),
    "names in capitals": (
        _changed(WHOLE, b"OEBPS/text/chapter", b"OEBPS/TEXT/Chapter"),
        "The lamp was lit.",
    ),
    "rubbish before the archive": (b"PK\x03\x04" + b"x" * 500 + WHOLE, "The lamp was lit."),
    "rubbish behind the archive": (WHOLE + b"x" * 500, "The lamp was lit."),
    "a letter nested deep": (
        _letter(WORDS + "<w:sdt><w:sdtContent>" * 300 + WORDS + "</w:sdtContent></w:sdt>" * 300),
        "The lamp was lit.",
    ),
    "a letter with unknown elements": (_letter(f"<w:strange/>{WORDS}<w:p/>"), "lamp was lit."),
    "a letter without styles": (_letter(styles=None), "The lamp was lit."),
    "a letter with broken properties": (
        archive(docx_members(WORDS) | {"docProps/core.xml": "<<<"}),
        "The lamp was lit.",
    ),
    "a letter with a picture from elsewhere": (
        _letter(
            WORDS + '<w:p><w:r><w:drawing><a:blip xmlns:a="a" r:link="r9" xmlns:r="r"/>'
            "</w:drawing></w:r></w:p>"
        ),
        "The lamp was lit.",
    ),
    "a table of a hundred columns in one cell": (
        _letter(
            "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='100'/></w:tcPr>"
            f"{WORDS}</w:tc></w:tr></w:tbl>"
        ),
        "The lamp was lit.",
    ),
    "a page nested deep": (b"<!doctype html>" + b"<div>" * 50_000 + b"words", "words"),
    "tables in tables": (b"<!doctype html>" + b"<table><tr><td>" * 3000 + b"words", "words"),
    "lists in lists": (b"<!doctype html>" + b"<ul><li>" * 3000 + b"words", "words"),
    "quotations in quotations": (b"<!doctype html>" + b"<blockquote>" * 3000 + b"words", "words"),
    "tags never closed": (b"<!doctype html><p><b>" * 3000 + b"words", "words"),
    "tags never opened": (b"<!doctype html>" + b"</div></b></p>" * 3000 + b"words", "words"),
    "a thousand attributes": (b"<html><p " + b"a=b " * 1000 + b">words</p></html>", "words"),
    "a span of a million columns": (
        b"<html><table><tr><td colspan=1000000>words</td><td>b</td></tr></table></html>",
        "words",
    ),
    "NULs in tags": (b"<html><p\0>wo\0rds</p\0></html>", "words"),
    "an encoding that is none": (b"<html><meta charset=rot13><p>words</p></html>", "words"),
    "surrogates as entities": (b"<html><p>words &#xD800;&#x110000;&#0;&#27;[2J</p></html>", "word"),
    "hidden characters": ("<html><p>words\U000e0041\u202e\u0007</p></html>".encode(), "words"),
    "a page in UTF-16": ("\ufeff<html><p>words</p></html>".encode("utf-16-be"), "words"),
    "a picture of data": (
        b'<html><p>words</p><img src="data:image/png;base64,' + b"QUJD" * 9000 + b'"></html>',
        "words",
    ),
    "text of data": (b"<html><p>words " + b"Qk1D9z" * 900 + b"</p></html>", "words ["),
}


@pytest.mark.parametrize("what", READ)
def test_read_as_far_as_it_can_be(tmp_path: Path, what: str) -> None:
    data, words = READ[what]
    text = _load(tmp_path, data, "file")
    assert words in text
    assert "root:" not in text and "hahaha" not in text
    assert not any(ord(character) < 32 and character not in "\n\t" for character in text)


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) + len(READ) >= 80


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "book").write_bytes(_book(page=None))
    assert load_document(tmp_path / "book").notices == ("chapter 1 cannot be read; skipped",)
    (tmp_path / "book").write_bytes(_book(package="<<<"))
    (notice,) = load_document(tmp_path / "book").notices
    assert notice.startswith("its list of chapters is damaged")


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bytes(tmp_path: Path, seed: int) -> None:
    """Whatever is broken, it is a `DocumentError` or a document."""
    choice = random.Random(seed)
    whole = WHOLE if seed % 2 else _letter(WORDS * 30)
    data = bytearray(whole)
    for _ in range(1 + seed):
        data[choice.randrange(4, len(data))] ^= 1 << choice.randrange(8)
    try:
        assert _load(tmp_path, bytes(data), "file")
    except DocumentError as error:
        assert str(error).startswith("'file': ") and "\n" not in str(error)


@pytest.mark.parametrize(
    ("data", "changes", "reason"),
    [
        (b"<html>" + b"<p>words</p>" * 40_000, {"open_seconds": 0.3}, "takes"),
        (b"<html>" + b"<p>words</p>" * 40_000, {"page_seconds": 0.3}, "part 1 takes"),
        (b"<html>" + b"<p>words</p>" * 2000, {"document_characters": 5000}, "5,000 characters"),
        (b"<html>" + b"<p>words</p>" * 60_000, {"memory": 120 << 20}, "memory"),
        (epub(BODIES), {"pages": 1}, "more than 1 chapters"),
    ],
    ids=["opening", "reading", "characters", "memory", "chapters"],
)
def test_limits(
    tmp_path: Path, refusal: Refusal, data: bytes, changes: dict[str, float], reason: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert reason in refusal(path, limits=replace(LIMITS, patience=60, **changes))


def test_the_size_of_the_file_is_limited_first(tmp_path: Path, refusal: Refusal) -> None:
    path = tmp_path / "book.epub"
    path.write_bytes(WHOLE)
    assert "too large" in refusal(path, sizes=SizeLimits(archive=100))


def test_a_run_of_letters_is_a_paragraph(tmp_path: Path) -> None:
    """mammoth joins what Word has split into runs."""
    split = "".join(map(run, "The lamp was lit."))
    assert _load(tmp_path, _letter(f"<w:p>{split}</w:p>"), "file") == "The lamp was lit."
