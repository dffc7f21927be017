"""The sample documents are what their script makes of their text, and the reader reads them."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from sleepdoc.documents.reader import load_document

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "sample"
TITLES = {
    FOLDER / "the-five-orange-pips.pdf": "The Five Orange Pips",
    FOLDER / "the-sleepdoc-handbook.pdf": "The sleepdoc handbook",
}
SAMPLES = pytest.mark.parametrize("sample", TITLES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def make_pdf() -> ModuleType:
    """The script beside the samples."""
    spec = importlib.util.spec_from_file_location("make_pdf", FOLDER / "make_pdf.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@SAMPLES
def test_the_script_makes_the_committed_file(make_pdf: ModuleType, sample: Path) -> None:
    text = sample.with_suffix(".md").read_text(encoding="utf-8")
    assert make_pdf.build(text) == sample.read_bytes()


@SAMPLES
def test_every_line_fits_between_the_margins(make_pdf: ModuleType, sample: Path) -> None:
    text = sample.with_suffix(".md").read_text(encoding="utf-8").replace("*", "")
    right = make_pdf.PAGE_WIDTH - make_pdf.MARGIN_X
    for page in make_pdf.typeset(text.strip().split("\n\n")):
        for line in page:
            stretched = line.spacing * line.text.count(" ")
            assert line.x + make_pdf.width(line.text, line.size) + stretched <= right + 0.01


@SAMPLES
def test_the_reader_reads_every_word(sample: Path) -> None:
    document = load_document(sample)
    assert (document.kind, document.title) == ("pdf", TITLES[sample])
    words = " ".join(page.text for page in document.pages).split()
    source = sample.with_suffix(".md").read_text(encoding="utf-8").replace("*", "").split()[1:]
    # page numbers, scene breaks, headings
    marks = {str(page.number) for page in document.pages} | {"*", "##"}
    assert [word for word in words if word not in marks] == [
        word for word in source if word not in marks
    ]


def test_the_chapters_of_the_handbook_are_its_headings() -> None:
    handbook = FOLDER / "the-sleepdoc-handbook.md"
    headings = [
        line.removeprefix("## ")
        for line in handbook.read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]
    outline = load_document(handbook.with_suffix(".pdf")).outline
    assert [entry.title for entry in outline if entry.title in headings] == headings
