"""Which passage answers most surely."""

from collections.abc import Callable, Sequence

import pytest

from sleepdoc_model.recall.surest import MOST, surest, wants_phrase, wants_reason, wants_reply

Read = tuple[float, str, float]
"""Absence, what is said, and how likely that is."""


def chosen(*passages: Read) -> tuple[int | None, str, Sequence[str]]:
    """The place chosen, what is said there, and all that was written."""
    written: list[str] = []

    def say(place: int) -> tuple[str, float]:
        written.append(passages[place][1])
        return passages[place][1:]

    place, said = surest(len(passages), lambda place: passages[place][0], say)
    return place, said, written


def test_the_one_that_answers_most_surely_is_chosen() -> None:
    assert chosen((0.6, "red", 0.9), (0.1, "blue", 0.9))[:2] == (1, "blue")


def test_how_likely_the_words_are_counts_too() -> None:
    assert chosen((0.1, "red", 0.01), (0.1, "blue", 0.9))[:2] == (1, "blue")


def test_of_two_that_are_nearly_alike_the_first_is_chosen() -> None:
    assert chosen((0.2, "red", 0.9), (0.1, "blue", 0.9))[:2] == (0, "red")


def test_what_cannot_win_is_not_written() -> None:
    assert chosen((0.1, "red", 0.9), (0.7, "blue", 0.9))[2] == ["red"]


def test_only_the_best_by_search_are_read() -> None:
    dark = (0.99, "nothing", 0.01)
    assert chosen(*[dark] * MOST, (0.0, "blue", 1.0))[1] == "nothing"


def test_without_a_passage_there_is_nothing_to_choose() -> None:
    with pytest.raises(ValueError, match="no passage"):
        chosen()


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("What colour was the boat?", True),
        ("In which year did it sink?", True),
        ("How many boats were there?", True),
        ("How did the keeper feel when it sank?", True),
        ("warranty length?", True),
        ("And who paid for it?", True),
        ("Why was it painted?", False),
        ("For what reason, and how did it sink?", False),
        ("How do I paint a boat?", False),
        ("Is the boat blue?", False),
        ("Doesn't it sink?", False),
        ("List the colours.", False),
        ("What happens if it sinks?", False),
        ("What became of the boat?", False),
    ],
)
def test_questions_for_a_phrase_are_known_by_how_they_are_put(question: str, phrase: bool) -> None:
    assert wants_phrase(question) is phrase


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Why was it painted?", True),
        ("And how do I paint a boat?", True),
        ("How many boats were there?", False),
        ("What happens if it sinks?", True),
        ("And what will become of the boat?", True),
        ("What did happen?", False),
        ("Is it known why it sank?", False),
        ("List the colours.", False),
    ],
)
def test_questions_for_a_reason_or_a_way_are_known_too(question: str, reason: bool) -> None:
    assert wants_reason(question) is reason


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("Is the boat blue?", True),
        ("Doesn't it sink?", True),
        ("And may I paint it?", True),
        ("What is blue?", False),
        ("List the colours.", False),
    ],
)
def test_questions_for_yes_or_no_are_known(question: str, reply: bool) -> None:
    assert wants_reply(question) is reply


def test_what_cannot_be_an_answer_gives_way_to_what_can() -> None:
    said = [("Leeds", 0.9), ("1998", 0.9)]

    def choose(fits: Callable[[str], bool], absence: float) -> tuple[int | None, str]:
        return surest(2, (0.1, absence).__getitem__, said.__getitem__, fits=fits)

    assert choose(lambda said: True, 0.1) == (0, "Leeds")
    assert choose(str.isdigit, 0.1) == (1, "1998")
    assert choose(str.isdigit, 0.8) == (0, "Leeds")  # the other hardly answers at all


@pytest.mark.parametrize(
    ("alone", "found"),
    [
        ((0.1, "red", 0.5), (None, "blue")),
        ((0.1, "red", 0.9), (0, "red")),
        ((0.6, "red", 0.9), (None, "blue")),
    ],
)
def test_what_all_say_together_gives_way_to_one_that_is_much_surer(
    alone: Read, found: tuple[int | None, str]
) -> None:
    together = 0.1, "blue", 0.3
    assert surest(1, lambda _: alone[0], lambda _: alone[1:], together=together) == found


def test_a_passage_that_cannot_win_is_not_read() -> None:
    read: list[int] = []

    def absence(place: int) -> float:
        read.append(place)
        return 0.0

    surest(MOST, absence, lambda _: ("red", 1.0), together=(0.0, "blue", 0.3))
    assert read == [0]


def test_what_would_be_refused_gives_way_to_what_would_not() -> None:
    said = [("red", 0.01), ("blue", 0.9)]

    def choose(refused: float, *absence: float) -> tuple[int | None, str]:
        return surest(2, absence.__getitem__, said.__getitem__, refused=refused)

    assert choose(1.0, 0.2, 0.5) == choose(0.6, 0.2, 0.5) == (1, "blue")
    assert choose(0.4, 0.2, 0.5) == (0, "red")
    assert choose(0.4, 0.5, 0.6) == (1, "blue")  # either is refused
    assert surest(2, (0.5, 0.2).__getitem__, said[::-1].__getitem__, refused=0.4) == (1, "red")
