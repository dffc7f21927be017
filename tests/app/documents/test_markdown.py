"""Markdown: what a reader sees is kept as written, what one does not see is gone."""

import base64
import random
import time
from pathlib import Path

import pytest

from sleepdoc.documents.markdown import blocks
from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document, OutlineEntry


def _load(directory: Path, text: str) -> Document:
    path = directory / "rivers.md"
    path.write_text(text, encoding="utf-8")
    return load_document(path)


def test_markdown_is_kept_as_it_is_written(tmp_path: Path) -> None:
    text = "# On *Rivers* #\n\n- one\n- two\n\n```\nif x:\n\n\n    y\n```\n\n> # quoted"
    document = _load(tmp_path, text)
    assert (document.kind, document.title) == ("markdown", "On Rivers")
    assert document.pages[0].text == text
    assert document.outline == (OutlineEntry(1, "On Rivers", 1),)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: On Rivers\ntags: [x]\n---\n\n# Sources\n\nText.", "On Rivers"),
        ('---\ndate: 1\ntitle: "On \\"Rivers\\""\n---\nText.', 'On "Rivers"'),
        ("---\ntitle: >-\n  On\n  Rivers\n---\nText.", "On Rivers"),
        ("+++\ntitle = 'On Rivers'\n+++\nText.", "On Rivers"),
        ("On Rivers\n=========\n\nText.", "On Rivers"),
        ("On\nRivers\n---\n\nText.", "On Rivers"),
        ("% On Rivers\n% A. Keeper\n\nText.", "On Rivers"),
        ("<!-- a licence -->\n\n# On `Rivers` & [Weirs](w.md)\n\nText.", "On Rivers & Weirs"),
        ("![badge](b.svg)\n\n# On Rivers\n\nText.\n\n# More", "On Rivers"),
        ("## On Rivers\n\nText.", "On Rivers"),
        ("Text first.\n\nMore.\n\nMore.\n\n# One\n\n# Two", "rivers"),
        ("```\n# no heading\n```\n\nText.", "rivers"),
        ("- a list\n---\n\nText.", "rivers"),
        ("| a | b |\n---\n\nText.", "rivers"),
        ("---\n\nText under a line.\n\n---\n", "rivers"),
    ],
)
def test_titles(tmp_path: Path, text: str, title: str) -> None:
    assert _load(tmp_path, text).title == title


def test_comments_go_and_entities_are_resolved_but_not_in_code(tmp_path: Path) -> None:
    text = (
        "One<!-- hidden --> &amp; two&nbsp;&mdash; &#x41;&#66; &nosuch; AT&T\n\n"
        "<!-- hidden\n\nover several\n\nparagraphs -->\n\n"
        "`<!-- code --> &amp;` and <!-->this<!--->\n\n"
        "```html\n<!-- code -->&amp;\n```\n\n"
        "    <!-- indented code -->\n\n"
        "<!-- never closed, so it is text"
    )
    assert _load(tmp_path, text).pages[0].text == (
        "One & two — AB &nosuch; AT&T\n\n"
        "`<!-- code --> &amp;` and this\n\n"
        "```html\n<!-- code -->&amp;\n```\n\n"
        "    <!-- indented code -->\n\n"
        "<!-- never closed, so it is text"
    )


def test_leaders_are_shortened_but_not_in_code(tmp_path: Path) -> None:
    text = "Scope ........ 3\n\n```\nok ........ 3\n```"
    assert _load(tmp_path, text).pages[0].text == "Scope ... 3\n\n```\nok ........ 3\n```"


def test_a_picture_inside_the_text_costs_its_description(tmp_path: Path) -> None:
    picture = base64.b64encode(random.Random(3).randbytes(20_000)).decode()
    text = f"# Pump\n\n![diagram of the pump](data:image/png;base64,{picture})\n\nIt weighs 12 kg."
    document = _load(tmp_path, text)
    assert [page.text for page in document.pages] == [
        "# Pump\n\ndiagram of the pump\n\nIt weighs 12 kg."
    ]
    assert document.notices == ("1 picture or other run of encoded data left out",)


def test_the_outline_names_the_page_of_every_heading(tmp_path: Path) -> None:
    words = "The river carried every small boat under the old bridge. " * 12
    text = "".join(f"{'#' * (1 + n % 3)} Part {n}\n\n{words}\n\n" for n in range(1, 30))
    document = _load(tmp_path, text)
    assert [entry.title for entry in document.outline] == [f"Part {n}" for n in range(1, 30)]
    assert [entry.level for entry in document.outline] == [1 + n % 3 for n in range(1, 30)]
    for entry in document.outline:
        assert f"{entry.title}\n" in document.pages[entry.page - 1].text
    assert len(document.pages) > 5


@pytest.mark.parametrize("lines", [1999, 2000, 2001, 4000, 9001])
def test_a_block_is_whole_however_far_it_reaches(lines: int) -> None:
    code = "\n".join(f"# line {n}\n" for n in range(lines // 2))
    text = f"# One\n\n```\n{code}\n```\n\n# Two\n"
    found = [*blocks(text)]
    assert [block.title for block in found] == ["One", "", "Two"]
    assert found[1].verbatim and found[1].text.count("# line") == lines // 2


@pytest.mark.parametrize(
    "hostile",
    [
        "<!--" * 40_000,
        "-->" + "<!--" * 40_000,
        "`" + "``" * 40_000,
        "".join("`" * n + " " for n in range(500)),
        "> " * 40_000,
        "- " * 40_000,
        "# " * 40_000,
        "&a" * 60_000,
        "[a]: b\n" * 20_000,
        "```\n" * 20_000,
        "<div>\n" * 20_000,
        "a\n---\n" * 20_000,
        "|a|\n" * 20_000,
    ],
    ids=range(13),
)
def test_time_grows_with_the_length_alone(tmp_path: Path, hostile: str) -> None:
    seconds = []
    for text in ("a\n\n" + hostile[: len(hostile) // 8], "a\n\n" + hostile):
        begun = time.process_time()
        assert _load(tmp_path, text).pages
        seconds.append(time.process_time() - begun)
    assert seconds[1] < 25 * max(seconds[0], 0.02)
