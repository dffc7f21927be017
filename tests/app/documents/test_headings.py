"""Plain text: which lines divide it."""

import pytest

from sleepdoc.documents.headings import marked

BODY = "It was a dark night, and the river was high.\nThe keeper wrote it down, as ever."


def _outline(*paragraphs: str) -> list[tuple[int, str]]:
    return [(block.level, block.title) for block in marked(paragraphs) if block.level]


@pytest.mark.parametrize(
    ("line", "level", "title"),
    [
        ("Chapter 1", 1, "Chapter 1"),
        ("CHAPTER I.\nDown the Well", 1, "CHAPTER I. Down the Well"),
        ("Chapter 4. Loomings.", 1, "Chapter 4. Loomings."),
        ("   Chapter Two: The Weir", 1, "Chapter Two: The Weir"),
        ("Kapitel 3 Der Fluß", 1, "Kapitel 3 Der Fluß"),
        ("Appendix A", 1, "Appendix A"),
        ("第三章 灯台", 1, "第三章 灯台"),
        ("IV. The Weir", 1, "IV. The Weir"),
        ("1. Introduction", 1, "1. Introduction"),
        ("1.1 Scope of the weir", 2, "1.1 Scope of the weir"),
        ("The Weir\n========", 1, "The Weir"),
        ("The Weir\n--------", 2, "The Weir"),
    ],
)
def test_headings(line: str, level: int, title: str) -> None:
    assert _outline(line, BODY) == [(level, title)]


@pytest.mark.parametrize(
    "line",
    [
        "Chapter 1. The keeper of lamp 1 lit it at dusk; the log has 7 ships.",
        "Chapter 3 was written by the keeper when he was ill.",
        "12 May 1871",
        "42 Gull Road",
        "1. Take the pump apart, and clean it.",
        "I. think so, said the keeper, who never did, and then he went on and on about the pump",
        "Part of the river",
        "The Weir",
    ],
)
def test_sentences_dates_and_steps_are_none(line: str) -> None:
    assert _outline(line, BODY) == []


def test_a_table_of_contents_is_none_and_what_it_lists_is() -> None:
    names = ["Chapter 1 Dusk", "Chapter 2 Night", "Chapter 3 Dawn"]
    text = [*names, *(part for name in names for part in (name, BODY))]
    assert _outline(*text) == [(1, name) for name in names]


def test_lines_of_a_table_of_contents_are_told_by_their_page_numbers() -> None:
    lines = ("I.  The Weir            12", "1. Dusk ........ 3", "Chapter 2 Night   xiv")
    assert _outline(*(part for line in lines for part in (line, BODY))) == []


def test_the_name_of_a_chapter_may_stand_below_its_number() -> None:
    assert _outline("CHAPTER I", "DOWN   THE WELL", BODY, "IV.", "The Weir", BODY) == [
        (1, "CHAPTER I DOWN THE WELL"),
        (1, "IV. The Weir"),
    ]
    listed = ("CHAPTER II", "THE WEIR", "BOATS, LOCKS AND FISH", BODY)
    assert _outline(*listed) == [(1, "CHAPTER II THE WEIR")], "a list of topics may follow"


def test_chapters_are_below_parts() -> None:
    text = ("PART I", BODY, "Chapter 1", BODY, "Chapter 2", BODY, "PART II", BODY)
    assert [level for level, _ in _outline(*text)] == [1, 2, 2, 1]


def test_numbers_follow_each_other() -> None:
    lines = ("1 Intro", "2 Pumps", "2.1 Old pumps", "2.2 New pumps", "7 Up", "3 Weirs", "2.4 Out")
    text = [part for line in lines for part in (line, BODY)]
    assert [title for _, title in _outline(*text)] == [
        "1 Intro",
        "2 Pumps",
        "2.1 Old pumps",
        "2.2 New pumps",
        "3 Weirs",
    ]
