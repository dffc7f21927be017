"""A passage belongs to the one window that has its middle."""

import pytest

from sleepdoc_model.recall.windows import in_window

STRETCHES = [(0, 4), (2, 7), (6, 12), (12, 13)]


def test_what_a_window_has_of_its_passages_is_counted_from_its_start() -> None:
    assert in_window(STRETCHES, 0, 4) == {0: (0, 4)}
    assert in_window(STRETCHES, 0, 5) == {0: (0, 4), 1: (2, 5)}
    assert in_window(STRETCHES, 5, 13) == {2: (1, 7), 3: (7, 8)}


@pytest.mark.parametrize("size", range(1, 14))
def test_every_passage_is_in_one_window(size: int) -> None:
    windows = [in_window(STRETCHES, start, start + size) for start in range(0, 13, size)]
    assert sorted(number for window in windows for number in window) == [0, 1, 2, 3]
    for window in windows:
        assert all(0 <= start < end <= size for start, end in window.values())
