"""An explanation has the clause that defines what it says."""

import pytest

from sleepdoc_model.recall.clause import completed


@pytest.mark.parametrize(
    ("answer", "text", "whole"),
    [
        (
            "to let others have it",
            "To lend a boat means to let others have it who are not\n members. Ask first.",
            "to let others have it who are not members.",
        ),
        ("A boat.", "A wherry is a boat that has one sail.", "A boat that has one sail."),
        ("a beam", "A keel is a beam, which may rot.", "a beam"),  # a comma: it may be left out
        ("a word", "A word is a word " + "that is a word " * 15 + ".", "a word"),  # too long
        ("one sail", "A wherry is a boat that has one sail.", "one sail"),
        ("a ship", "A wherry is a boat that has one sail.", "a ship"),
        ("", "A wherry is a boat that has one sail.", ""),
    ],
)
def test_what_defines_an_answer_belongs_to_it(answer: str, text: str, whole: str) -> None:
    assert completed(answer, text) == whole
