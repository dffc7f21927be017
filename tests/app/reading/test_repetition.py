"""An answer that goes round in circles is noticed, and one that does not is left alone."""

import pytest

from sleepdoc.reading.repetition import repeats


def noticed(tokens: list[int]) -> int | None:
    """After how many tokens."""
    return next((n for n in range(1, len(tokens) + 1) if repeats(tokens[:n])), None)


@pytest.mark.parametrize("length", [1, 2, 5, 6, 17, 40])
def test_a_stretch_that_comes_again_and_again_is_noticed(length: int) -> None:
    start = [900, 901, 902]
    found = noticed(start + list(range(length)) * 20)
    assert found is not None and found <= 3 + max(3, 15) * length


def test_a_text_without_circles_is_not() -> None:
    assert noticed(list(range(300))) is None


def test_neither_are_noughts_and_what_is_said_twice() -> None:
    assert noticed([1, *[0] * 6, 5, 6, 7, 8, 9, 10, 11, 5, 6, 7, 8, 9, 10, 11, 3]) is None
