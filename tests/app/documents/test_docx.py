"""DOCX: paragraphs, headings, tables; what was deleted is gone, what was inserted is there."""

from pathlib import Path

import pytest
from book_files import archive, docx, docx_members, paragraph, run

from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document, OutlineEntry


def _load(directory: Path, data: bytes, name: str = "pump.docx") -> Document:
    (directory / name).write_bytes(data)
    return load_document(directory / name)


def test_a_document(tmp_path: Path) -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    cells = "".join(
        f"<w:tr><w:tc>{paragraph(left)}</w:tc><w:tc>{paragraph(right)}</w:tc></w:tr>"
        for left, right in (("Item", "Total"), ("Pump", "412.50"))
    )
    body = (
        paragraph("On Pumps", "Titel")
        + paragraph("Limits", "Heading1")
        + f"<w:p>{run('The ')}{run('limit', '<w:b/>')}{run(' is 60 bar, 10')}"
        + f"{run('9', raised)}</w:p>"
        + paragraph("Old ones", "Heading2")
        + f"<w:tbl>{cells}</w:tbl>"
        + f"<w:p><w:ins>{run('new')}</w:ins>"
        + "<w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"
    )
    document = _load(tmp_path, docx(body, title="Letter of May"))
    assert (document.kind, document.title, document.notices) == ("docx", "On Pumps", ())
    assert document.pages[0].text == (
        "# On Pumps\n\n# Limits\n\nThe limit is 60 bar, 10^9\n\n## Old ones\n\n"
        "| Item | Total |\n| --- | --- |\n| Pump | 412.50 |\n\nnew"
    )
    assert document.outline == (
        OutlineEntry(1, "On Pumps", 1),
        OutlineEntry(1, "Limits", 1),
        OutlineEntry(2, "Old ones", 1),
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [("On Pumps", "On Pumps"), ("Document1", "pump"), ("letter.docx", "pump"), ("", "pump")],
)
def test_without_a_heading_the_properties_have_the_title(
    tmp_path: Path, title: str, expected: str
) -> None:
    document = _load(tmp_path, docx(paragraph("The limit is 60 bar."), title=title))
    assert document.title == expected


def test_the_type_is_told_by_the_content(tmp_path: Path) -> None:
    assert _load(tmp_path, docx(paragraph("Words.")), "letter.pdf").kind == "docx"


def test_pages_and_outline_of_a_long_document(tmp_path: Path) -> None:
    words = paragraph("The river carried every small boat under the old bridge. " * 8)
    body = "".join(paragraph(f"Part {n}", "Heading1") + words * 3 for n in range(1, 25))
    document = _load(tmp_path, docx(body))
    assert len(document.pages) > 8
    assert [entry.title for entry in document.outline] == [f"Part {n}" for n in range(1, 25)]
    for entry in document.outline:
        assert f"# {entry.title}\n" in document.pages[entry.page - 1].text


def test_notes_and_comments_come_after_the_text_without_arrows_back(tmp_path: Path) -> None:
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    body = (
        f'<w:p>{run("The fee is 55 euros")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
        f'<w:p>{run("The crane goes.")}<w:r><w:commentReference w:id="0"/></w:r></w:p>'
    )
    members = docx_members(body)
    members["word/footnotes.xml"] = (
        f'<w:footnotes {word}><w:footnote w:id="2">{paragraph("Paid by bank.")}</w:footnote>'
        "</w:footnotes>"
    )
    members["word/comments.xml"] = (
        f'<w:comments {word}><w:comment w:id="0" w:author="Ann" w:initials="A">'
        f"{paragraph('Ask the mayor.')}</w:comment></w:comments>"
    )
    links = "".join(
        f'<Relationship Id="{name}" Type="{office}/{name}" Target="{name}.xml"/>'
        for name in ("footnotes", "comments", "styles")
    )
    members["word/_rels/document.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{links}</Relationships>"
    )
    text = _load(tmp_path, archive(members)).pages[0].text
    assert text.startswith("The fee is 55 euros[1]\n\nThe crane goes.[A1]")
    assert "1. Paid by bank.\n" in text and text.endswith("Ask the mayor.")
