"""The work is told from what its publisher put around it."""

from dataclasses import dataclass

import pytest

from sleepdoc_model.recall.work import apparatus, bounds, rights


@dataclass(frozen=True)
class Page:
    number: int
    text: str


def test_a_licence_around_a_text_is_no_part_of_it() -> None:
    start = "You may copy it.\n*** START OF THIS PROJECT GUTENBERG EBOOK TIDES ***"
    pages = [
        Page(1, f"{start}\nTides"),
        Page(2, "They rise. End of Project Gutenberg's Tides"),
        Page(3, "Licence"),
    ]
    assert bounds(pages) == ((1, len(start)), (2, len("They rise. ")))
    assert bounds(pages[1:2]) == ((1, 0), (2, len("They rise. ")))
    assert bounds([Page(1, "Tides")]) == ((1, 0), (2, 0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Permission is granted to make and distribute copies of this document.", True),
        ("Copyright 1998 by the keepers; all rights reserved.", True),
        ("The paper used in this publication is acid-free.", True),
        ("The act protects copyright, and limits the liability of providers.", False),
        ("This document describes the tides.", False),
    ],
)
def test_who_may_copy_a_text_is_not_what_it_is_about(text: str, expected: bool) -> None:
    assert rights(text) is expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Contents", True),
        ("Short contents", True),
        ("List of Figures", True),
        ("Index", True),
        ("References", True),
        ("Index funds and what they cost", False),
        ("Tables", False),
        ("5 Picky points", False),
    ],
)
def test_chapters_that_only_say_where_something_is(title: str, expected: bool) -> None:
    assert apparatus(title) is expected
