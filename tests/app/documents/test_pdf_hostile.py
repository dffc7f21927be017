"""Whatever a PDF holds: a document, or one line that says why not, and never another exception."""

import random
from pathlib import Path

import pytest
from pdf_files import FONT, deflated, document, placed, stream, typeset, write

from sleepdoc.documents.limits import Limits
from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document
from sleepdoc.errors import DocumentError

TEXT = [(72.0, 700.0, 11.0, "Words of the page.")]
LIMITS = Limits(open_seconds=5, page_seconds=1, document_seconds=8, patience=8)
FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources 4 0 R "


def attempt(tmp_path: Path, data: bytes, limits: Limits = LIMITS) -> Document | str:
    try:
        return load_document(write(tmp_path, data), limits=limits)
    except DocumentError as error:
        message = str(error)
        assert message.isprintable() and "; " in message
        return message


def page(content: bytes, **parts: object) -> bytes:
    return document([stream(content), placed(TEXT)], **parts)  # type: ignore[arg-type]


def annotated(annotations: bytes, extra: dict[int, bytes] | None = None) -> bytes:
    data = document([placed(TEXT), placed(TEXT)], extra=extra or {})
    return data.replace(b"/Type /Page /Parent", b"/Type /Page /Annots %s /Parent" % annotations)


CONTENTS = {
    "numbers beyond all bounds": b"BT /F1 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm (a) Tj ET",
    "no number": b"BT /F1 10 Tf nan inf -inf 0 72 700 Tm (a) Tj ET",
    "a matrix of zeros": b"BT /F1 10 Tf 0 0 0 0 72 700 Tm (abc) Tj ET",
    "a font of no size": b"BT /F1 0 Tf 72 700 Td (abc) Tj ET",
    "a font of negative size": b"BT /F1 -10 Tf 72 700 Td (abc) Tj ET",
    "a font that is not there": b"BT /F9 10 Tf 72 700 Td (abc) Tj ET",
    "text without an end": b"BT /F1 10 Tf 72 700 Td (abc",
    "states without an end": b"q " * 50_000 + b"BT /F1 10 Tf 72 700 Td (abc) Tj ET",
    "arrays in arrays": b"BT /F1 10 Tf " + b"[" * 20_000 + b"] TJ ET",
    "marks without an end": b"/OC /X BDC " * 20_000,
    "letters everywhere": b"BT /F1 5 Tf "
    + b"".join(
        b"1 0 0 1 %d %d Tm (a) Tj " % (x, y) for x in range(0, 600, 9) for y in range(0, 840, 9)
    )
    + b"ET",
    "letters on one spot": b"BT /F1 5 Tf 72 700 Td " + b"(a) Tj 0 0 Td " * 20_000 + b"ET",
    "one line turned each time": b"BT /F1 5 Tf "
    + b"".join(
        b"%.4f 0.5 -0.5 %.4f 300 400 Tm (ab) Tj " % (at / 997, at / 997) for at in range(3000)
    )
    + b"ET",
    "a line without an end": b"BT /F1 1 Tf 10 700 Td (" + b"ab " * 200_000 + b") Tj ET",
    "an image in the text": b"BI /W 9999999 /H 9999999 /BPC 8 /CS /G ID aaaa EI",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_contents(tmp_path: Path, content: bytes) -> None:
    """The page beside it is read in any case."""
    found = attempt(tmp_path, page(content))
    assert isinstance(found, Document) and found.pages[1].text == "Words of the page."


FILES = {
    "a form that draws itself twice": page(
        b"/Fm0 Do",
        resources=b"/XObject << /Fm0 5 0 R >>",
        extra={5: stream(b"/Fm0 Do /Fm0 Do", FORM)},
    ),
    "forms that draw each other": page(
        b"/Fm0 Do",
        resources=b"/XObject << %s >>"
        % b" ".join(b"/Fm%d %d 0 R" % (at, 100 + at) for at in range(30)),
        extra={100 + at: stream(b"/Fm%d Do " % (at + 1) * 4, FORM) for at in range(30)},
    ),
    "a Type 3 font that draws itself": document(
        [stream(b"BT /F1 10 Tf 72 700 Td (aaa) Tj ET"), placed(TEXT)],
        font=b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] "
        b"/CharProcs << /a 5 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 "
        b"/LastChar 97 /Widths [9] /Resources 4 0 R >>",
        extra={5: stream(b"9 0 d0 BT /F1 10 Tf (aaa) Tj ET")},
    ),
    "a font that is its own descendant": document(
        [typeset(["abc"])],
        font=b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
        b"/DescendantFonts [3 0 R] >>",
    ),
    "a map of characters without an end": document(
        [typeset(["abc"])],
        font=FONT[:-2] + b"/ToUnicode 5 0 R >>",
        extra={5: stream(b"begincmap 1 beginbfrange <00> <ff> [" + b"<41>" * 90_000)},
    ),
    "a map onto itself": document(
        [typeset(["abc"])],
        font=FONT[:-2] + b"/ToUnicode 5 0 R >>",
        extra={5: stream(b"/X usecmap", b"/UseCMap 5 0 R")},
    ),
    "bookmarks that go round": document(
        [placed(TEXT)],
        root=b"/Outlines 5 0 R",
        extra={
            5: b"<< /Type /Outlines /First 6 0 R /Last 6 0 R /Count 1 >>",
            6: b"<< /Title (Round) /Parent 5 0 R /Next 6 0 R /First 6 0 R /Dest [10 0 R /Fit] >>",
        },
    ),
    "bookmarks to nowhere": document(
        [placed(TEXT)],
        root=b"/Outlines 5 0 R",
        extra={
            5: b"<< /Type /Outlines /First 6 0 R /Last 6 0 R /Count 1 >>",
            6: b"<< /Title (\x1b[2J) /Parent 5 0 R /Dest [999 0 R /Fit] >>",
        },
    ),
    "labels that go round": document(
        [placed(TEXT)], root=b"/PageLabels 5 0 R", extra={5: b"<< /Kids [5 0 R] >>"}
    ),
    "labels of absurd size": document(
        [placed(TEXT)],
        root=b"/PageLabels << /Nums [0 << /S /r /St 99999999 >>] >>",
    ),
    "a layer that contains itself": document(
        [placed(TEXT)],
        root=b"/OCProperties << /OCGs [5 0 R] /D << /OFF [5 0 R] >> >>",
        resources=b"/Properties << /A 6 0 R >>",
        extra={
            5: b"<< /Type /OCG /Name (a) >>",
            6: b"<< /Type /OCMD /OCGs 6 0 R /VE [/Not 6 0 R] >>",
        },
    ),
    "layers that are no list": document(
        [placed(TEXT)], root=b"/OCProperties << /OCGs 7 /D << /OFF (x) /BaseState 3 /AS 1 >> >>"
    ),
    "fields that go round": annotated(
        b"[5 0 R]",
        {
            5: b"<< /Type /Annot /Subtype /Widget /Rect [0 0 9 9] /FT /Tx /Parent 5 0 R "
            b"/Kids [5 0 R] >>"
        },
    ),
    "comments without a place": annotated(
        b"[<< /Subtype /FreeText /Contents (a) >> 7 null (x) []]"
    ),
    "comments that are no list": annotated(b"(none)"),
    "a field as large as a book": annotated(
        b"[<< /Subtype /Widget /FT /Tx /Rect [0 0 99 9] /V (%s) >>]" % (b"many words " * 100_000)
    ),
    "a box without an inside": document([placed(TEXT)]).replace(b"[0 0 595 842]", b"[9 9 9 9]    "),
    "a box of no numbers": document([placed(TEXT)]).replace(b"[0 0 595 842]", b"[/a (b) null]"),
    "a page that is its own content": document([placed(TEXT)]).replace(
        b"/Contents 11 0 R", b"/Contents 10 0 R"
    ),
    "a filter upon filters": document(
        [stream(b"x", b"/Filter [%s]" % (b"/FlateDecode " * 5000)), placed(TEXT)]
    ),
    "a bomb in a bomb": document([deflated(bytes(20_000_000)), placed(TEXT)]),
    "a title that moves the cursor": document(
        [placed(TEXT)], extra={6: b"<< /Title (\\033[2Jgone\\nand more) >>"}, trailer=b"/Info 6 0 R"
    ),
    "a collection of nothing": document([placed(TEXT)], root=b"/Collection 7 /Names 3"),
    "a form of nothing": document([placed(TEXT)], root=b"/AcroForm [1 2] /NeedsRendering (x)"),
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_files(tmp_path: Path, data: bytes) -> None:
    attempt(tmp_path, data)


def test_a_page_that_stops_the_reader_is_named_and_the_others_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash in C code is played by a library that ends the process on one page."""
    from sleepdoc.documents import worker_process

    crash = (
        "from sleepdoc.documents import pdf_structure, pdf_worker; import os; "
        "content = pdf_worker._Document._content; "
        "pdf_worker._Document._content = "
        "lambda self, at: os.abort() if at == 1 else content(self, at); "
    )
    boot = worker_process._BOOT.replace("from importlib", crash + "from importlib", 1)
    monkeypatch.setattr(worker_process, "_BOOT", boot)
    found = load_document(write(tmp_path, document([placed(TEXT)] * 3)))
    assert [bool(page.text) for page in found.pages] == [True, False, True]
    assert found.notices == ("page 2 has something that stops the PDF reader; skipped",)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_damage_anywhere(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(
        document(
            [placed(TEXT), deflated(b"BT /F1 10 Tf 72 700 Td (More words) Tj ET")],
            root=b"/PageLabels << /Nums [0 << /S /D >>] >> /AcroForm << /Fields [] >>",
            extra={5: b"<< /Title (A title) >>"},
            trailer=b"/Info 5 0 R",
        )
    )
    for _ in range(rng.randint(1, 30)):
        at = rng.randrange(len(data))
        kind = rng.randrange(3)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + rng.randint(1, 40)]
        else:
            data[at:at] = data[at : at + rng.randint(1, 200)]
    attempt(tmp_path, bytes(data))
