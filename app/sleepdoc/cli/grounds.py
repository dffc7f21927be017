"""What an answer rests on, as lines beneath it."""

from collections.abc import Iterator

from sleepdoc.exports.transcript import ENDINGS
from sleepdoc.reading.events import AnswerFinished, Citation

_MOST = 3
"""Quotes beneath an answer."""


def grounds(finished: AnswerFinished, lookup: str, *, closed_book: bool) -> Iterator[str]:
    """A line that says what an answer rests on, then what stands there, indented.

    Where that is one place, other pages that were read for it are only named.

    Args:
        lookup: as of `Answering`.
    """
    cited = finished.citations
    evidence = finished.verdict == "quoted" or any(each.verified for each in cited)
    ending = ENDINGS.get(finished.ended)
    line = _line(finished, lookup, evidence=evidence, closed_book=closed_book)
    yield line + f" ({ending})" * bool(ending) + (":" if cited else ".")
    for each in cited[: 1 if evidence else _MOST]:
        yield f"  p. {each.label}: {each.quote}"
    if evidence and (others := _labels(cited)[1:]):
        yield f"  Also read: p. {', '.join(others)}"


def _line(finished: AnswerFinished, lookup: str, *, evidence: bool, closed_book: bool) -> str:
    cited = finished.citations
    match finished.verdict:
        case "verified" if evidence:
            return f"Verified: it stands on p. {cited[0].label}"
        case "verified":  # taken from the text itself
            return lookup.capitalize()
        case "quoted" if lookup:
            return f"{lookup.capitalize()}: it stands on p. {cited[0].label}"
        case "quoted" if cited[0].likely:
            return f"Likely: its words stand on p. {cited[0].label}, and probably answer"
        case "quoted":
            return f"Quoted: its words stand on p. {cited[0].label}; that they answer is not sure"
        case "not found":
            return "Not found; nearest" if cited else "Not found"
        case "from memory":
            if cited:
                return "Unverified: on no page in these words; read for it"
            return "From memory, on no page" + " (closed book)" * closed_book


def _labels(cited: tuple[Citation, ...]) -> list[str]:
    return list(dict.fromkeys(each.label for each in cited))
