"""EPUB: chapters as pages in the order of the spine, the navigation as outline."""

from pathlib import Path

import pytest
from book_files import archive, chapter, epub, epub_members

from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document, OutlineEntry

DUSK = '<h1 id="dusk">Dusk</h1><p>The keeper lit the lamp.</p>'
NIGHT = '<p id="n">The wind rose.</p><h2 id="storm">Storm</h2><p>It blew.</p>'
DAWN = "<h1>Dawn</h1><p>The lamp went out.</p>"

NAVIGATION = """<html xmlns:epub="http://www.idpf.org/2007/ops"><body>
<nav epub:type="landmarks"><ol><li><a href="text/chapter%201.xhtml">Start</a></li></ol></nav>
<nav epub:type="toc"><ol>
<li><span>Part One</span><ol>
  <li><a href="text/chapter%201.xhtml">Dusk</a></li>
  <li><a href="text/chapter%202.xhtml">Night</a>
    <ol><li><a href="text/Chapter 2.xhtml#storm">The <i>Storm</i></a></li></ol></li></ol></li>
<li><a href="text/chapter%203.xhtml">Dawn</a></li>
<li><a href="text/gone.xhtml">Gone</a></li>
</ol></nav></body></html>"""
NCX = """<?xml version="1.0"?>
<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx.dtd">
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>
<navPoint><navLabel><text>Dusk</text></navLabel><content src="text/chapter%201.xhtml#dusk"/>
</navPoint>
<navPoint><navLabel><text>Night</text></navLabel><content src="text/chapter%202.xhtml"/>
<navPoint><navLabel><text>Storm</text></navLabel><content src="text/chapter%202.xhtml#storm"/>
</navPoint></navPoint></navMap></ncx>"""


def _load(directory: Path, data: bytes) -> Document:
    (directory / "book.epub").write_bytes(data)
    return load_document(directory / "book.epub")


def test_chapters_are_pages_and_the_navigation_is_the_outline(tmp_path: Path) -> None:
    document = _load(tmp_path, epub([DUSK, NIGHT, DAWN], navigation=NAVIGATION))
    assert (document.kind, document.title) == ("epub", "The Lamp & the Weir")
    assert [page.text for page in document.pages] == [
        "# Dusk\n\nThe keeper lit the lamp.",
        "# Night\n\nThe wind rose.\n\n## Storm\n\nIt blew.",
        "# Dawn\n\nThe lamp went out.",
    ]
    assert document.outline == (
        OutlineEntry(1, "Part One", 1),
        OutlineEntry(2, "Dusk", 1),
        OutlineEntry(2, "Night", 2),
        OutlineEntry(3, "The Storm", 2),
        OutlineEntry(1, "Dawn", 3),
    )


def test_the_navigation_of_epub_2(tmp_path: Path) -> None:
    outline = _load(tmp_path, epub([DUSK, NIGHT, DAWN], ncx=NCX)).outline
    assert outline == (
        OutlineEntry(1, "Dusk", 1),
        OutlineEntry(1, "Night", 2),
        OutlineEntry(2, "Storm", 2),
    )


def test_without_navigation_the_headings_are_the_outline(tmp_path: Path) -> None:
    outline = _load(tmp_path, epub([DUSK, NIGHT, DAWN])).outline
    assert outline == (
        OutlineEntry(1, "Dusk", 1),
        OutlineEntry(2, "Storm", 2),
        OutlineEntry(1, "Dawn", 3),
    )


def test_a_long_chapter_fills_several_pages_and_shares_none(tmp_path: Path) -> None:
    words = "<p>The river carried every small boat under the old bridge.</p>" * 100
    long = f'<h1>Dusk</h1>{words}<h2 id="storm">Storm</h2><p>It blew.</p>'
    navigation = NAVIGATION.replace("Chapter 2", "chapter%201")
    document = _load(tmp_path, epub([long, NIGHT, DAWN], navigation=navigation))
    pages = {entry.title: entry.page for entry in document.outline}
    assert pages["Dusk"] == 1 < pages["The Storm"] < pages["Night"] < pages["Dawn"]
    assert document.pages[pages["The Storm"] - 1].text.endswith("## Storm\n\nIt blew.")
    assert document.pages[pages["Night"] - 1].text.startswith("# Night")


def test_chapters_stand_in_the_order_of_the_spine(tmp_path: Path) -> None:
    members = epub_members([DUSK, NIGHT, DAWN])
    package = str(members["OEBPS/content.opf"])
    turned = package.replace('<itemref idref="c1"/>', "").replace(
        "</spine>", '<itemref idref="c1"/></spine>'
    )
    document = _load(tmp_path, archive(members | {"OEBPS/content.opf": turned}))
    first_lines = [page.text.split("\n")[0] for page in document.pages]
    assert first_lines == ["The wind rose.", "# Dawn", "# Dusk"]


def test_covers_and_contents_without_words_are_no_pages(tmp_path: Path) -> None:
    bodies = ['<img src="cover.jpg" alt=""/>', "<nav><ol><li>Dusk</li></ol></nav>", DUSK]
    assert len(_load(tmp_path, epub(bodies)).pages) == 1


@pytest.mark.parametrize("data", ["Grün", "Příliš žluťoučký"])
def test_chapters_in_other_encodings(tmp_path: Path, data: str) -> None:
    page = f"<?xml version='1.0' encoding='utf-16'?>{chapter(f'<p>{data}</p>')}".encode("utf-16")
    members = epub_members([DUSK]) | {"OEBPS/text/chapter 1.xhtml": page}
    assert _load(tmp_path, archive(members)).pages[0].text == data


def test_scrambled_fonts_are_no_protection(tmp_path: Path) -> None:
    members = epub_members([DUSK]) | {
        "META-INF/encryption.xml": '<e><CipherReference URI="OEBPS/font.otf"/></e>'
    }
    assert _load(tmp_path, archive(members)).pages
