"""The sample document is what its script makes of its text, and the reader reads it."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from sleepdoc.documents.reader import load_document

SAMPLE = Path(__file__).resolve().parents[1] / "assets" / "sample" / "the-five-orange-pips.pdf"


@pytest.fixture(scope="module")
def make_pdf() -> ModuleType:
    """The script beside the sample."""
    spec = importlib.util.spec_from_file_location("make_pdf", SAMPLE.with_name("make_pdf.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_committed_file(make_pdf: ModuleType) -> None:
    text = SAMPLE.with_suffix(".md").read_text(encoding="utf-8")
    assert make_pdf.build(text) == SAMPLE.read_bytes()


def test_every_line_fits_between_the_margins(make_pdf: ModuleType) -> None:
    text = SAMPLE.with_suffix(".md").read_text(encoding="utf-8").replace("*", "")
    right = make_pdf.PAGE_WIDTH - make_pdf.MARGIN_X
    for page in make_pdf.typeset(text.strip().split("\n\n")):
        for line in page:
            stretched = line.spacing * line.text.count(" ")
            assert line.x + make_pdf.width(line.text, line.size) + stretched <= right + 0.01


def test_the_reader_reads_every_word() -> None:
    document = load_document(SAMPLE)
    assert (document.kind, document.title) == ("pdf", "The Five Orange Pips")
    words = " ".join(page.text for page in document.pages).split()
    source = SAMPLE.with_suffix(".md").read_text(encoding="utf-8").replace("*", "").split()[1:]
    marks = {str(page.number) for page in document.pages} | {"*"}  # page numbers, scene breaks
    assert [word for word in words if word not in marks] == [
        word for word in source if word not in marks
    ]
