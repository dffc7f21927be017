"""Plain instructions: of other subjects in training than in testing, answered by the base."""

import json
from pathlib import Path

import pytest

from sleepdoc_model.load import load
from sleepdoc_model.tasks import gsm8k
from sleepdoc_model.tasks.instructions import answer, main, prompts


def test_no_subject_of_testing_is_trained_on() -> None:
    train, test = prompts("train"), prompts("test")
    assert len({*train, *test}) == len(train) + len(test) > 500
    asked_in_testing = {p.removeprefix("Explain ") for p in test if p.startswith("Explain ")}
    assert "bees to a child." in asked_in_testing
    assert not any(prompt.removeprefix("Explain ") in asked_in_testing for prompt in train)
    assert not any("bees" in prompt for prompt in train)


def test_unseen_requests_are_neither_trained_on_nor_about_subjects_of_training() -> None:
    unseen = prompts("unseen")
    assert "Write a limerick about bees." in unseen
    assert not {*unseen} & {*prompts("train"), *prompts("test")}
    assert not any("limerick" in prompt for prompt in prompts("train"))
    start = "Why do people like "
    subjects = [p[len(start) : -1] for p in prompts("train") if p.startswith(start)]
    assert len(subjects) > 40
    assert not any(f" {subject}" in prompt for subject in subjects for prompt in unseen)


def test_a_request_without_a_subject_is_there_once() -> None:
    assert prompts("train").count("Hello! How are you today?") == 1


def test_an_answer_is_what_the_model_says_to_the_framed_instruction() -> None:
    engine, tokenizer = load("tiny")
    first = answer(engine, tokenizer, tokenizer.frame, "Why?", 1)
    assert first and answer(engine, tokenizer, tokenizer.frame, "Why?", 1) == first
    assert answer(engine, tokenizer, tokenizer.frame, "Why not?", 1) != first


@pytest.mark.slow
def test_instructions_are_written_in_the_format_of_gsm8k(tmp_path: Path) -> None:
    path = tmp_path / "instructions.jsonl"
    main(["--split", "test", "--count", "2", "--out", str(path)])
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert {row["question"] for row in rows} <= set(prompts("test"))
    assert [q.answer for q in gsm8k.load(path)] == [row["answer"] for row in rows]
    assert all(len(row["answer"]) > 3 for row in rows)
