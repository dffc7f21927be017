"""What was asked before is listed by day."""

from datetime import date

import pytest

from sleepdoc.reading.earlier import questions_asked

NOON = "T12:00:00+00:00"
TODAY = date(2026, 5, 14)  # a Thursday
ASKED = [
    (f"2026-05-04{NOON}", "Why?"),
    (f"2026-05-11{NOON}", "Who?"),
    (f"2026-05-13{NOON}", "What  is\na tide?"),
    (f"2026-05-14{NOON}", "When?"),
]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("yesterday", "- 2026-05-13: What is a tide?"),
        ("today", "- 2026-05-14: When?"),
        ("last time", "- 2026-05-13: What is a tide?"),
        ("last week", "- 2026-05-04: Why?"),
        ("this week", "- 2026-05-11: Who?\n- 2026-05-13: What is a tide?\n- 2026-05-14: When?"),
    ],
)
def test_of_a_day(when: str, expected: str) -> None:
    assert questions_asked(ASKED, when, TODAY) == expected


def test_of_all_days_the_latest_are_named() -> None:
    assert questions_asked(ASKED, "", TODAY).splitlines()[0] == "- 2026-05-04: Why?"
    numbered = [(f"2026-05-13{NOON}", f"{number}?") for number in range(24)]
    many = questions_asked(numbered, "so far", TODAY).splitlines()
    assert many[0] == "- 4 before these"
    assert many[1:] == [f"- 2026-05-13: {number}?" for number in range(4, 24)]


def test_where_nothing_was_asked() -> None:
    assert questions_asked([], "", TODAY) == "You have asked nothing yet."
    assert questions_asked(ASKED[:1], "today", TODAY) == "You asked nothing today."
