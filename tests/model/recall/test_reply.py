"""Yes and no are borne out only by what does not say the opposite."""

import pytest

from sleepdoc_model.recall.reply import agrees, negates, reason


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Yes, the lease ends.", "the lease ends."),
        ("yes - it does", "it does"),
        ("Yes it does", "it does"),
        ("No. It goes on.", "It goes on."),
        ("No", ""),
        ("Yes.", ""),
        ("No boats are let.", None),
        ("Nobody", None),
        ("Yesterday", None),
        ("The lease ends.", None),
        ("", None),
    ],
)
def test_the_reason_is_what_follows_yes_or_no(answer: str, expected: str | None) -> None:
    assert reason(answer) == expected


@pytest.mark.parametrize(
    "text", ["It isn't free.", "It isn\u2019t free.", "You cannot.", "NO dogs"]
)
def test_negation_is_known_by_its_words(text: str) -> None:
    assert negates(text)


@pytest.mark.parametrize("text", ["A note is kept.", "A knot", "It is free, in the north."])
def test_other_words_negate_nothing(text: str) -> None:
    assert not negates(text)


FREE = "Is copying free?"


@pytest.mark.parametrize(
    ("answer", "question", "evidence", "echoed", "expected"),
    [
        ("Yes, copying is free.", FREE, "Copying is free.", True, True),
        ("Yes, copying is free.", FREE, "Copying is not free.", True, False),
        ("Yes, copying isn't free.", FREE, "Copying isn't free.", True, False),
        ("Yes, copying isn't free.", FREE, "Copying is free.", True, False),
        ("No, a copy does not cost a euro.", FREE, "A copy costs a euro.", False, False),
        ("No, copying is not free.", FREE, "Copying is not free.", True, True),
        ("No, copying is not free.", FREE, "Copying is free.", True, False),
        ("No, copying is free.", FREE, "Copying is free.", True, False),
        ("No, every copy costs a euro.", FREE, "Every copy costs a euro.", False, True),
        ("No, copying is prohibited.", FREE, "Copying is prohibited.", False, True),
        ("Yes, copying is free.", "Isn't copying free?", "Copying is free.", True, True),
        ("Yes, it is forbidden.", "Is it forbidden?", "It is forbidden.", True, True),
        ("It is not free.", "What of copies?", "It is free.", False, False),
        ("It is not free.", "What of copies?", "It is not free.", False, True),
        ("three", "How many?", "There are no more than three.", False, True),
    ],
)
def test_an_answer_and_its_evidence_must_not_contradict(
    answer: str, question: str, evidence: str, echoed: bool, expected: bool
) -> None:
    assert agrees(answer, question, evidence, echoed=echoed) is expected
