"""Rows of an index stand behind what they name, and nothing else is taken for one."""

import pytest

from sleepdoc_model.recall.back_index import index_rows
from sleepdoc_model.recall.evidence import find_evidence
from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.packing import Packer, Quote, ranked
from sleepdoc_model.recall.query import ask

INDEX = """\
Anchors, 12, 45–47
Ballast, 9
Buoys, see Markers
Capstan, 31, 60ff
  grease for, 33
Davits, xi, 4, [61]
Fenders 18, 22
Keel, 5 (&c.), 80
Markers, 70, 72, see also Lights
Yarrow, 12, 45"""
CONTENTS = """\
1 Anchors  3
2 Ballast  9
3 Cables and ropes  12
4 Davits  20
5 Fenders  31
6 Keels  40"""
PRICES = """\
Anchor shackle, 3.50
Boat hook, 12
Cleat, 4
Deck brush, 7
Ensign, 20.00
Fender, 15
Grapnel, 31"""
DEPARTURES = """\
Ashby, 7, 9, 12, 18
Brill, 8, 10, 13, 19
Cove, 9, 11, 14, 20
Dunmore, 10, 12, 15, 21
Eastlea, 11, 13, 16, 22
Fairhaven, 12, 14, 17, 23"""
TIMETABLE = """\
Ashby 7:05, 9:05
Brill 7:20, 9:20, 11:20
Cove 7:40
Dunmore 8:00, 10:00
Eastlea 8:15, 10:15, 12:15
Fairhaven 8:30"""
BIBLIOGRAPHY = """\
Abel, R. (1904). Knots of the north. Harbour Notes, 31
Brand, T. (1911). On tar. Harbour Notes 4, 12–45
Crane, E. (1899). Ropes and their makers. Harbour Notes 2, 7
Dale, S. (1920). The bell buoy. Harbour Notes 9, 51–60
Eve, P. Sails. York, 1875
Frost, M. (1902). Oars. Harbour Notes, 18
Gale, U. (1903). Nets. Harbour Notes 1, 40"""
FIGURES = """\
Ashby, 412, 38, 7
Brill, 90, 112, 3
Cove, 77, 5, 61
Dunmore, 301
Eastlea, 9, 8
Fairhaven, 250, 31, 12"""
FACTS = """\
Bells on deck: 2
Crew, 14
Length in feet, 61
Masts, 2
Sails, 9
Tonnage, 88"""
PROSE = """\
Yarrow is used for healing wounds. The surgeon carried it in a tin.

In 1904 the ship had a crew of 14.

Anchors are kept on deck."""


def marked(text: str) -> list[str]:
    return [text[start:end] for start, end in index_rows(text)]


def test_all_lines_of_an_index_are_known() -> None:
    assert marked(INDEX) == INDEX.split("\n")


def test_letters_and_headings_within_an_index_belong_to_it_and_the_text_before_does_not() -> None:
    rows = INDEX.split("\n")
    text = "\n".join([PROSE, "", "INDEX", "", *rows[:4], "", "D", *rows[4:]])
    assert marked(text) == [*rows[:4], "D", *rows[4:]]


@pytest.mark.parametrize(
    "text",
    [
        CONTENTS,
        PRICES,
        DEPARTURES,
        TIMETABLE,
        BIBLIOGRAPHY,
        FIGURES,
        FACTS,
        PROSE,
        "\n".join(INDEX.split("\n")[:5]),
        "\n".join(sorted(INDEX.split("\n"), key=lambda row: row[-2:])),
        "\n".join(f"{row}, of which more is told by those who sailed it" for row in INDEX.split()),
    ],
    ids=[
        "contents",
        "prices",
        "departures",
        "timetable",
        "bibliography",
        "figures",
        "facts",
        "prose",
        "few rows",
        "not in the order of the alphabet",
        "no pages",
    ],
)
def test_nothing_else_is_an_index(text: str) -> None:
    assert marked(text) == []


def recalled(pages: dict[int, str], question: str) -> list[Quote]:
    return ranked(MemoryIndex(pages.items()), [ask(question)], Packer(pages.__getitem__, len), 2000)


USE = "The cook put yarrow into the soup."


TEXT = {1: USE, 2: INDEX, 3: "Fog lay on the sea for a week. Anchors were sold with ballast."}


def test_running_text_comes_before_the_index_that_has_more_of_the_question() -> None:
    quotes = recalled(TEXT, "Where are anchors, ballast and yarrow?")
    assert [quote.page for quote in quotes] == [3, 1, 2]


def test_an_index_that_is_asked_for_counts_as_text_does() -> None:
    quotes = recalled(TEXT, "On which page are anchors, ballast and yarrow?")
    assert quotes[0].page == 2


def test_what_only_the_index_names_is_found_there() -> None:
    assert [quote.page for quote in recalled(TEXT, "Which capstan and davits?")] == [2]


def test_an_index_is_no_evidence_while_the_text_says_it() -> None:
    pages = {1: INDEX, 2: "Two anchors were lost. " + USE}
    found = find_evidence("anchors", "What was lost?", pages.items())
    assert found is not None and (found.page, found.told) == (2, True)
    found = find_evidence("ballast", "What was lost?", pages.items())
    assert found is not None and (found.page, found.told) == (1, False)
