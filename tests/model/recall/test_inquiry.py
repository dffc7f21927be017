"""Questions about the document itself are told from questions about what it says."""

from dataclasses import dataclass

import pytest

from sleepdoc_model.recall import lookup
from sleepdoc_model.recall.inquiry import (
    Asked,
    Count,
    InSection,
    InShare,
    OnNthPage,
    OnPage,
    OnPages,
    Places,
    Whole,
    inquire,
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is on page ii?", OnPage("ii", None)),
        ("page A-1", OnPage("A-1", None)),
        ("Tell me about page number 11", OnPage("11", None)),
        ("What is written on pg. 6?", OnPage("6", None)),
        ("What does p 8 say?", OnPage("8", None)),
        ("What does page five say?", OnPage("5", None)),
        ("what is on the first page", OnNthPage(1, None)),
        ("Summarise the 12th page.", OnNthPage(12, None)),
        ("What does the last page say?", OnNthPage(-1, None)),
        ("What's on the next-to-last page?", OnNthPage(-2, None)),
        ("What is on the first page of chapter 2?", InSection("chapter", "2")),
        ("How many times is the word whale mentioned?", Count("whale")),
        ("How often does Ada Byron appear in the book?", Count("Ada Byron")),
        ("Count all occurrences of “lamp”", Count("lamp")),
        ("Which pages mention the lighthouse?", Places("lighthouse", sentences=False)),
        ("Where is Will mentioned?", Places("Will", sentences=False)),
        ("List all sentences that mention Will.", Places("Will", sentences=True)),
        ("list all occurrences of 'tide'", Places("tide", sentences=True)),
        ("What is chapter 3 about?", InSection("chapter", "3")),
        ("Summarise chapter two.", InSection("chapter", "two")),
        ("the third chapter", InSection("chapter", "3")),
        ("Give me a summary of section 3", InSection("section", "3")),
        ("What are the main points of chapter 2?", InSection("chapter", "2")),
        ("Summarise pages 10 to 20.", OnPages("10", "20", None)),
        ("What is on pages ii\u2013v?", OnPages("ii", "v", None)),
        ("Summarise the first half.", InShare(0.0, 0.5)),
        ("What happens in the second half of the book?", InShare(0.5, 1.0)),
        ("How does the story end?", InShare(0.9, 1.0)),
        ("What did I ask yesterday?", Asked("yesterday")),
        ("Which questions have I asked?", Asked("")),
        ("Show me my previous questions", Asked("")),
    ],
)
def test_a_question_about_the_document(question: str, expected: object) -> None:
    assert inquire(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What are these notes about?",
        "Summarize the document",
        "What is this about?",
        "What\u2019s this book about?",
        "what is it all about",
        "Tell me what this is about.",
        "Can you summarise this for me?",
        "Could you please give me a summary?",
        "Summarise this book in two sentences.",
        "Give me the gist",
        "tl;dr",
        "In short, what is this?",
        "What kind of document is this?",
        "What am I reading?",
        "Briefly, what does this document say?",
        "What topics does it cover?",
        "Sum it up",
        "What are the main points?",
        "What is the main idea of this paper?",
        "What is this document?",
        "Describe this document.",
    ],
)
def test_a_question_about_the_whole(question: str) -> None:
    assert inquire(question) == Whole()


def test_several_pages_may_be_asked_about_something() -> None:
    inquiry = inquire("What do pages 10 to 20 say about whales?")
    assert isinstance(inquiry, OnPages) and inquiry.about is not None
    assert inquiry.about.own == ["whale"]


def test_a_page_may_be_asked_about_something() -> None:
    inquiry = inquire("What does page 12 say about whales?")
    assert isinstance(inquiry, OnPage) and inquiry.about is not None
    assert inquiry.about.own == ["whale"]


@pytest.mark.parametrize(
    "question",
    [
        "How often does the committee meet?",
        "How many times did he sail to America?",
        "How do I list all files of the package foo?",
        "Under section 1204 how high can the fine be?",
        "What is the contract for?",
        "What does p53 do?",
        "What is the price of a one-page advert?",
        "On page no one is named; why?",
        "Where was she mentioned?",
        "How many pages does a quire have?",
        "What is this agreement's term?",
        "Summarise the penalties.",
        "Give me a summary of the penalties.",
        "What is the main theme of the second sonata?",
        "What is the story about the two brothers?",
        "What is this fee?",
        "What was this about?",
        "What does it cost?",
        "Describe the lighthouse.",
        "What is the gist of his argument?",
        "What is the subject line of the email?",
        "Summarise the discussion about tides.",
        "What is the end date?",
        "Who won in the first half?",
        "How does it end?",
        "How did the war end?",
        "What does the first half of the name mean?",
        "What was decided in the first quarter?",
        "What is the second part of the Treaty?",
        "What did Ask say?",
        "What did I ask for in clause 3?",
        "",
    ],
)
def test_a_question_about_what_it_says(question: str) -> None:
    assert inquire(question) is None


@dataclass(frozen=True)
class Page:
    number: int
    label: str
    text: str


PAGES = [
    Page(1, "i", "Contents\n\nChapter 1 Tides 3\n\nChapter 2 Winds 4\n\n12 Appendix"),
    Page(2, "ii", "This book is about the sea, its tides and its winds, for those who sail."),
    Page(3, "3", "Chapter 1 Tides\n\nThe tide, twice a day. Tides turn.\n\n1.2 Ebb\n\nLow water."),
    Page(4, "4", "II. Winds\n\nWill sails. The wind will turn.\n\nThe end of it."),
]


@pytest.mark.parametrize(("label", "number"), [("II", 2), ("3", 3), ("1", 1), ("9", None)])
def test_a_page_is_found_by_its_label_then_by_its_number(label: str, number: int | None) -> None:
    page = lookup.find_page(PAGES, label)
    assert (page.number if page else None) == number


@pytest.mark.parametrize(
    ("kind", "name", "page"),
    [("chapter", "1", 3), ("chapter", "one", 3), ("section", "1.2", 3), ("part", "2", 4)],
)
def test_a_section_is_found_where_it_stands_not_in_the_contents(
    kind: str, name: str, page: int
) -> None:
    place = lookup.find_section(PAGES, kind, name)
    assert place is not None and place.page == page
    assert lookup.find_section(PAGES, kind, "7") is None


@pytest.mark.parametrize(
    ("phrase", "places"),
    [
        ("tide", {3: 1}),
        ("TIDES", {1: 1, 2: 1, 3: 2}),
        ("Will", {4: 1}),
        ("low water", {3: 1}),
        ("end", {4: 1}),
        ("zeppelin", {}),
        (".*", {}),
    ],
)
def test_words_are_counted_whole(phrase: str, places: dict[int, int]) -> None:
    counted: dict[int, int] = {}
    for place in lookup.occurrences(PAGES, phrase):
        counted[place.page] = counted.get(place.page, 0) + place.times
    assert counted == places


def test_an_overview_begins_with_what_a_document_says_of_itself() -> None:
    assert lookup.overview(PAGES)[0] == (2, 0)
    assert lookup.overview(PAGES)[-1][0] == 4
    assert lookup.overview([]) == []


def test_what_a_document_is_about_comes_before_who_may_copy_it() -> None:
    rights = "Copies of this document may be made, provided that this notice is kept on them."
    covers = "You may copy and modify this document under these terms, with no Front-Cover Texts."
    earlier = "A version of this introduction was published in a journal some years ago already."
    about = "This paper describes how ordered observations are kept, merged and plotted."
    pages = [Page(n, str(n), text) for n, text in enumerate((rights, covers, earlier, about), 1)]
    assert lookup.overview(pages)[0] == (4, 0)
