"""Text and Markdown: any encoding a reader is likely to meet, and pages that mean something."""

import base64
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from sleepdoc.documents.flow import PAGE_CHARACTERS
from sleepdoc.documents.reader import SizeLimits, load_document
from sleepdoc.documents.types import Document

Refusal = Callable[..., str]

GERMAN = "Der Grüne Fluß trägt Äpfel über die Brücke.\n\nSchön, daß es Öl gibt."


def _load(directory: Path, data: bytes, name: str = "notes.txt") -> Document:
    path = directory / name
    path.write_bytes(data)
    return load_document(path)


def _prose(paragraphs: int, words: int, seed: int = 0) -> str:
    choice = random.Random(seed)
    vocabulary = ["the", "river", "carried", "every", "small", "boat", "under", "old", "bridge"]
    return "\n\n".join(
        " ".join(choice.choice(vocabulary) for _ in range(words)) + "." for _ in range(paragraphs)
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"]
)
def test_unicode_encodings_are_read_without_a_notice(tmp_path: Path, encoding: str) -> None:
    document = _load(tmp_path, GERMAN.encode(encoding))
    assert document.pages[0].text == GERMAN
    assert document.notices == ()


def test_utf16_of_the_other_byte_order_is_told_by_its_mark(tmp_path: Path) -> None:
    document = _load(tmp_path, b"\xfe\xff" + GERMAN.encode("utf-16-be"))
    assert document.pages[0].text == GERMAN


def test_windows_text_is_read_and_the_guess_is_said(tmp_path: Path) -> None:
    document = _load(tmp_path, "“Café” costs 3 €".encode("cp1252"))
    assert document.pages[0].text == "“Café” costs 3 €"
    assert document.notices == ("not UTF-8; read as windows-1252, so letters may be wrong",)


def test_utf8_with_a_bad_byte_stays_utf8(tmp_path: Path) -> None:
    data = GERMAN.encode().replace(b"trinkt", b"") * 2
    document = _load(tmp_path, data[:50] + b"\xff" + data[50:])
    assert "Brücke" in document.pages[0].text and "\ufffd" in document.pages[0].text
    assert document.notices == ("1 places are not valid UTF-8 and were replaced by a mark",)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(random.Random(1).randbytes(5000), id="noise"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="png"),
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(9), id="elf"),
        pytest.param(b"\x1f\x8b\x08\0\0\0\0\0", id="gzip"),
        pytest.param(b"SQLite format 3\0\x10\0", id="sqlite"),
        pytest.param(b"words" + bytes(range(1, 9)) * 4, id="controls"),
    ],
)
@pytest.mark.parametrize("name", ["report.pdf", "report.txt"])
def test_binary_files_are_refused_whatever_their_name(
    tmp_path: Path, refusal: Refusal, data: bytes, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert "binary" in refusal(path)


@pytest.mark.parametrize("data", [b"", b" \n\t \r\n\n", b"\xef\xbb\xbf\n", "\u00a0\u2003".encode()])
def test_nothing_to_read_is_refused(tmp_path: Path, refusal: Refusal, data: bytes) -> None:
    path = tmp_path / "blank.txt"
    path.write_bytes(data)
    assert "empty" in refusal(path)


def test_size_is_limited_and_both_figures_are_said(tmp_path: Path, refusal: Refusal) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"word " * 1000)
    message = refusal(path, sizes=SizeLimits(text=4096))
    assert (
        message == "too large (5,000 bytes, the limit is 4,096 bytes); split it and read the parts"
    )
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    assert "too large (1,024 MiB, the limit is 64 MiB)" in refusal(path)


def test_a_late_nul_and_escapes_do_not_reach_the_text(tmp_path: Path) -> None:
    data = _prose(30, 60).encode() + b" \0end\x1b[31m red"
    last = _load(tmp_path, data).pages[-1].text
    assert last.endswith(" end red")


def test_hidden_instructions_are_removed_and_counted(tmp_path: Path) -> None:
    document = _load(tmp_path, "See\U000e0041\U000e0042 this".encode())
    assert document.pages[0].text == "See this"
    assert document.notices == ("2 invisible characters (Unicode tags) were removed",)


@pytest.mark.parametrize("seed", range(8))
def test_pages_hold_every_word_in_order(tmp_path: Path, seed: int) -> None:
    choice = random.Random(seed)
    text = "\n\n".join(
        _prose(1, choice.choice((1, 7, 60, 350, 1500)), seed=choice.randrange(99))
        for _ in range(25)
    )
    pages = _load(tmp_path, text.encode()).pages
    assert " ".join(page.text for page in pages).split() == text.split()
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert [page.label for page in pages] == [str(page.number) for page in pages]
    assert all(len(page.text) <= PAGE_CHARACTERS + 200 for page in pages)


def test_pages_end_with_a_paragraph_and_have_three_to_four_hundred_words(tmp_path: Path) -> None:
    pages = _load(tmp_path, _prose(60, 60).encode()).pages
    assert all(300 <= len(page.text.split()) <= 420 for page in pages[:-1])
    assert all(page.text.endswith(".") for page in pages)


@pytest.mark.parametrize("heading", ["## The Weir", "The Weir\n--------", "XII. The Weir"])
def test_a_heading_goes_with_what_follows_it(tmp_path: Path, heading: str) -> None:
    for before in range(20, 34):
        text = f"{_prose(before, 10)}\n\n{heading}\n\n{_prose(2, 200)}"
        pages = _load(tmp_path, text.encode(), "book.md").pages
        page = next(page.text for page in pages if heading in page.text)
        assert not page.endswith(heading)


def test_one_endless_line_is_cut_between_words(tmp_path: Path) -> None:
    pages = _load(tmp_path, b"wheel " * 3000).pages
    assert len(pages) > 5
    assert {word for page in pages for word in page.text.split()} == {"wheel"}


def test_text_without_spaces_is_cut_between_sentences(tmp_path: Path) -> None:
    pages = _load(tmp_path, ("これは長い文章です。" * 800).encode()).pages
    assert len(pages) > 3
    assert all(page.text.endswith("。") for page in pages)


@pytest.mark.parametrize("count", [1, 3])
def test_a_few_nuls_are_dropped_and_counted(tmp_path: Path, count: int) -> None:
    document = _load(tmp_path, b"The keeper is Tom." + b"\0 " * count + b"The dog is Biscuit.")
    assert " ".join(document.pages[0].text.split()) == "The keeper is Tom. The dog is Biscuit."
    assert document.notices == (f"{count} NUL character{'s' * (count > 1)} removed",)


def test_a_log_that_a_crash_padded_with_nuls_is_read(tmp_path: Path) -> None:
    data = b"10:01 started\n" + bytes(5000) + b"\n10:02 started again\n"
    text = _load(tmp_path, data, "pump.log").pages[0].text
    assert " ".join(text.split()) == "10:01 started 10:02 started again"


def test_form_feeds_are_pages_with_their_own_numbers(tmp_path: Path) -> None:
    sheets = ["Contents", _prose(6, 60), "", "The end."]
    pages = _load(tmp_path, "\f".join(sheets).encode()).pages
    assert [page.text for page in pages] == sheets
    assert [page.label for page in pages] == ["1", "2", "3", "4"]


def test_a_sheet_without_end_is_cut_all_the_same(tmp_path: Path) -> None:
    pages = _load(tmp_path, f"Cover\f{_prose(60, 60)}".encode()).pages
    assert pages[0].text == "Cover"
    assert len(pages) > 5 and all(len(page.text) <= PAGE_CHARACTERS + 200 for page in pages)


def test_the_text_is_what_the_terminal_showed(tmp_path: Path) -> None:
    data = (
        b"\x1b[32m[10:01] OK\x1b[0m service \x1b[1mharbour\x1b[0m started\n"
        b"\x1b]0;title of window\x07Prompt\x1b[K\n"
        b"N\bNA\bAM\bME\bE: _\bp_\bu_\bm_\bp\n"
    )
    text = _load(tmp_path, data, "session.log").pages[0].text
    assert text == "[10:01] OK service harbour started\nPrompt\nNAME: pump"


def test_what_only_typesetting_needs_is_resolved(tmp_path: Path) -> None:
    text = "The Donau\u00addampf\u00adschiff, the har\u00ad\nbour; light\u200bhouse, \ufb01nance"
    read = _load(tmp_path, text.encode()).pages[0].text
    assert read == "The Donaudampfschiff, the harbour; lighthouse, finance"


def test_a_certificate_is_no_reading(tmp_path: Path) -> None:
    lines = [random.Random(n).randbytes(48) for n in range(30)]
    block = "\n".join(base64.b64encode(line).decode() for line in lines)
    document = _load(tmp_path, f"The key is below.\n\n{block}\n\nKeep it safe.".encode())
    assert len(document.pages) == 1
    text = document.pages[0].text
    assert text.startswith("The key is below.") and text.endswith("Keep it safe.")
    assert base64.b64encode(lines[4]).decode() not in text
    assert document.notices == ("1 picture or other run of encoded data left out",)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The Weir\n\nBy A. Keeper\n\nIt was a dark night, and the river was high.", "The Weir"),
        ("The Weir\n========\n\nIt was a dark night.", "The Weir"),
        ("The eBook of the weir\n\nTitle: The Weir\nAuthor: A. Keeper\n\nText.", "The Weir"),
        ("港の記録\n\n港の委員会は火曜日に開かれた。", "港の記録"),
        ("It was a dark night.\n\nThe river was high.", "night log"),
        ("1. Milk\n\n2. Oil\n\nBuy both.", "night log"),
        ("Milk\n\nOil\n\nLamp\n\nWick\n\nFlint\n\nRope\n\nTar", "night log"),
    ],
)
def test_the_title_is_the_first_line_where_that_is_one(
    tmp_path: Path, text: str, title: str
) -> None:
    assert _load(tmp_path, text.encode(), "night log.txt").title == title


def test_plain_text_takes_its_title_from_its_name(tmp_path: Path) -> None:
    document = _load(tmp_path, b"# not a heading here", "shopping list.txt")
    assert (document.kind, document.title) == ("text", "shopping list")
