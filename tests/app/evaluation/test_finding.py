"""Shares are counted by page and by text."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sleepdoc.evaluation.finding import BUDGETS, Asked, asked_of, measure, mixture, table
from sleepdoc.store import Store
from sleepdoc_model.scripted import ByteTokenizer

LINES = [
    {
        "passage": f"Ada{n} keeps the light of Skerry number {n}. " + "It rained all day. " * 20,
        "questions": [
            {"question": f"What does Ada{n} keep?", "answers": ["the light"], "kind": "fact"},
            {"question": f"Who is zeppelin{n}?", "answers": ["Bo"], "kind": "absent"},
        ],
    }
    for n in range(8)
]


def test_pages_and_texts_found_are_counted(tmp_path: Path) -> None:
    document, asked = mixture(Path("x.jsonl"), LINES)
    with Store.open(tmp_path / "x.db") as store:
        store.add_document(document)
        results = list(measure(store, document, asked, ByteTokenizer().encode))
    assert len(results) == 16 * len(BUDGETS)
    assert all(r.page and r.text for r in results if r.kind == "fact")
    assert not any(r.text for r in results if r.kind == "absent")
    assert "fact             8   100.0% 100.0%" in table(results)


def test_evidence_is_sought_on_its_page_or_wherever_it_stands() -> None:
    document, _ = mixture(Path("x.jsonl"), LINES)
    evidence = "Ada3 keeps\nthe light of Sker-\nry"
    fields = {"question": "Who?", "kind": "fact", "evidence": evidence}
    assert asked_of(document, [fields, {"question": "Why?", "kind": "absent"}]) == [
        Asked("Who?", "fact", frozenset({4}), (evidence,))
    ]
    (asked,) = asked_of(document, [fields | {"index": 1, "also": [2]}])
    assert asked.pages == {1, 2}


@pytest.mark.slow
def test_a_folder_of_documents_is_measured(tmp_path: Path) -> None:
    (tmp_path / "lamp.txt").write_text("Ada keeps the light. " + "It rained. " * 40, "utf-8")
    question = {"question": "Who keeps the light?", "kind": "fact", "evidence": "Ada keeps"}
    lines = [
        {"id": "a", "file": "lamp.txt", "questions": [question]},
        {"id": "b", "file": "gone.txt", "questions": [question]},
    ]
    data = tmp_path / "questions.jsonl"
    data.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    command = [sys.executable, "-m", "sleepdoc.evaluation.finding", "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "gone.txt" in done.stdout and "fact             1   100.0% 100.0%" in done.stdout
