"""What an answer stands on, and in which sign and word that is said: read off the events in this
one place."""

from collections.abc import Sequence

from sleepdoc.reading.events import SEARCHED, Citation, Verdict

RECALLED = "· recalled"
VERIFIED = "✓ verified"
QUOTED = "≈ quoted"
FOUND = "· found"


def evidence(
    citations: Sequence[Citation], verdict: Verdict | None, lookup: str
) -> Sequence[Citation]:
    """Those of the citations that the answer stands on, not merely was given.

    That is the first, if the answer was found there; all, where it says what a search found.
    """
    if verdict not in ("verified", "quoted"):
        return ()
    return citations if lookup == SEARCHED else citations[:1]


def said_of(citation: Citation, verdict: Verdict | None) -> str:
    """A sign and a word for a citation; `verdict` is None for one that was merely given."""
    if citation.verified:
        return VERIFIED
    match verdict:
        case "quoted":
            return QUOTED
        case "verified":  # the answer was taken from the text, and not compared with it
            return FOUND
        case _:
            return RECALLED
