"""A number is told of the thing that it was asked of."""

import pytest

from sleepdoc_model.recall.numbered import numbers_meet


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How many packages had Debian 2.0?", "Debian 1.1 had Linux kernel 2.0.", False),
        ("How many packages had Debian 2.0?", "In Debian 2.0 there were 1,500.", True),
        ("How many packages had Debian 2.0?", "Version 2 had 0 of them.", False),
        ("Who led it in 1996?", "Bruce Perens: April 1996 to December 1997.", True),
        ("Who led it in 1996?", "Bruce Perens led it in 1997.", False),
        ("Who paid the 1,240 euros?", "Ada paid 1240 euros.", True),
        ("What does Article 7 say?", "Of the seven articles, 7 is the last.", True),
        ("What burned on 3 May 1998?", "On 3 May 1998 the mill burned.", True),
        ("Where was the 4th DebConf?", "The fourth, Debconf3, was in Oslo.", True),
        ("Where was the 4th DebConf?", "The twenty-fourth was in Oslo.", False),
        ("Who is Ada?", "Article 7 says.", True),
    ],
)
def test_numbers_of_a_question_are_met(question: str, text: str, expected: bool) -> None:
    assert numbers_meet(question, text) is expected
