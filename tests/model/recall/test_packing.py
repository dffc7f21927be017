"""What stands around a quote."""

import pytest

from sleepdoc_model.recall.packing import Packer, Quote

PAGE = "One came. Two went. Three stood. Four sat down. Five lay."


@pytest.mark.parametrize(
    ("budget", "wide"),
    [
        (5, "Three stood."),  # what is quoted stays, whatever it takes
        (30, "Three stood. Four sat down."),
        (40, "Two went. Three stood. Four sat down."),
        (50, "Two went. Three stood. Four sat down. Five lay."),
        (99, PAGE),
    ],
)
def test_as_many_sentences_as_fit_stand_around_a_quote(budget: int, wide: str) -> None:
    packer = Packer({1: PAGE}.__getitem__, len)
    start = PAGE.index("Three")
    found = packer.widened(Quote(1, start, start + len("Three stood.")), budget)
    assert PAGE[found.start : found.end] == wide


def test_around_a_piece_of_a_sentence_stands_the_sentence() -> None:
    packer = Packer({1: PAGE}.__getitem__, len)
    start = PAGE.index("sat")
    found = packer.widened(Quote(1, start, start + 3), 0)
    assert PAGE[found.start : found.end] == "Four sat down."
