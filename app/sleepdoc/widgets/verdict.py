"""What is known about a citation, in a sign and a word: read off the event in this one place."""

from sleepdoc.reading.events import Citation

RECALLED = "· recalled"
VERIFIED = "✓ verified"
UNVERIFIED = "? not on this page"


def verdict(citation: Citation) -> str:
    """Whether the answer was found to stand there, if that was looked at."""
    checked: bool | None = getattr(citation, "verified", None)
    if checked is None:
        return RECALLED
    return VERIFIED if checked else UNVERIFIED
