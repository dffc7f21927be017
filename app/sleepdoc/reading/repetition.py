"""Noticing that an answer goes round in circles, and where it began to."""

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


def once(pieces: Sequence[str]) -> int:
    """How many pieces of a text stand before its end says again what stands right before.

    Never fewer than with the last piece left out, so that what was shown of a growing text stays
    right. Capitals and spaces make no difference: an answer's first word has neither before it.
    """
    units = [piece.casefold().strip() or piece for piece in pieces]
    again = 0
    for length in range(1, min(_LONGEST, len(units) - 1) + 1):
        run = 0
        while run < len(units) - length and units[-1 - run] == units[-1 - run - length]:
            run += 1
        again = max(again, run)
    return len(units) - again
