"""Alt and a digit, as most terminals send it: Escape and the digit.

Textual 8.2 takes that for the sign a Mac types with it (``¡`` for Alt+1, ``£`` for Alt+3). Then
nothing tells it from the sign itself, which people type into questions. A terminal that does send
the sign still types it.
"""

from textual import _ansi_sequences


def free_alt_digits() -> None:
    """Make them keys of their own, as Alt and any letter is."""
    for digit in range(10):
        _ansi_sequences.ANSI_SEQUENCES_KEYS.pop(f"\x1b{digit}", None)  # type: ignore[attr-defined]
