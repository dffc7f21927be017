"""A conversation's questions and answers as one text."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from sleepdoc import __version__
from sleepdoc.documents.text import safe_display
from sleepdoc.exports.schema import SCHEMA
from sleepdoc.exports.summary import Summary, turn_fields
from sleepdoc.store import StoredTurn

Format = Literal["md", "json"]

_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<rest>.*)\Z")
_ENDINGS = {
    "length": "cut at the most tokens",
    "repetition": "ended, as it repeated itself",
    "interrupted": "interrupted",
}


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
        remarks = " ".join(f"*({remark})*" for remark in _remarks(turn))
        answer = _with_closed_fence(turn.answer)
        space = " " if remarks and not answer.endswith("\n") else ""
        yield f"{answer}{space}{remarks}{marks}\n"
        for citation in citations:
            note += 1
            yield f"[^{note}]: p. {citation['label']}: {citation['quote']}"
    yield ""


def _remarks(turn: StoredTurn) -> Iterator[str]:
    """What is to be known of an answer beside its text."""
    if turn.info.get("closed_book"):
        yield "closed book"
    ended = "interrupted" if turn.interrupted else turn.info.get("ended", "")
    if ended in _ENDINGS:
        yield _ENDINGS[ended]


def _with_closed_fence(answer: str) -> str:
    """An answer whose last code block ends with it, and what follows is no code."""
    opened = ""
    for line in answer.splitlines():
        if not (fence := _FENCE.match(line)):
            continue
        mark = fence["mark"]
        if not opened:
            opened = mark
        elif mark.startswith(opened) and not fence["rest"].strip():
            opened = ""
    if opened:
        answer = f"{answer.rstrip()}\n{opened}"
    # On the line of a closing fence a mark would make it code again.
    last = answer.rsplit("\n", 1)[-1]
    return f"{answer}\n\n" if _FENCE.match(last) else answer
