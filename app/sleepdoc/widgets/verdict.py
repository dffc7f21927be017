"""In which sign and word it is said what an answer stands on."""

from sleepdoc.reading.events import Citation, Verdict

RECALLED = "· recalled"
VERIFIED = "✓ verified"
LIKELY = "≈ likely"
QUOTED = "≈ quoted"
FOUND = "· found"


def said_of(citation: Citation, verdict: Verdict | None) -> str:
    """A sign and a word for a citation; `verdict` is None for one that was merely given."""
    if citation.verified:
        return VERIFIED
    match verdict:
        case "quoted":
            return LIKELY if citation.likely else QUOTED
        case "verified":  # the answer was taken from the text, and not compared with it
            return FOUND
        case _:
            return RECALLED
