"""What is asked of the first, the last or the largest is answered where that is told."""

import pytest

from sleepdoc_model.recall.ordered import order_meets

MEETING = "Where did the first meeting take place?"


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (MEETING, "The 20th meeting took place in Leeds.", False),
        (MEETING, "The meeting took place in Leeds.", False),
        (MEETING, "The first meeting took place in Leeds.", True),
        (MEETING, "The inaugural meeting took place in Leeds.", True),
        (MEETING, "Meetings began at Leeds.", True),
        (MEETING, "The twenty-first meeting took place in Leeds.", False),
        (MEETING, "At first the meeting took place in Leeds.", False),
        ("Who led the 21st meeting?", "Ada led the twenty-first meeting.", True),
        ("Who led the eleventh meeting?", "Ada led the 11th.", True),
        ("Who led the twelfth meeting?", "Ada led the second meeting.", False),
        ("Where was the last meeting?", "The final meeting was in Leeds.", True),
        ("Where was the last meeting?", "Last year the meeting was in Leeds.", False),
        ("Who owns the biggest boat?", "Lin owns the largest boat.", True),
        ("Who owns the biggest boat?", "Lin owns the oldest boat.", False),
        ("What is Lin's worst boat?", "Lin owns a boat.", False),
        ("What is the second largest lake?", "The largest lake is the Tarn.", False),
        ("What is the second largest lake?", "The second-largest lake is the Mere.", True),
        ("What is the most popular song?", "Of all songs Home is the most popular.", True),
        ("What is the most popular song?", "Home is a song.", False),
    ],
)
def test_order_and_degree_of_a_question_are_met(question: str, text: str, expected: bool) -> None:
    assert order_meets(question, text) is expected


@pytest.mark.parametrize(
    "question",
    [
        "What is the first name of the author?",
        "How many metres does it go per second?",
        "How long did the war last?",
        "What was at first the capital?",
        "When was the book first published?",
        "What does the interest depend on?",
        "Where does most of the rain fall?",
        "How many may there be at the most?",
        "When did the First Bank open?",
        "Who climbed the Everest?",
        "Who wrote the last five years' reports?",
        "Wo fand das erste Treffen statt?",
    ],
)
def test_other_questions_ask_for_no_order(question: str) -> None:
    assert order_meets(question, "Nothing of that.")
