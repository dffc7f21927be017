"""Logs, typescripts and manual pages read as they looked."""

import pytest

from sleepdoc.documents.terminal import as_shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[1;33mquartz\x1b[0m is full", "quartz is full"),
        ("\x1b[38;2;255;0;0mred\x1b[m", "red"),
        ("\x1b[38:5:196mred\x1b[0K", "red"),
        ("\x1b]0;title of window\x07Prompt", "Prompt"),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\ text", "link text"),
        ("\x1b(B\x1b[mdone\x1b=\x1b>\x1b7\x1b8", "done"),
        ("\x1bPq#0;2;0;0;0~~\x1b\\after", "after"),
        ("\x9b31mred\x9b0m", "red"),
        ("a\x1b[3Cb", "a   b"),
        ("cut off \x1b[", "cut off "),
        ("cut off \x1b", "cut off "),
        ("\x1b]0;cut off\nnext line", "cut off\nnext line"),
        ("\x1bPcut off\nnext line", "cut off\nnext line"),
        ("N\bNA\bAM\bME\bE", "NAME"),
        ("_\bp_\bu_\bm_\bp", "pump"),
        ("p\b_u\b_m\b_p\b_", "pump"),
        ("_\bB\bB_\bo\bo", "Bo"),
        ("pump\b\b\b\b____ runs", "pump runs"),
        ("+\bo item", "o item"),
        ("typo\b \b\b \bed", "tyed"),
        ("\b\bstart", "start"),
        ("snake_case", "snake_case"),
        ("two\nN\bN\nlines", "two\nN\nlines"),
    ],
)
def test_as_shown(written: str, shown: str) -> None:
    assert as_shown(written) == shown


def test_broken_characters_are_no_escape_sequences() -> None:
    """UTF-8 taken for Latin-1 twice has the bytes of C1 controls in it."""
    broken = "â\x80\x9cquoted words\x80\x9d and â\x80\x99 more"
    assert as_shown(broken) == broken
