"""What an answer rests on, judged by the stored text."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.events import Citation
from sleepdoc.reading.recall import StoredText
from sleepdoc.reading.verdict import judge, unfounded
from sleepdoc.store import Store

PAGES = (
    "The mill at Leeds burned down in 1998. It was rebuilt by Ada Byron.",
    "The boat was painted blue in 2004. Nobody knows why.",
    "Lunch is at noon. The menu of 1998 is lost.",
    "# Lin Cho\n\nThe cat may not be sold. The dog may be sold in June.",
    "A wherry is a boat with one sail. The wherry of the club is the one for hire.",
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
    [("in 1998", 0.1, 1), ("2004", 0.9, 2), ("at noon", 0.9, 3), ("Ada Byron", 0.9, 1)],
    ids=["hardly likely", "about something else", "the same", "no time"],
)
def test_otherwise_its_words_are_only_quoted(
    text: StoredText, said: str, likelihood: float, page: int
) -> None:
    verdict, citations = judge(answer(said, likelihood=likelihood), RECALLED, text)
    assert verdict == "quoted"
    assert citations[0].page == page and not any(c.verified for c in citations)


@pytest.mark.parametrize(
    ("said", "likelihood", "likely"),
    [
        ("in 1998", 0.9, False),  # verified, which is more
        ("in 1998", 0.45, True),
        ("in 1998", 0.1, False),
        ("Ada Byron", 0.45, False),  # no time
    ],
)
def test_what_is_only_quoted_may_be_likely(
    text: StoredText, said: str, likelihood: float, likely: bool
) -> None:
    verdict, citations = judge(answer(said, likelihood=likelihood), RECALLED, text)
    assert verdict == ("verified" if likelihood == 0.9 else "quoted")
    assert [each.likely for each in citations] == [likely, False]


@pytest.mark.parametrize(
    ("said", "verdict"), [("a boat with one sail", "verified"), ("the one for hire", "quoted")]
)
def test_what_plainly_explains_is_verified_however_likely_its_words(
    text: StoredText, said: str, verdict: str
) -> None:
    asked = answer(said, likelihood=0.2, question="What is a wherry?")
    assert judge(asked, RECALLED, text)[0] == verdict


@pytest.mark.parametrize(("year", "verdict"), [("1998", "verified"), ("1999", "quoted")])
def test_a_number_of_the_question_has_to_stand_there(
    text: StoredText, year: str, verdict: str
) -> None:
    """As rare as it may be: of another year there is nothing, whatever else is alike."""
    asked = f"Who rebuilt the mill at Leeds that burned down in {year}?"
    assert judge(answer("Ada Byron", question=asked), RECALLED, text)[0] == verdict


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [
        ("Who rebuilt the mill at Leeds?", "verified"),
        ("Who rebuilt the first mill at Leeds?", "quoted"),
    ],
)
def test_of_which_of_several_it_is_asked_has_to_stand_there(
    text: StoredText, asked: str, verdict: str
) -> None:
    assert judge(answer("Ada Byron", question=asked), RECALLED, text)[0] == verdict


@pytest.mark.parametrize("said", ["in 1997", "it is"])
def test_what_stands_nowhere_is_from_memory(text: StoredText, said: str) -> None:
    assert judge(answer(said), RECALLED, text) == ("from memory", RECALLED)


@pytest.mark.parametrize(
    ("said", "interrupted", "is_unfounded"),
    [
        ("in 1997", False, True),
        ("in 1998", False, False),
        ("it is", False, False),
        ("19", True, False),
    ],
)
def test_what_claims_something_that_stands_nowhere_is_unfounded(
    text: StoredText, said: str, interrupted: bool, is_unfounded: bool
) -> None:
    each = replace(answer(said), interrupted=interrupted)
    assert unfounded(each, RECALLED, text) is is_unfounded


def test_what_stands_in_a_heading_alone_is_only_quoted(text: StoredText) -> None:
    verdict, citations = judge(answer("Lin Cho", question="Who?"), RECALLED, text)
    assert (verdict, citations[0].quote) == ("quoted", "# Lin Cho")


SALE = "May the dog be sold?"


@pytest.mark.parametrize(
    ("said", "question", "verdict"),
    [
        ("Yes, the dog may be sold.", SALE, "verified"),
        ("No, the dog may be sold.", SALE, "quoted"),
        ("No, the dog may not be sold.", SALE, "quoted"),
        ("No, the cat may not be sold.", "May the cat be sold?", "verified"),
        ("Yes, the cat may be sold.", "May the cat be sold?", "quoted"),
        ("Yes, the boat may be sold.", "May the boat be sold?", "from memory"),
    ],
)
def test_a_yes_or_no_is_verified_where_its_reason_says_so(
    text: StoredText, said: str, question: str, verdict: str
) -> None:
    assert judge(answer(said, question=question), RECALLED, text)[0] == verdict


def test_for_a_bare_yes_the_sentence_read_is_quoted(text: StoredText) -> None:
    page = Citation(4, "4", "", 11, len(PAGES[3]))
    bare = answer("Yes", question=SALE)
    verdict, (first, *others) = judge(bare, (*RECALLED, page), text)
    assert (verdict, first.verified) == ("quoted", False)
    assert first.quote == "The dog may be sold in June."
    assert others == [*RECALLED, page]


def test_of_the_passage_that_was_read_alone(text: StoredText) -> None:
    cat = Citation(4, "4", "", 11, PAGES[3].index("The dog"))
    bare = replace(answer("Yes", question=SALE), place=1)
    assert judge(bare, (*RECALLED, cat), text)[1][0].quote == "The cat may not be sold."
    assert judge(replace(bare, place=0), (*RECALLED, cat), text) == (
        "from memory",
        (*RECALLED, cat),
    )


def test_what_hardly_seemed_an_answer_is_only_quoted(text: StoredText) -> None:
    doubted = replace(answer("in 1998"), absence=0.5)
    assert judge(doubted, RECALLED, text)[0] == "quoted"


SURE, WRONG = answer("in 1998"), answer("in 1997")
UNSURE, REFUSED = answer("2004"), replace(answer("I found nothing."), refused=True)


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([SURE, SURE], "verified"),
        ([SURE, UNSURE], "quoted"),
        ([UNSURE, WRONG], "from memory"),
        ([SURE, REFUSED], "quoted"),
        ([REFUSED, WRONG], "from memory"),
        ([REFUSED, REFUSED], "not found"),
    ],
)
def test_the_parts_of_a_question_have_the_least_of_their_verdicts(
    text: StoredText, answers: list[Answer], verdict: str
) -> None:
    assert judge(replace(answer("both"), parts=answers), RECALLED, text)[0] == verdict


def test_the_evidence_of_every_part_comes_first(text: StoredText) -> None:
    when, who = answer("in 1998"), answer("Ada Byron", question="Who rebuilt the mill at Leeds?")
    _, citations = judge(replace(answer("both"), parts=[when, who]), RECALLED, text)
    quotes = [citation.quote for citation in citations]
    assert quotes[0] == "The mill at Leeds burned down in 1998."
    assert quotes[1].endswith("It was rebuilt by Ada Byron.")
    assert quotes.count(RECALLED[0].quote) == 1


def test_a_refusal_is_not_found(text: StoredText) -> None:
    assert judge(answer("The document does not say."), RECALLED, text)[0] == "not found"
    refused = replace(answer("I found nothing about the mill of 1998."), refused=True)
    assert judge(refused, RECALLED, text) == ("not found", RECALLED)


def test_a_title_before_a_quote_is_no_claim(text: StoredText) -> None:
    told = answer("The Log of a Town: “The boat was painted blue in 2004.”", likelihood=0.0)
    assert judge(told, RECALLED, text)[0] == "from memory"
    titled = replace(told, preface="The Log of a Town: ")
    verdict, citations = judge(titled, RECALLED, text)
    assert (verdict, citations[0].page) == ("quoted", 2)
