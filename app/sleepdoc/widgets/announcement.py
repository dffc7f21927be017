"""Telling somebody who looks at another window: a notification of the desktop, and the bell."""

_BELL = "\a"
_OSC_777 = ("rxvt", "foot")
"""Terminals, as ``TERM`` begins, that know no OSC 9."""


def announcement(text: str, terminal: str) -> str:
    """What makes a terminal show `text`, a line without control characters, on the desktop.

    OSC 9 is iTerm2's, and known to kitty, WezTerm, Ghostty, Windows Terminal and others; who does
    not know it skips it, and rings.
    """
    if terminal.startswith(_OSC_777):
        return f"\x1b]777;notify;sleepdoc;{text}{_BELL}{_BELL}"
    return f"\x1b]9;{text}{_BELL}{_BELL}"
