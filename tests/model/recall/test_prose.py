"""Sentences of running text are told from all else that stands on a page."""

from dataclasses import dataclass

import pytest

from sleepdoc_model.recall.prose import prose


@dataclass(frozen=True)
class Page:
    number: int
    text: str


def found(text: str) -> list[str]:
    return [each.text for each in prose([Page(1, text)])]


KEEPER = "The keeper of the tower trimmed the lamp every night of the year."


@pytest.mark.parametrize(
    "text",
    [
        "| Section | The keeper of the tower trimmed the lamp. Please read it with great care. |",
        "of the tower trimmed the lamp every night, and wrote down the weather of it.",
        "1.5 An example of a lamp as it was trimmed in towers of the last century.",
        "27, 1830) also adds a new duty to those that the keepers of the lamp had before.",
        "London CHARLES H. KELLY, KEEPERS' PRESS, 26 PATERNOSTER ROW, and elsewhere.",
        "Lamp & Tower Advisory Group, Keepers Bank and Mull Securities of Scotland.",
        "4.1.1 The lamp and the keeper of it ... The tower of it and its weather ...",
    ],
    ids=["row", "rest", "figure", "bracket", "title page", "names", "contents"],
)
def test_what_is_no_sentence_of_running_text(text: str) -> None:
    assert found(text) == []
    assert found(f"{KEEPER}\n\n{KEEPER}") == [KEEPER, KEEPER]


def test_a_sentence_may_begin_with_a_small_letter_but_not_in_the_middle() -> None:
    package = "zoo is a package for series whose times are at unequal distances."
    assert found(f"{KEEPER}\n\n{package}") == [KEEPER, package]
    assert found(f"The tower and\n\n{package}") == []
    assert found(package) == [], "it may have begun on the page before"


def test_a_sentence_too_long_to_keep_leaves_no_rest() -> None:
    long = f"The keeper, {'who lived in a tower by the sea, ' * 14}The Second, trimmed the lamp."
    assert found(f"{KEEPER} {long} {KEEPER}") == [KEEPER, KEEPER]


def test_marks_addresses_and_headings_in_the_line_are_left_out() -> None:
    said = (
        "**In short:** _The [keeper](#a-keeper) of the tower (https://mull.example) trims the "
        "lamp at night._"
    )
    assert found(said) == ["In short: The keeper of the tower trims the lamp at night."]
    assert found("Abstract This note tells how the lamp of the tower was trimmed.") == [
        "This note tells how the lamp of the tower was trimmed."
    ]


def test_a_year_at_the_end_is_no_page_number() -> None:
    assert found("The tower of the reef was first seen with its lamp lit in February 1844.")


def test_what_opens_a_paragraph() -> None:
    pages = [Page(1, f"The tower\n\n{KEEPER} {KEEPER}\n- {KEEPER}")]
    assert [each.opens for each in prose(pages)] == [True, False, False]
