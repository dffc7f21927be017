"""What a sentence tells plainly is taken from it."""

import pytest

from sleepdoc_model.recall.told import told

TEXT = (
    "To get on, close the first boat. If the boat is full of\nwater, then it sinks, and the keeper "
    "rings a bell. When the keeper sleeps, nobody hears it. A full boat is slow. "
    "To sell the old boat, ask the keeper. To sell a boat, put up a sign. A wherry is a boat."
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What happens if the boat is full?", "It sinks, and the keeper rings a bell."),
        ("And what will happen when a boat is full?", "It sinks, and the keeper rings a bell."),
        ("What happens when the keeper sleeps?", "Nobody hears it."),
        ("What happens if the keeper drowns?", ""),
        ("What happens if it does?", ""),  # no condition
        ("What happened when the keeper slept?", ""),  # a story, which goes on elsewhere
        ("Who sleeps if the boat is full?", ""),
        ("How do I sell a boat?", "Put up a sign."),
        ("How to sell an old boat?", "Ask the keeper."),
        ("How do I sell a mast?", ""),
        ("How do I do it?", ""),
        ("What is a wherry?", "A boat."),
        ("Why is a boat slow?", ""),
    ],
)
def test_the_sentence_that_tells_it_answers(question: str, answer: str) -> None:
    assert told(question, TEXT) == answer
