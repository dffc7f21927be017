"""A conversation's questions and answers as one text."""

import json
from collections.abc import Iterator, Sequence
from typing import Literal

from sleepdoc import __version__
from sleepdoc.documents.text import safe_display
from sleepdoc.exports.schema import SCHEMA
from sleepdoc.exports.summary import Summary, turn_fields
from sleepdoc.store import StoredTurn

Format = Literal["md", "json"]


def transcript(summary: Summary, turns: Sequence[StoredTurn], form: Format) -> bytes:
    """The conversation, in the format asked for."""
    if form == "json":
        fields = {"v": SCHEMA, "sleepdoc_version": __version__, **summary}
        fields["turns"] = [turn_fields(turn) for turn in turns]
        return (json.dumps(fields, indent=2) + "\n").encode()
    return safe_display("\n".join(_markdown(summary, turns))).encode()


def _markdown(summary: Summary, turns: Sequence[StoredTurn]) -> Iterator[str]:
    """Front matter, then question by question; the pages an answer was given are footnotes."""
    yield "---"
    for key, value in summary.items():
        yield f"{key}: {json.dumps(value, ensure_ascii=False)}"
    yield "---"
    yield f"\n# {summary['document']}"
    note = 0
    for turn in turns:
        yield f"\n## {' '.join(turn.question.split())}\n"
        citations = turn_fields(turn)["citations"]
        marks = "".join(f"[^{note + place}]" for place in range(1, len(citations) + 1))
        said = turn_fields(turn)
        closed = " *(closed book)*" if said["closed_book"] else ""
        broken = " *(interrupted)*" if turn.interrupted else ""
        yield f"{turn.answer}{closed}{broken}{marks}\n"
        for citation in citations:
            note += 1
            yield f"[^{note}]: p. {citation['label']}: {citation['quote']}"
    yield ""
