"""Scanned pages are read by Tesseract where it is installed."""

import shutil
from pathlib import Path

import pypdfium2
import pytest
from pdf_files import document, placed, stream, write

from sleepdoc.documents.limits import Limits
from sleepdoc.documents.pdf_ocr import recogniser
from sleepdoc.documents.reader import load_document
from sleepdoc.errors import DocumentError


def scanned(tmp_path: Path) -> Path:
    """A page of words as a picture, and one of text."""
    words = [(72.0, 700.0, 24.0, "The bridge is closed"), (72.0, 660.0, 24.0, "until Friday")]
    drawn = pypdfium2.PdfDocument(document([placed(words)]))[0].render(scale=2, grayscale=True)
    rows = memoryview(drawn.buffer).cast("B")
    dots = b"".join(
        bytes(rows[drawn.stride * row : drawn.stride * row + drawn.width])
        for row in range(drawn.height)
    )
    image = stream(
        dots,
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 "
        b"/ColorSpace /DeviceGray" % (drawn.width, drawn.height),
    )
    pages = [stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q"), placed([(72, 700, 11, "Typeset words.")])]
    return write(
        tmp_path, document(pages, resources=b"/XObject << /Im0 5 0 R >>", extra={5: image})
    )


@pytest.mark.skipif(not shutil.which("tesseract"), reason="Tesseract is not installed")
def test_a_scanned_page_is_read_and_this_is_said(tmp_path: Path) -> None:
    found = load_document(scanned(tmp_path), limits=Limits(recogniser=recogniser()))
    assert "The bridge is closed" in found.pages[0].text and "Friday" in found.pages[0].text
    assert found.pages[1].text == "Typeset words."
    assert found.notices == ("page 1 has text that Tesseract saw in a picture; it may be wrong",)


def test_a_program_that_fails_costs_the_page_alone(tmp_path: Path) -> None:
    found = load_document(scanned(tmp_path), limits=Limits(recogniser="/bin/false"))
    assert [page.text for page in found.pages] == ["", "Typeset words."]
    assert found.notices == ("page 1 has a picture that cannot be read; skipped",)


def test_without_the_program_this_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DocumentError, match="tesseract is not installed; install it"):
        recogniser()
