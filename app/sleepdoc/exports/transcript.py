"""A conversation's questions and answers as one text."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from markdown_it import MarkdownIt

from sleepdoc import __version__
from sleepdoc.documents.text import safe_display
from sleepdoc.exports.schema import SCHEMA
from sleepdoc.exports.summary import Summary, turn_fields
from sleepdoc.reading.evidence import evidence
from sleepdoc.store import StoredTurn

Format = Literal["md", "json"]

_PROBE = "what follows"
ENDINGS: Mapping[str, str] = {
    "length": "cut at the most tokens",
    "repetition": "ended, as it repeated itself",
    "interrupted": "interrupted",
}
"""What is said of answers that did not end by themselves."""
_RESTS: Mapping[str, str] = {
    "verified": "verified",
    "quoted": "quoted, not sure to answer",
    "from memory": "on no page in these words",
}
"""What is said of how far pages bear an answer out, if it was not looked up there."""


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
        citations = _evidence(turn)
        marks = "".join(f"[^{note + place}]" for place in range(1, len(citations) + 1))
        noted = " ".join(f"*({remark})*" for remark in remarks(turn))
        yield f"{_followed(safe_display(turn.answer), noted + marks)}\n"
        for citation in citations:
            note += 1
            quote = " ".join(citation["quote"].split())
            yield f"[^{note}]: p. {citation['label']}: {quote}"
    yield ""


def remarks(turn: StoredTurn) -> Iterator[str]:
    """What is to be known of an answer beside its text."""
    if turn.info.get("closed_book"):
        yield "closed book"
    fields = turn_fields(turn)
    if (ended := fields["ended"]) in ENDINGS:
        yield ENDINGS[ended]
    if not fields["lookup"] and (rests := _RESTS.get(fields["verdict"])):
        yield rests


def _evidence(turn: StoredTurn) -> Sequence[Mapping[str, Any]]:
    """What an answer stands on, not what was merely read for it; all of that where it was never
    checked, as in conversations of before."""
    fields = turn_fields(turn)
    citations: Sequence[Mapping[str, Any]] = fields["citations"]
    verdict = fields["verdict"]
    return evidence(citations, verdict, fields["lookup"]) if verdict else citations


def _followed(answer: str, by: str) -> str:
    """An answer and what belongs behind it, such that the answer ends there.

    A code block, comment or element that it leaves open would take in all that follows. A block
    quote ends with its last line whatever is open in it.
    """
    space = " " if by.startswith("*") and not answer.endswith("\n") else ""
    quoted = "\n".join(f"> {line}" for line in re.split(r"\r\n?|\n", answer))
    for written in (f"{answer}{space}{by}", f"{answer}\n\n{by}"):
        if _ends(written):
            return written
    return f"{quoted}\n\n{by}"


def _ends(markdown: str) -> bool:
    """Whether a heading behind it is one."""
    last = MarkdownIt().parse(f"{markdown}\n\n# {_PROBE}\n")[-3:]
    found = [(token.type, token.level, token.content) for token in last]
    return found[:2] == [("heading_open", 0, ""), ("inline", 1, _PROBE)]
