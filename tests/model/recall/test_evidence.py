"""An answer stands where its numbers, names and words do, and nowhere else."""

import pytest

from sleepdoc_model.recall.evidence import Claim, concerned, echoes, find_evidence

PAGES = [
    (1, "The lease runs for three years. Mrs Okonkwo pays 1,350 euros a month. The cat is grey."),
    (2, "In 1998 the mill burned down. It was rebuilt by Ada Byron two years later."),
    (3, "Will Turner took the boat. The boat was painted blue in 2004."),
]


def stands(answer: str, question: str = "What?") -> str | None:
    found = find_evidence(answer, question, PAGES)
    return None if found is None else dict(PAGES)[found.page][found.start : found.end]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("three years", "The lease runs for three years."),
        ("1350 euros", "Mrs Okonkwo pays 1,350 euros a month."),
        ("It was rebuilt by Ada Byron.", "It was rebuilt by Ada Byron two years later."),
        ("painting it blue", "The boat was painted blue in 2004."),
        ("No, the cat is grey.", "The cat is grey."),
    ],
)
def test_the_sentence_that_bears_an_answer_out_is_found(answer: str, sentence: str) -> None:
    assert stands(answer) == sentence


@pytest.mark.parametrize(
    "answer",
    [
        *("1,355 euros", "Ada Lovelace", "four years", "1997", "a wooden boat painted blue"),
        "The cat is grey and the dog is brown.",
    ],
)
def test_another_number_name_or_word_is_no_evidence(answer: str) -> None:
    assert stands(answer) is None


def test_two_sentences_may_bear_out_what_neither_does_alone() -> None:
    assert stands("The mill burned in 1998 and was rebuilt by Byron") == PAGES[1][1]


def test_sentences_on_different_pages_do_not() -> None:
    assert stands("In 2004 the mill burned down") is None


def test_of_several_places_the_question_decides() -> None:
    pages = [(1, "Ada was born in 1815."), (2, "In 1815 a battle was fought at Waterloo.")]
    found = find_evidence("1815", "When was the battle of Waterloo?", pages)
    assert found is not None and found.page == 2


@pytest.mark.parametrize("answer", ["Yes", "No.", "", "it is"])
def test_what_claims_nothing_stands_nowhere(answer: str) -> None:
    assert Claim.of(answer).empty
    assert stands(answer) is None


def about(question: str, answer: str, place: str, text: str) -> float:
    start = text.index(place)
    rare = {"mill": 3.0}
    span = (start, start + len(place))
    return concerned(question, answer, text, span, lambda term: rare.get(term, 1.0))


def test_a_place_concerns_a_question_by_the_words_about_it() -> None:
    text = "The mill is old. It burned in 1998. Ada came. The boat is blue. Grass grows."
    ask = "When did the mill burn at Leeds?"
    assert about(ask, "1998", "It burned in 1998.", text) == 0.8  # Leeds is not there
    assert about(ask, "blue", "Grass grows.", text) == 0
    assert about("When did it burn?", "burned in 1998", "Grass grows.", text) == 1  # asks no more


@pytest.mark.parametrize(
    ("answer", "question", "expected"),
    [
        ("Bruce Perens", "Who led Debian after Bruce Perens?", True),
        ("Ian Jackson", "Who led Debian after Bruce Perens?", False),
        ("Ada Byron", "Who is older, Ada Byron or Lin Cho?", False),
        ("the", "Who?", False),
    ],
)
def test_what_the_question_said_is_no_answer(answer: str, question: str, expected: bool) -> None:
    assert echoes(answer, question) is expected
