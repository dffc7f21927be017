"""What a phrase may be copied from, where a reader's own words stand nowhere."""

import re
from collections.abc import Callable, Sequence

_WORD = re.compile(r"(?<!\w)\w")
_LONGEST = 100
"""Characters of a phrase."""


def copies(text: str, encode: Callable[[str], Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Tokens of a text in one line from each of its words on, as an answer begins with them."""
    starts = [found.start() for found in _WORD.finditer(text)]
    return tuple(tuple(encode(text[start : start + _LONGEST])) for start in starts)
