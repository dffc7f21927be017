"""Memory that was freed is given back to the system."""

import platform
from pathlib import Path

import pytest
import torch

from sleepdoc_model.heap import give_back


def resident() -> int:
    """Pages."""
    return int(Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_what_lies_between_things_that_stay_is_given_back() -> None:
    blocks = [torch.ones(25_000) for _ in range(600)]  # 60 MB, each too small for its own mapping
    stay = blocks[-1]
    before = resident()
    del blocks
    kept = resident()
    give_back()
    assert before - kept < 1000 < kept - resident()
    assert stay.sum() == 25_000
