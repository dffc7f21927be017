"""Lines that fit, as places in the text."""

import random

import pytest
from rich.cells import cell_len

from sleepdoc.widgets.wrapping import wrap


def lines(text: str, width: int) -> list[str]:
    return [text[line.start : line.end] for line in wrap(text, width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("the tide was low", 8, ["the tide", "was low"]),
        ("the tide was low ", 16, ["the tide was low"]),
        ("one\n\ntwo", 8, ["one", "", "two"]),
        ("  indented text", 10, ["  indented", "text"]),
        ("abcdefghij kl", 4, ["abcd", "efgh", "ij", "kl"]),
        ("漢字かな", 5, ["漢字", "かな"]),
        ("漢字", 1, ["漢", "字"]),  # too wide for the line, and on it all the same
        ("", 5, [""]),
    ],
)
def test_lines(text: str, width: int, expected: list[str]) -> None:
    assert lines(text, width) == expected


def test_nothing_but_blanks_is_lost_and_nothing_is_too_wide() -> None:
    dice = random.Random(5)
    for _ in range(300):
        text = "".join(dice.choices("ab漢 \n ", k=dice.randint(0, 60)))
        width = dice.randint(2, 20)
        found = lines(text, width)
        assert "".join("".join(found).split()) == "".join(text.split())
        assert all(cell_len(line) <= width for line in found), (text, width)
