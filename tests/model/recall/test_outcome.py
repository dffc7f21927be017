"""What happens is taken from the sentence that says so."""

import pytest

from sleepdoc_model.recall.outcome import outcome

TEXT = (
    "To get on, close the first boat. If the boat is full of\nwater, then it sinks, and the keeper "
    "rings a bell. When the keeper sleeps, nobody hears it. A full boat is slow."
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What happens if the boat is full?", "It sinks, and the keeper rings a bell."),
        ("And what will happen when a boat is full?", "It sinks, and the keeper rings a bell."),
        ("What happens when the keeper sleeps?", "Nobody hears it."),
        ("What happens if the keeper drowns?", ""),
        ("What happens if it does?", ""),  # no condition
        ("What happened when the keeper slept?", ""),  # a story, which goes on elsewhere
        ("Who sleeps if the boat is full?", ""),
    ],
)
def test_the_outcome_of_a_condition_is_what_the_text_says_of_it(question: str, told: str) -> None:
    assert outcome(question, TEXT) == told
