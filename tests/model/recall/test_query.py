"""What a question asks for."""

import random

import pytest

from sleepdoc_model.recall.english import stem
from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.query import Turn, ask, leans

TURNS = [
    Turn("Who kept the lamp?", "Nobody knows."),
    Turn("Who wrote the music for The Village Coquettes?", "John Hullah, in 1836."),
]


def test_stop_words_do_not_count() -> None:
    assert ask("What did the keeper of the lamp write?").own == terms("keeper lamp write")
    assert ask("How long is the pier of Oslo?").own == ["pier", "oslo"]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Will take to the island?", "will_"),
        ("Which letter did May write?", "may_"),
        ("Which office does IT run?", "it__"),
        ("IT office hours in winter?", "it__"),
        ("Where is the US mail kept?", "us__"),
    ],
)
def test_names_that_are_stop_words_count(question: str, name: str) -> None:
    assert name in ask(question).own


@pytest.mark.parametrize(
    "question", ["Will the keeper write a letter?", "May the keeper of it write a letter?"]
)
def test_the_first_word_of_a_question_is_no_name(question: str) -> None:
    assert ask(question).own == terms("keeper write letter")


def test_with_little_left_all_words_are_looked_for() -> None:
    weights = ask("who is will").weights
    assert {"will", "will_", "will__"} <= weights.keys() and max(weights.values()) < 1
    assert "will" not in ask("What will the keeper write?").weights


def test_words_of_the_same_meaning_count_less() -> None:
    weights = ask("What does the ticket cost?").weights
    assert 0 < weights["price"] < weights["cost"] == 1


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Where was she born?", True),
        ("And who paid for it?", True),
        ("Why?", True),
        ("In which theatre did that operetta have its first performance?", True),
        ("What is this document about money?", False),
        ("Why are codenames used during development?", False),
        ("Which theatre in London burned down?", False),
        ("How do I list all files that belong to the package foo?", False),
    ],
)
def test_some_questions_lean_on_the_turns_before(question: str, expected: bool) -> None:
    assert leans(question) is expected


def test_a_leaning_question_takes_names_and_answers_over() -> None:
    weights = ask("In which theatre did that have its first performance?", TURNS).weights
    assert weights[stem("theatre")] == 1
    assert 0 < weights["music"] < weights["coquett"] < 1
    assert weights["hullah"] == weights["1836"] == weights["coquett"]
    assert weights["lamp"] < weights["music"], "the turn before that counts less"
    assert "hullah" not in ask("Which theatre in London burned down?", TURNS).weights
    assert ask("Where was she born?", []).own == ["born"]


def test_any_text_is_a_question_and_a_long_one_is_cut_short() -> None:
    chance = random.Random(5)
    alphabet = [chr(code) for code in range(0x250)] + list("\"'()*:^{}-+,.;東\u0300\u202e")
    for _ in range(300):
        text = "".join(chance.choices(alphabet, k=chance.randint(1, 40)))
        ask(text, [Turn(text, text)])
    long = ask(" ".join(f"word{number}" for number in range(20_000)))
    assert len(long.own) == 64


def test_in_capitals_throughout_no_word_is_a_name() -> None:
    assert ask("WHERE WILL THE SHIP SAIL?").own == ask("where will the ship sail?").own
