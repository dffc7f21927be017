"""Noticing that an answer goes round in circles."""

from collections.abc import Sequence

_LONGEST = 40
"""Tokens of the longest stretch whose repetition is noticed."""
_SHORT = 6
"""A shorter stretch, such as a number's noughts, may come more often before it counts."""


def repeats(tokens: Sequence[int]) -> bool:
    """Whether the last tokens are one stretch three times in a row, or a short one more often."""
    for length in range(1, min(_LONGEST, len(tokens) // 3) + 1):
        times = 3 if length >= _SHORT else 3 + 2 * (_SHORT - length)
        if len(tokens) < times * length:
            continue
        last = tokens[-length:]
        if all(
            tokens[len(tokens) - (n + 1) * length : len(tokens) - n * length] == last
            for n in range(1, times)
        ):
            return True
    return False
