"""Both arms get the same questions; shares and differences are counted by hand."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch

from sleepdoc.evaluation.by_vectors import ARMS, Row, compared, figures
from sleepdoc.evaluation.finding import Asked, mixture
from sleepdoc.store import Store
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.training.recall_vectors.states import PooledStates

LINES = [{"passage": f"Ada met cat {n}.", "questions": []} for n in range(1, 61)]


def test_likeness_tells_passages_apart_that_have_the_same_words(tmp_path: Path) -> None:
    document, _ = mixture(Path("x.jsonl"), LINES)
    asked = [
        Asked("Who met the cat?", "extractive", frozenset({58}), ("cat 58",)),
        Asked("Did Ada meet a cat?", "yesno", frozenset({59}), ()),
    ]
    similar = torch.zeros(2, 60)
    similar[0, 57] = similar[1, 58] = 1.0
    states = cast(PooledStates, SimpleNamespace(tokenizer=ByteTokenizer()))
    with Store.open(tmp_path / "x.db") as store:
        store.add_document(document)
        rows = list(compared(store, document, asked, ["a", "b"], similar, states))
    assert [(row.arm, row.group) for row in rows] == [(arm, g) for arm in ARMS for g in "ab"]
    assert [(row.page, row.text) for row in rows] == [(False, False)] * 2 + [(True, True)] * 4
    assert all(row.seconds > 0 for row in rows)


def test_by_vectors_alone_the_nearest_passages_are_taken_while_there_is_room(
    tmp_path: Path,
) -> None:
    lines = [{"passage": f"{n:02} {'x' * 145}.", "questions": []} for n in range(1, 61)]
    document, _ = mixture(Path("x.jsonl"), lines)
    pages = [3, 50, 7, 8]
    asked = [Asked(f"Where is {n}?", "extractive", frozenset({n}), (f"{n:02}",)) for n in pages]
    similar = torch.zeros(4, 60)
    similar[:, [page - 1 for page in pages]] = torch.tensor([0.2, 0.9, 0.4, 0.1])
    states = cast(PooledStates, SimpleNamespace(tokenizer=ByteTokenizer()))
    with Store.open(tmp_path / "x.db") as store:
        store.add_document(document)
        rows = list(compared(store, document, asked, pages, similar, states))
    # A passage has 149 bytes: two have room.
    assert [row.page for row in rows if row.arm == "vectors"] == [False, True, True, False]


def test_differences_are_from_words_on_the_same_questions() -> None:
    rows = [
        Row(arm, "fact", right, right, group, 0.25 if right else 0.75)
        for group, *found in (("a", False, True, False), ("b", True, True, False))
        for arm, right in zip(ARMS, found, strict=True)
    ]
    found = figures(rows)
    assert found["all"] == found["fact"]
    fact = found["fact"]
    assert isinstance(fact, dict) and fact["questions"] == 2
    assert fact["page"] == fact["text"]
    assert [fact["page"][arm] for arm in ARMS] == [0.5, 1.0, 0.0]
    assert fact["page"]["more"] == pytest.approx([0.5, 0.0, 1.0])
    assert fact["milliseconds"] == {"words": 500.0, "with vectors": 250.0, "vectors": 750.0}
