"""What is known about a citation, in a sign and a word: read off the event in this one place."""

from sleepdoc.reading.events import Citation

RECALLED = "· recalled"
VERIFIED = "✓ verified"


def verdict(citation: Citation) -> str:
    """Whether the answer was found to stand there, if that was looked at."""
    return VERIFIED if citation.verified else RECALLED
