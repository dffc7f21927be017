"""Several threads where they pay, and one elsewhere."""

from collections.abc import Iterator

import pytest
import torch

from sleepdoc_kernels import threads

MANY = 10**9


@pytest.fixture(autouse=True)
def three_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = torch.get_num_threads()
    monkeypatch.setattr(threads, "_all", 0)
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_nothing_changes_where_they_are_not_used_sparingly() -> None:
    with threads.together(MANY):
        assert torch.get_num_threads() == 3
    assert torch.get_num_threads() == 3


def test_only_large_work_is_done_together() -> None:
    threads.use_sparingly()
    assert torch.get_num_threads() == 1
    with threads.together(1000):
        assert torch.get_num_threads() == 1
    with threads.together(MANY):
        assert torch.get_num_threads() == 3
    assert torch.get_num_threads() == 1


def test_an_error_does_not_leave_threads_behind() -> None:
    threads.use_sparingly()
    with pytest.raises(ValueError), threads.together(MANY):
        raise ValueError
    assert torch.get_num_threads() == 1


def test_it_may_be_said_twice() -> None:
    threads.use_sparingly()
    threads.use_sparingly()
    with threads.together(MANY):
        assert torch.get_num_threads() == 3
