"""Two questions in one are taken apart, and one is not."""

import pytest

from sleepdoc_model.recall.parts import parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "When was it founded and by whom?",
            ("When was it founded?", "By whom was it founded?"),
        ),
        ("When and where was she born?", ("When was she born?", "Where was she born?")),
        ("Who wrote it? When?", ("Who wrote it?", "When was it that someone wrote it?")),
        (
            "Who was born in Leeds, and in which year?",
            ("Who was born in Leeds?", "In which year was it that someone was born in Leeds?"),
        ),
        (
            "Which team won the cup and when?",
            ("Which team won the cup?", "When was it that the team won the cup?"),
        ),
        (
            "What did he build and why?",
            ("What did he build?", "Why did he build?"),
        ),
        (
            "How many boats did he build, when?",
            ("How many boats did he build?", "When did he build the boats?"),
        ),
        (
            "What is the fee, and since when?",
            ("What is the fee?", "Since when is the fee?"),
        ),
        ("Is it free, and why?", ("Is it free?", "Why is it free?")),
        (
            "Who wrote Middlemarch and when was it published?",
            ("Who wrote Middlemarch?", "When was it published?"),
        ),
        (
            "What is a widow? And how is it avoided?",
            ("What is a widow?", "how is it avoided?"),
        ),
        (
            "Who was king when the war began and how did it end?",
            ("Who was king when the war began?", "How did it end?"),
        ),
        ("Who paid for it and who built it?", ("Who paid for it?", "Who built it?")),
        (
            "Who built it, and how many days did it take and what did it cost?",
            ("Who built it?", "How many days did it take?", "What did it cost?"),
        ),
    ],
)
def test_two_questions_are_taken_apart(question: str, expected: tuple[str, ...]) -> None:
    assert tuple(map(str.casefold, parts(question))) == tuple(map(str.casefold, expected))


@pytest.mark.parametrize(
    "question",
    [
        "When was it founded?",
        "What do Ada and Lin sell?",
        "Does it say who paid and when it is due?",
        "Which rule says what is kept and where?",
        "Explain what sleep is and how it works.",
        "What is the town where he lived and how he felt there?",
        "Who came and went?",
        "What impressed and what worried him?",
        "I own a boat. Who may sail it?",
        "Hello? Who is there?",
        "Who wrote it? I need it for school.",
        "Who? When? Where? Why? How?",
        "salt and when",
        "Wer hat es gebaut und wann?",
        "",
        "?",
        "When?",
    ],
)
def test_one_question_stays_as_it_is(question: str) -> None:
    assert parts(question) == (question,)
