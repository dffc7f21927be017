"""Memory that was freed and that the C library keeps."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Give it to the system, where the C library can (glibc): what lies between things that stay
    would add up from window to window."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
