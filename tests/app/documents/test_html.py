"""HTML: the text a browser shows, in whole sentences."""

from pathlib import Path

import pytest

from sleepdoc.documents.html import markdown_of
from sleepdoc.documents.html_tree import parsed, title_of
from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import OutlineEntry


def _markdown(page: str) -> str:
    return markdown_of(parsed(page.encode())[0])


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (
            "<p>The <b>limit</b> is <a href='x'>60\n bar</a>, see <code>pump_on</code>.</p>",
            "The limit is 60 bar, see pump_on.",
        ),
        ("<script>var x = '<p>no</p>';</script><style>p{}</style><p>Text</p>", "Text"),
        ("<nav><a href='/'>Home</a></nav><div role=navigation>Up</div><p>Text</p>", "Text"),
        ("<p>Text</p><noscript>Switch it on</noscript><template>x</template>", "Text"),
        ("<p hidden>secret</p><p style='color:red; DISPLAY : none'>x</p><p>Text</p>", "Text"),
        ("<p>Text<!-- hidden --></p><!-- more -->", "Text"),
        ("<main>One</main><aside>Two</aside><footer>Three</footer>", "One\n\nTwo\n\nThree"),
        ("<p>one<br>two</p>", "one\ntwo"),
        ("10<sup>9</sup> 1<sup>st</sup> word<sup>[3]</sup> x<sup>n</sup>", "10^9 1st word[3] x^n"),
        ("H<sub>2</sub>O and 10<sub>2</sub>", "H2O and 10_2"),
        ("<ruby>漢字<rt>かんじ</rt></ruby>", "漢字(かんじ)"),
        ("<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>", "漢字(かんじ)"),
        ("&amp;lt; &mdash; 5 < 6", "&lt; — 5 < 6"),
        ("<img src='data:image/png;base64,iVBORw0' alt='a pump'>", "a pump"),
        ("<ul><li>one<li>two<ul><li>three</ul></ul>", "- one\n- two\n  - three"),
        ("<ol start=3><li>one</li><li>two</li></ol>", "3. one\n4. two"),
        ("<p>One<p>Two<h2>Three<h3>Four</h3>", "One\n\nTwo\n\n## Three\n\n### Four"),
        (
            "<table><tr><th>Item<th>Total<tr><td>Pump<td>412.50</table>",
            "| Item | Total |\n| --- | --- |\n| Pump | 412.50 |",
        ),
        (
            "<table><tr><td><table><tr><td>in</td></tr></table></td><td>out</td></tr></table>",
            "in\n\nout",
        ),
        (
            "<pre>def f():\n    ```\n    return 1</pre>",
            "````\ndef f():\n    ```\n    return 1\n````",
        ),
        ("Name <input value=Okonkwo> <input type=password value=x>", "Name Okonkwo"),
        ("<input type=checkbox checked>insured", "[x] insured"),
        ("<select><option>a<option selected>b</select>", "b"),
        ("<textarea>typed</textarea>", "typed"),
    ],
)
def test_what_is_shown(page: str, shown: str) -> None:
    lines = _markdown(page).strip().split("\n")
    assert [line.split() for line in lines] == [line.split() for line in shown.split("\n")]


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>The\n Weir</title><h1>Other</h1>", "The Weir"),
        ("<h1>The <i>Weir</i></h1>", "The Weir"),
        ("<title> </title><p>Text</p>", ""),
        ("<svg><title>logo</title></svg><h1>The Weir</h1>", "The Weir"),
    ],
)
def test_titles(page: str, title: str) -> None:
    assert title_of(parsed(page.encode())[0]) == title


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=iso-8859-2><p>Příliš</p>".encode("iso8859-2"),
        "<?xml version='1.0' encoding='windows-1250'?><p>Příliš</p>".encode("cp1250"),
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250"><p>Příliš</p>'
        "".encode("cp1250"),
        "\ufeff<p>Příliš</p>".encode("utf-16-le"),
        "<meta charset=utf-16><p>Příliš</p>".encode(),
        "<p>Příliš</p>".encode(),
    ],
    ids=range(6),
)
def test_encodings(data: bytes) -> None:
    assert markdown_of(parsed(data)[0]).strip() == "Příliš"


def test_a_page_is_read_with_its_headings_as_outline(tmp_path: Path) -> None:
    words = "<p>The river carried every small boat under the old bridge.</p>" * 40
    page = f"<!DOCTYPE html><title>On Rivers</title><h1>Weirs</h1>{words}<h2>Locks</h2>{words}"
    (tmp_path / "page").write_text(page)
    document = load_document(tmp_path / "page")
    assert (document.kind, document.title, document.notices) == ("html", "On Rivers", ())
    weirs, locks = document.outline
    assert weirs == OutlineEntry(1, "Weirs", 1)
    assert (locks.level, locks.title) == (2, "Locks")
    assert "## Locks\n" in document.pages[locks.page - 1].text


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("page.html", "<p>Text</p>", "html"),
        ("page.txt", "\n<!-- x --><!doctype HTML><p>Text</p>", "html"),
        ("page", "<?xml version='1.0'?>\n<html><p>Text</p></html>", "html"),
        ("page.html", "Words without any tag, 5 < 6.", "text"),
        ("page.md", "<!DOCTYPE html>\n\n# Heading", "markdown"),
        ("page.txt", "<p>A line about HTML.", "text"),
    ],
)
def test_kinds(tmp_path: Path, name: str, content: str, kind: str) -> None:
    (tmp_path / name).write_text(content)
    assert load_document(tmp_path / name).kind == kind
