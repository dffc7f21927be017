"""What an answer rests on, judged by the stored text."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.events import Citation
from sleepdoc.reading.recall import StoredText
from sleepdoc.reading.verdict import judge
from sleepdoc.store import Store

PAGES = (
    "The mill at Leeds burned down in 1998. It was rebuilt by Ada Byron.",
    "The boat was painted blue in 2004. Nobody knows why.",
    "Lunch is at noon. The menu of 1998 is lost.",
)
RECALLED = (Citation(2, "2", "The boat was painted blue in 2004.", 0, 34),)
QUESTION = "When did the mill at Leeds burn down?"


@pytest.fixture
def text(tmp_path: Path) -> Iterator[StoredText]:
    made = tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1))
    document = Document("a" * 64, b"/x", "x", "text", 1, "x", made)
    with Store.open(tmp_path / "sleepdoc.db") as store:
        store.add_document(document)
        yield StoredText(store, document.sha256)


def answer(said: str, *, likelihood: float = 0.9, question: str = QUESTION) -> Answer:
    return Answer(question, closed_book=False, text=said, likelihood=likelihood)


def test_a_sure_answer_where_the_question_is_met_is_verified(text: StoredText) -> None:
    verdict, citations = judge(answer("in 1998"), RECALLED, text)
    assert verdict == "verified"
    first, *others = citations
    assert (first.page, first.quote) == (1, "The mill at Leeds burned down in 1998.")
    assert first.verified and tuple(others) == RECALLED


@pytest.mark.parametrize(
    ("said", "likelihood", "page"),
    [("in 1998", 0.1, 1), ("2004", 0.9, 2), ("at noon", 0.9, 3)],
    ids=["hardly likely", "about something else", "the same"],
)
def test_otherwise_its_words_are_only_quoted(
    text: StoredText, said: str, likelihood: float, page: int
) -> None:
    verdict, citations = judge(answer(said, likelihood=likelihood), RECALLED, text)
    assert verdict == "quoted"
    assert citations[0].page == page and not any(c.verified for c in citations)


@pytest.mark.parametrize("said", ["in 1997", "Yes"])
def test_what_stands_nowhere_is_from_memory(text: StoredText, said: str) -> None:
    assert judge(answer(said), RECALLED, text) == ("from memory", RECALLED)


def test_a_refusal_is_not_found(text: StoredText) -> None:
    assert judge(answer("The document does not say."), RECALLED, text)[0] == "not found"
    refused = replace(answer("I found nothing about the mill of 1998."), refused=True)
    assert judge(refused, RECALLED, text) == ("not found", RECALLED)
