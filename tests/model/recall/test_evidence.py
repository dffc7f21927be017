"""An answer stands where its numbers, names and words do, and nowhere else."""

import pytest

from sleepdoc_model.recall.evidence import (
    Claim,
    around,
    borne_out_by,
    coherent,
    concerned,
    connected,
    echoed,
    echoes,
    find_evidence,
    nearest,
    plausible,
)

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


def test_what_bears_an_answer_out_is_given() -> None:
    assert (
        borne_out_by("three years", "How long?", PAGES[0][1]) == "The lease runs for three years."
    )
    assert borne_out_by("four years", "How long?", PAGES[0][1]) == ""


STORY = "Ada won. The mill burned. It was old. That was in 1998. Lin came."


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        ("Ada", "Ada won."),
        ("burned", "The mill burned. It was old. That was in 1998."),
        ("1998", "The mill burned. It was old. That was in 1998."),
        ("Lin", "Lin came."),
    ],
)
def test_sentences_are_connected_by_pronouns(words: str, sentences: str) -> None:
    start = STORY.index(words)
    assert connected(STORY, (start, start + len(words))) == sentences


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
    return concerned(question, answer, around(text, span), lambda term: rare.get(term, 1.0))


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


FEE = "May I charge a price for a copy?"


@pytest.mark.parametrize(
    ("answer", "question", "said"),
    [
        ("No, you may charge any price for a copy.", FEE, "You may charge any price for a copy."),
        ("Yes, no price may be charged.", FEE, "No price may be charged."),
        ("Yes, you may charge any price.", FEE, "Yes, you may charge any price."),
        ("No, you may not charge a price.", FEE, "No, you may not charge a price."),
        ("No, all of it is free.", FEE, "No, all of it is free."),  # other words, which may deny it
        ("No", FEE, "No"),
        ("any price", FEE, "any price"),
        ("No, a price is charged.", "Isn't a price charged?", "A price is charged."),
    ],
)
def test_a_yes_or_no_against_its_own_reason_is_left_out(
    answer: str, question: str, said: str
) -> None:
    assert coherent(answer, question) == said


def test_an_answer_is_plausible_if_it_is_of_the_type_and_no_echo() -> None:
    assert plausible("Lin Cho", "Who came after Ada?")
    assert not plausible("1998", "Who came after Ada?")
    assert not plausible("Ada", "Who came after Ada?")


HEADED = (
    "# Bruce Perens\n\nThe project had many leaders. One of them was Bruce Perens.\n\nWho paid Ada?"
)


def told(answer: str, text: str) -> tuple[str, bool]:
    found = find_evidence(answer, "Who?", [(1, text)])
    assert found is not None
    return text[found.start : found.end], found.told


def test_a_sentence_comes_before_the_heading_that_names_its_subject() -> None:
    assert told("Bruce Perens", HEADED) == ("One of them was Bruce Perens.", True)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Ada", HEADED),
        ("Lin Cho", "# Lin Cho\n\nThe cat is grey."),
        ("Lin Cho", "Chapter 2: Lin Cho\n\nThe cat is grey."),
        ("salvage", "3.1 Of salvage\n\nThe cat is grey."),
    ],
)
def test_a_heading_or_a_question_alone_tells_nothing(answer: str, text: str) -> None:
    assert not told(answer, text)[1]


@pytest.mark.parametrize(
    "text",
    ["Keeper: Lin Cho\n\nThe cat is grey.", "- Lin Cho\n\n- The cat.", "Lin Cho keeps the light."],
)
def test_other_lines_do(text: str) -> None:
    assert told("Lin Cho", text)[1]


def test_an_answer_that_needs_a_heading_and_a_sentence_is_told() -> None:
    text = "# Salvage\n\nThe fee is 30 euros."
    assert told("salvage: 30 euros", text) == (text, True)


def near(question: str, text: str, span: tuple[int, int] | None = None) -> str | None:
    found = nearest(question, [(1, text, span or (0, len(text)))], lambda term: 1.0)
    return None if found is None else text[found.start : found.end]


def test_the_sentence_nearest_to_a_question_shares_most_of_its_words() -> None:
    text = "Dogs bark. The lease may be ended in June. The lease is long."
    assert near("May the lease be ended?", text) == "The lease may be ended in June."
    assert near("May the lease be ended?", text, (43, len(text))) == "The lease is long."
    assert near("Do cats sing?", text) is None


def test_a_question_of_the_text_comes_with_what_follows_it() -> None:
    text = "Dogs bark.\n\nMay I sell copies?\n\nGo ahead. There is no fee."
    assert near("Can I sell copies of it?", text) == "May I sell copies?\n\nGo ahead."


def test_a_text_echoes_a_question_if_it_has_nearly_all_its_words() -> None:
    assert echoed("Is the cat grey?", "Grey is the colour of the cat.")
    assert not echoed("Is the cat of the keeper grey?", "The cat sleeps.")
    assert not echoed("Is it?", "It is.")
