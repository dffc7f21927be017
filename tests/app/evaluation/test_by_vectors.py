"""Lessons name what is right and wrong; shares and differences are counted by hand."""

import pytest
import torch

from sleepdoc.evaluation.by_vectors import Row, figures, lessons, measure
from sleepdoc.evaluation.finding import Asked
from sleepdoc.evaluation.pooled_texts import Text
from sleepdoc_model.scripted import ByteTokenizer

FILLER = "It rained on the moor all day and all night, as it always did. " * 8
PAGES = ((1, f"Ada keeps the light of Skerry. {FILLER}"), (2, f"Bo painted a light red. {FILLER}"))
ASKED = [
    Asked("Who keeps the light?", "extractive", frozenset({1}), ("Ada",)),
    Asked("Is the light red?", "yesno", frozenset({2}), ()),
]


def text() -> Text:
    index = Text("x", PAGES, ASKED, torch.empty(0), torch.empty(0), {}).index
    return Text("x", PAGES, ASKED, torch.zeros(index.size, 2), torch.zeros(2, 2), {1: "Ada"})


def test_passages_with_the_answer_are_right_and_others_with_its_words_wrong() -> None:
    asked = text()
    passages = {each.id: each for each in asked.index.load(range(asked.index.size))}
    extractive, yesno = lessons(asked)
    assert [passages[n].start for n in extractive.right] == [0]
    assert {passages[n].page for n in extractive.same} == {1}
    assert {passages[n].page for n in extractive.wrong} == {2}
    assert yesno.right == yesno.same


def test_every_question_is_asked_under_every_arm() -> None:
    asked = text()
    similar = torch.zeros(2, asked.index.size)
    similar[0, -1] = similar[1, 0] = 1.0  # vectors that mislead
    rows = list(measure(asked, similar, ByteTokenizer().encode, 180))
    found = {(row.arm, row.kind): (row.page, row.text) for row in rows}
    assert found["words", "extractive"] == found["words", "yesno"] == (True, True)
    assert found["vectors", "extractive"] == found["vectors", "yesno"] == (False, False)
    assert {row.group for row in rows} == {"Ada", "x"}


def test_differences_are_from_words_on_the_same_questions() -> None:
    def row(arm: str, group: str, *, right: bool) -> Row:
        return Row(arm, "fact", right, right, 0.002, group)

    rows = [
        row(arm, group, right=right)
        for group, by_words, by_score in (("a", False, True), ("b", True, True))
        for arm, right in (
            ("words", by_words),
            ("vectors", False),
            ("both by rank", by_words),
            ("both by score", by_score),
        )
    ]
    found = figures(rows)
    assert found["all"] == found["fact"]
    assert found["both by rank, above words"] == {"page": [0, 0, 0], "text": [0, 0, 0]}
    above = found["both by score, above words"]
    assert isinstance(above, dict) and above["page"] == pytest.approx([0.5, 0.0, 1.0])
