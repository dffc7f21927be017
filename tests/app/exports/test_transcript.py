"""A transcript as a reader of Markdown sees it, whatever the answers leave open."""

from typing import Any

import pytest
from markdown_it import MarkdownIt

from sleepdoc.exports.summary import Summary
from sleepdoc.exports.transcript import transcript
from sleepdoc.store import StoredTurn
from sleepdoc.store.types import Position

SUMMARY = Summary(
    conversation="pump",
    document="Pump script",
    file="code.md",
    sha256="0" * 64,
    pages=1,
    page=1,
    tokens=40,
    slept=40,
    sleeps=1,
    passes=1,
    model="scripted",
    fingerprint="none",
    snapshot=None,
    created="",
    last_used="",
    size=1,
)


def turn(answer: str, **info: Any) -> StoredTurn:
    info.setdefault("citations", [{"label": "1", "quote": "The pump."}])
    place = Position(read=40, slept=40, page=1)
    return StoredTurn(1, "Which script?", answer, False, place, 1, info)


def written(*turns: StoredTurn) -> str:
    return transcript(SUMMARY, turns, "md").decode()


def headings(markdown: str) -> int:
    tokens = MarkdownIt().parse(markdown.split("---\n", 2)[2])
    return sum(token.type == "heading_open" and token.tag == "h2" for token in tokens)


@pytest.mark.parametrize(
    "answer",
    [
        'Here it is:\n\n```python\nprint("hello',
        "```sh\npump --start\n```",
        "~~~~\n```\n~~~\n",
        "```\na\n```\n\n```\nb",
        "- a list\n  ```\n  code",
        "``` a ` b\nno fence",
        "Text\u2028```\nand text",
        "As in HTML:\n\n<!-- a comment",
        "<pre>\ncode",
        "1. one\n   ~~~\n\n   two",
        "No code at all.",
    ],
    ids=[
        *("open", "closed", "another fence inside", "the second one open", "in a list"),
        *("no fence", "no line", "comment", "element", "in a numbered list", "none"),
    ],
)
def test_what_follows_a_code_block_is_no_code(answer: str) -> None:
    markdown = written(turn(answer), turn("It is kept in the shed."))
    assert headings(markdown) == 2
    assert markdown.count("[^1]") == 2, "a mark and its note"


def test_how_an_answer_ended_is_said() -> None:
    assert "It is *(cut at the most tokens)*[^1]" in written(turn("It is", ended="length"))
    assert "*(ended, as it repeated itself)*" in written(turn("A a a", ended="repetition"))
    assert "*(" not in written(turn("It is kept in the shed.", ended="stop"))


@pytest.mark.parametrize(
    ("verdict", "lookup", "said"),
    [
        ("verified", "", "Yes *(verified)*"),
        ("quoted", "", "Yes *(quoted, not sure to answer)*"),
        ("from memory", "", "Yes *(on no page in these words)*"),
        ("quoted", "looked up", "Yes["),
        ("", "", "Yes["),
    ],
)
def test_what_an_answer_rests_on_is_said(verdict: str, lookup: str, said: str) -> None:
    read = [{"label": "1", "quote": "Pump 1."}]
    assert said in written(turn("Yes", citations=read, verdict=verdict, lookup=lookup))


def test_notes_are_of_what_an_answer_stands_on() -> None:
    read = [{"label": str(n), "quote": f"Pump {n}."} for n in (1, 2)]

    def notes(verdict: str, lookup: str = "") -> int:
        markdown = written(turn("Yes", citations=read, verdict=verdict, lookup=lookup))
        return markdown.count("]: p. ")

    assert [notes("verified"), notes("quoted")] == [1, 1]
    assert [notes("from memory"), notes("not found")] == [0, 0]
    assert notes("verified", lookup="searched in the text") == 2
    assert notes("") == 2, "never checked: of before verdicts"
