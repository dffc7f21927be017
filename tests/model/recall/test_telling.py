"""Which sentences tell most of what a text is about."""

from dataclasses import dataclass

import pytest

from sleepdoc_model.recall.prose import Sentence, prose
from sleepdoc_model.recall.telling import central, lead, of_itself, representative, telling


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
    assert central(found[3:], {told[3].text}) != told[3]


def sentences(*texts: str) -> list[Sentence]:
    return [Sentence(1, 0, len(text), text) for text in texts]


BEGINNING = sentences(
    "It was built in six years by men who lived on the reef.",
    "Why does the tower stand on a reef that the sea covers?",
    "Sailors have always feared the coast of the island.",
    "The lamp of the tower is trimmed every night by its keeper.",
)
SAID = "This chapter describes the keepers and their lamp."


def test_what_stands_for_a_chapter_can_stand_alone() -> None:
    assert representative(BEGINNING, "").text.startswith("Sailors")
    assert representative(BEGINNING, "4 The lamp").text.startswith("The lamp")
    assert representative(BEGINNING, "4 The lamp", known="Lamps of Mull").text.startswith("Sailors")
    assert representative(BEGINNING[:1], "") == BEGINNING[0], "there is no other"
    asked = sentences("Please read these Terms of Service before you use the tower.")
    assert representative([*asked, *BEGINNING], "Terms of Service").text.startswith("Sailors")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SAID, True),
        ("In this paper, we measure how far the lamp is seen.", True),
        ("We propose a lamp that is seen from farther away.", True),
        ("These Terms of Service (the \u201cTerms\u201d) govern how you use the lamp.", True),
        ("This Agreement, with its annex, is the whole contract between you and us.", True),
        ("These terms set out who may trim the lamp.", True),
        ("These Terms also govern the lamps of other towers.", False),
        ("You may end this Agreement between you and us.", False),
        ("This chapter describes how these are achieved with a lamp.", False),
        ("This lamp describes a circle in the sky above the sea.", False),
        ("The keeper describes the lamp in his journal of the year.", False),
    ],
)
def test_what_a_text_says_of_itself(text: str, expected: bool) -> None:
    assert bool(of_itself(sentences(text))) is expected


def test_what_a_part_says_of_itself_is_not_of_the_whole() -> None:
    tutorial = sentences("This tutorial shows how a lamp is trimmed.")
    assert of_itself(tutorial) and not of_itself(tutorial, ["Tutorial"])
    short = sentences("Short version: this lamp is yours and so is its light.")
    assert of_itself(short) and not of_itself(short, [])
