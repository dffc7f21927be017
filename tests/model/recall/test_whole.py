"""Questions that a document's beginning answers are known by how they are put."""

import pytest

from sleepdoc_model.recall.whole import FRONT, TITLE


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote this document?",
        "Who wrote this?",
        "who is the author",
        "Who\u2019s the author of this paper?",
        "Who are the authors of the manual?",
        "Please tell me who published this book.",
        "Which company published this report?",
        "By whom was this letter written?",
        "Who was this book translated by?",
        "When was this published?",
        "When was the paper first published?",
        "Where was this book printed?",
        "What is the date of this letter?",
        "What version is this?",
        "Which version of the program does this manual describe?",
        "In which year was this report issued?",
        "Who wrote the specification?",
    ],
)
def test_who_made_a_document_and_when(question: str) -> None:
    assert FRONT.match(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the letter?",
        "Who wrote it?",
        "Who wrote Hamlet?",
        "Who is the author of Hamlet?",
        "When was the mill built?",
        "What is this book about?",
        "What is the version of the kernel?",
        "Which version of the program reads this file?",
        "Who published this book in France before the war?",
    ],
)
def test_what_the_text_tells_is_none_of_these(question: str) -> None:
    assert not FRONT.match(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the title?",
        "What's the title of this story?",
        "What is this story called?",
        "Please tell me what is the name of this book.",
    ],
)
def test_what_a_document_is_called(question: str) -> None:
    assert TITLE.match(question) is not None


@pytest.mark.parametrize(
    "question", ["What is the title of the song?", "What is it called?", "What is the name?"]
)
def test_what_something_in_it_is_called(question: str) -> None:
    assert TITLE.match(question) is None
