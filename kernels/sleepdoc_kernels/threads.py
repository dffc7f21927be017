"""On a CPU, several threads where they pay.

torch shares out every operation on more than 32,768 numbers. Threads that sleep while they wait, as
ours do beside other programs, take longer to wake than most operations take on one thread, and a
run through a network has thousands. Only products of large matrices are worth it; those of a single
token are not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

_WORTH = 20_000_000
"""Multiplications that take one thread several times as long as it takes to wake another."""

_all = 0
"""How many threads there are; 0: torch uses them as it likes."""


def use_sparingly() -> None:
    """From now on use one thread in this process, but for what is done `together`."""
    global _all
    _all = _all or torch.get_num_threads()
    torch.set_num_threads(1)


@contextmanager
def together(multiplications: int) -> Iterator[None]:
    """Use all threads meanwhile, if so many multiplications are worth it."""
    if not _all or multiplications < _WORTH:
        yield
        return
    torch.set_num_threads(_all)
    try:
        yield
    finally:
        torch.set_num_threads(1)
