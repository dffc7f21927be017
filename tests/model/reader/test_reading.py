"""The reading benchmark asks what it says, and counts what was answered."""

from pathlib import Path

import pytest

from sleepdoc_model.evaluation import plain_talk
from sleepdoc_model.evaluation.passages import Item, items
from sleepdoc_model.evaluation.reading import ReadingBenchmark, Row, figures
from sleepdoc_model.load import load
from sleepdoc_model.reader import ABSENT
from sleepdoc_model.training.reader.retrieval import Retriever, pieces
from sleepdoc_model.training.reader.sources import Asked, Text

TEXTS = [
    Text(
        "tales",
        name,
        (f"The painter {name} was born in {place}. He died in Rome.",),
        (Asked(f"Where was the painter {name} born?", (place,), "fact"),),
    )
    for name, place in zip(
        ["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal"],
        ["Leeds", "Turin", "Oslo", "Paris", "Riga", "Lyon", "Bern", "Cork"],
        strict=True,
    )
]
POOL = Retriever([p for text in TEXTS for p in pieces(text.passages[0])])


def item(answers: tuple[str, ...], document: str = "text", kind: str = "fact") -> Item:
    return Item("tales", kind, "Where?", answers, ("A passage.",), document)


def test_one_question_in_seven_is_asked_without_its_passage() -> None:
    found = items(TEXTS, POOL, count=8)
    assert [i.kind for i in found].count("absent") == 1
    for each in found:
        own = [p for p in each.passages if p == each.document]
        assert len(own) == (0 if each.kind == "absent" else 1)
        assert len(each.passages) > 1


def test_the_budget_bounds_what_is_found_besides() -> None:
    for each in items(TEXTS, POOL, count=6, budget=110):
        assert sum(map(len, each.passages)) <= 110


def test_figures_count_answers_and_refusals_apart() -> None:
    rows = [
        Row(item(("Leeds",), "a"), "Leeds"),
        Row(item(("Turin",), "b"), ABSENT),
        Row(item((), "c", "absent"), "the document does not say"),
        Row(item((), "d", "absent"), "Rome"),
    ]
    found = figures(rows)
    assert found["fact"]["f1"] == found["fact"]["exact"] == 0.5
    assert found["fact"]["says_absent"] == found["absent"]["says_absent"] == 0.5
    assert found["answerable"]["questions"] == 2
    assert "f1" not in found["absent"]


@pytest.mark.parametrize("arm", ["reader", "own", "other", "closed"])
def test_every_arm_answers_every_item(arm: str, tmp_path: Path) -> None:
    engine, tokenizer = load("tiny")
    asked = [item(("Leeds",), "one text"), item(("Turin",), "another text")]
    rows = list(ReadingBenchmark(engine, tokenizer).run(asked, arm))
    assert [row.item for row in rows] == asked


def test_closed_has_no_passages_and_own_has_another_memory_than_other() -> None:
    engine, tokenizer = load("tiny", seed=3)
    asked = [item(("Leeds",), "one text that is long enough"), item(("Turin",), "quite another")]
    answers = {
        arm: [row.answer for row in ReadingBenchmark(engine, tokenizer).run(asked, arm)]
        for arm in ("reader", "own", "other", "closed")
    }
    assert len(set(map(tuple, answers.values()))) == 4


def test_plain_talk_is_compared_answer_by_answer() -> None:
    found = plain_talk.figures({"base": [(2.0, 4), (6.0, 4)], "reader": [(3.0, 4), (6.0, 4)]})
    base, reader = found
    assert (base["nll"], base["excess"]) == (1.0, 0.0)
    assert (reader["nll"], reader["excess"]) == (1.125, 0.125)


def test_the_loss_of_an_answer_is_minus_its_likelihood() -> None:
    engine, tokenizer = load("tiny")
    found = plain_talk.loss(engine, tokenizer, "Why?", "So.", reading=True)
    frame = tokenizer.frame
    engine.reset_window(frame.prefix, reading=True)
    engine.prefill(frame.asked(tokenizer.encode("Why?")))
    expected = engine.score([*tokenizer.encode("So."), frame.answer_close[0]])
    assert found == (-sum(expected), len(expected))
