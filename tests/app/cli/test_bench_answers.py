"""`sleepdoc bench answers` end to end, with the scripted model."""

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import STORY, Run

QUESTIONS = [
    {
        "question": "Where did Ambrose sail to?",
        "answers": ["Valparaiso"],
        "evidence": "Ambrose sailed to Valparaiso in the end",
        "index": 1,
    },
    {"question": "Who painted the lamps?", "answers": []},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "lamps.txt").write_text(STORY[-1500:], "utf-8")
    lines: list[dict[str, Any]] = [
        {"id": "lamps", "file": "lamps.txt", "questions": QUESTIONS},
        {"document": "Lamp 1 is lit at dusk.", "questions": QUESTIONS[1:]},
    ]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_figures_by_arm_and_kind(run: Run, data: Path) -> None:
    done = run("bench", "answers", "--data", data, "--arms", "shipped,closed", "--json")
    figures = done.json["figures"]
    assert set(figures) == {"shipped", "closed"}
    assert figures["shipped"]["fact"]["page_recalled"] == 1
    assert figures["shipped"]["fact"]["evidence_recalled"] == 1
    assert figures["closed"]["fact"]["page_recalled"] == 0  # nothing is recalled
    assert figures["shipped"]["absent"]["questions"] == 2
    assert "f1" not in figures["shipped"]["absent"]


def test_what_was_asked_is_not_asked_again(run: Run, data: Path, tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    command = ("bench", "answers", "--data", data, "--results", results, "--show")
    assert run(*command).code == 0
    head, *before = rows(results)
    assert [row["question"] for row in before] == [q["question"] for q in QUESTIONS[:2]] + [
        QUESTIONS[1]["question"]
    ]
    torn = json.dumps(before[1])[:20]
    results.write_text(f"{json.dumps(head)}\n{json.dumps(before[0])}\n{torn}", "utf-8")
    assert run(*command).code == 0
    again = rows(results)[1:]
    times = {"seconds": 0, "first_token": 0}
    assert [row | times for row in again] == [row | times for row in before]


def test_results_of_other_data_are_left_alone(run: Run, data: Path, tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    command = ("bench", "answers", "--data", data, "--results", results)
    assert run(*command).code == 0
    before = results.read_text("utf-8")
    assert run(*command, "--recall", "100").code == 7
    document = tmp_path / "lamps.txt"
    text = document.read_text("utf-8")
    document.write_text(text.replace("Ambrose", "Ambrosia"), "utf-8")
    assert run(*command).code == 7  # the same questions about another text
    document.write_text(text, "utf-8")
    assert run(*command).code == 0
    data.write_text(data.read_text("utf-8").replace("Ambrose", "Ambrosia"), "utf-8")
    changed = run(*command)
    assert changed.code == 7 and "of other data" in changed.err
    assert results.read_text("utf-8") == before


def test_kept_conversations_are_as_they_were(run: Run, data: Path, tmp_path: Path) -> None:
    kept = ("bench", "answers", "--data", data, "--db", tmp_path / "kept.db")
    assert run(*kept).code == 0
    listed = run("ls", "--json", "--db", tmp_path / "kept.db").json
    assert run(*kept).code == 0
    assert run("ls", "--json", "--db", tmp_path / "kept.db").json == listed
    for each in listed["conversations"]:
        assert (
            run("show", each["conversation"], "--json", "--db", tmp_path / "kept.db").json["turns"]
            == []
        )


def test_a_document_that_cannot_be_read_is_left_out(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "lamps.txt").unlink()
    done = run("bench", "answers", "--data", data, "--json")
    assert "lamps.txt" in done.err and "Left out" in done.err
    assert set(done.json["figures"]["shipped"]) == {"absent"}


@pytest.mark.parametrize(
    ("line", "options", "code", "reason"),
    [
        ('{"id": 1}', (), 3, "line 1: no 'questions'"),
        ("[", (), 3, "line 1: not JSON"),
        ("", (), 2, "no documents"),
        ('{"document": "x", "questions": []}', ("--arms", "psychic"), 2, "no arm 'psychic'"),
    ],
)
def test_refusals(
    run: Run, tmp_path: Path, line: str, options: tuple[str, ...], code: int, reason: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line + "\n", "utf-8")
    done = run("bench", "answers", "--data", path, *options)
    assert done.code == code
    assert reason in done.err and done.err.count("\n") == 1
