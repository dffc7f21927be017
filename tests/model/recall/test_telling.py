"""Which sentences tell most, and which questions a text answers."""

from dataclasses import dataclass

import pytest

from sleepdoc_model.recall.questions import Candidate, candidates, spread
from sleepdoc_model.recall.telling import Sentence, central, lead, prose, telling


@dataclass(frozen=True)
class Page:
    number: int
    text: str


PAGES = [
    Page(
        1,
        "Contents\n\n1 Tides . . . . . . . . . . . . . . . . . . . . . . . . . . . . . 3\n\n"
        "x = f(y) + g(z) * 17 - h(12) / 4; q = 9 * (8 + 7) - 6 * (5 + 4);\n\n"
        "- The lighthouse of Skerryvore was built by Alan Stevenson over six years.",
    ),
    Page(
        2,
        "The tower stands on a reef that is covered by the sea at every high tide.\n"
        "Its stones were cut on the island of Mull and carried to the reef by boats.\n"
        "Keepers lived in the tower, and the keepers trimmed the lamp of the tower at night.\n"
        "Somebody once sold a horse to an innkeeper in a town that was far away.\n"
        "The keepers of the tower wrote down the weather and the lamp's hours every day.",
    ),
]


def test_running_text_is_told_from_the_rest() -> None:
    found = list(prose(PAGES))
    assert found[0].text.startswith("The lighthouse of Skerryvore")
    assert len(found) == 6
    for each in found:
        text = PAGES[each.page - 1].text[each.start : each.end]
        assert " ".join(text.split()) == each.text
    assert lead(PAGES) == found[0]
    assert lead([]) is None


def test_the_beginning_tells_most_then_what_the_text_is_about() -> None:
    found = list(prose(PAGES))
    told = list(telling(found))
    assert sorted(told, key=found.index) == found
    assert told[:3] == found[:3]
    assert "keepers trimmed the lamp" in told[3].text
    assert central(found[3:]) == told[3]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("GLE is a graphics scripting language for figures.", "What is GLE?"),
        ("The zoo package is a collection of methods.", "What is the zoo package?"),
        ("A quire is a gathering of sheets.", "What is a quire?"),
        (
            "\u201cContent\u201d refers to what the site shows.",
            "What does \u201cContent\u201d mean?",
        ),
    ],
)
def test_a_definition_is_asked_for(sentence: str, question: str) -> None:
    assert candidates([], [Sentence(3, 0, 1, sentence)]) == [Candidate(question, 3)]


@pytest.mark.parametrize(
    "sentence",
    [
        "This is a document about tides.",
        "The result is a matter of taste.",
        "Weller is a servant of Mr Pickwick.",
        "It is an island.",
        "The tide was a danger to boats.",
    ],
)
def test_what_defines_nothing_is_not(sentence: str) -> None:
    assert candidates([], [Sentence(3, 0, 1, sentence)]) == []


def test_a_question_of_the_text_itself_comes_first() -> None:
    headings = [("1.2 What is Debian?", 4), ("Preface", 1), ("What?", 2)]
    found = candidates(headings, [Sentence(9, 0, 1, "GLE is a scripting language.")])
    assert found == [Candidate("What is Debian?", 4), Candidate("What is GLE?", 9)]


def test_questions_are_spread_over_the_document() -> None:
    every = [Candidate(f"What is {n}?", n) for n in range(10)]
    assert [each.page for each in spread(every, 3)] == [0, 3, 6]
    assert list(spread(every[:2], 3)) == every[:2]
