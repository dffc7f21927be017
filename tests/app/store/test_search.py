"""Recall finds words, ranks them, and takes any text for words."""

import random
from dataclasses import replace

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.store import Passage, Store
from sleepdoc.store.passages import passages
from sleepdoc.store.search import words

PAGES = (
    Page(1, "i", "The barque sailed. The weather was fine, and the crew sang all the way."),
    Page(2, "1", "Calhoun owned a barque. The barque of Calhoun was lost off Cadiz."),
    Page(3, "2", "Nothing of note happened. The year 1887 ended; NEAR the café, OR so it seemed."),
    Page(4, "3", "The causes of the decline were freight costs (and the weaker yen)."),
)


@pytest.fixture
def sha256(store: Store, document: Document) -> str:
    store.add_document(replace(document, pages=PAGES))
    return document.sha256


def found(store: Store, sha256: str, query: str, **options: int) -> list[int]:
    options.setdefault("limit", 9)
    return [passage.page for passage in store.search(sha256, query, **options)]


def test_the_passage_that_says_most_about_the_words_comes_first(store: Store, sha256: str) -> None:
    assert found(store, sha256, "Who owned the barque, Calhoun?") == [2, 1]
    assert found(store, sha256, "barque Calhoun", limit=1) == [2]


def test_a_passage_says_where_it_stands(store: Store, sha256: str) -> None:
    (passage,) = store.search(sha256, "freight", limit=1)
    assert passage == Passage(page=4, label="3", text=PAGES[3].text)


def test_only_pages_before_a_page_are_searched(store: Store, sha256: str) -> None:
    assert found(store, sha256, "barque", before_page=2) == [1]
    assert found(store, sha256, "barque", before_page=1) == []
    assert found(store, sha256, "barque", before_page=3) == [2, 1]


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("what CAUSED it?", [4]),
        ("cafe", [3]),
        ("CAFE\N{COMBINING ACUTE ACCENT}", [3]),
        ("1887", [3]),
        ("Calhoun's", [2]),
        ("freight-costs", [4]),
        ("zeppelin", []),
    ],
)
def test_words_are_found_in_other_forms(
    store: Store, sha256: str, query: str, pages: list[int]
) -> None:
    assert found(store, sha256, query) == pages


@pytest.mark.parametrize("query", ["", "   ", "?!", "What was it about, and who are you?"])
def test_a_question_without_words_of_its_own_finds_nothing(
    store: Store, sha256: str, query: str
) -> None:
    assert found(store, sha256, query) == []


@pytest.mark.parametrize(
    "query",
    [
        'barque"',
        '"barque',
        "barque AND",
        "NOT barque",
        "NEAR(barque",
        "barque*",
        "^barque",
        "text : barque",
        "-barque",
        "{text} : (barque",
        "barque + ",
        "barque\0",
        "'; DROP TABLE pages; -- barque",
        "\N{COMBINING ACUTE ACCENT} barque",
    ],
)
def test_nothing_in_a_question_is_syntax(store: Store, sha256: str, query: str) -> None:
    assert {1, 2} <= set(found(store, sha256, query))


def test_any_text_is_a_question(store: Store, sha256: str) -> None:
    chance = random.Random(5)
    alphabet = [chr(code) for code in range(0x250)] + list(
        "\"'()*:^{}-+,.;ANDORNOTNEAR東\u0300\u202e"
    )
    for _ in range(500):
        store.search(sha256, "".join(chance.choices(alphabet, k=chance.randint(1, 40))), limit=3)


def test_a_very_long_question_is_cut_short(store: Store, sha256: str) -> None:
    question = "barque " + " ".join(f"word{number}" for number in range(20_000))
    assert found(store, sha256, question) == [2, 1]
    assert len(words(question)) == 64  # the time that FTS5 takes grows with the square


def test_documents_are_searched_apart(store: Store, document: Document, sha256: str) -> None:
    other = replace(document, sha256="0d" * 32, pages=(Page(1, "1", "A barque in a bottle."),))
    store.add_document(other)
    assert found(store, sha256, "bottle") == []
    assert found(store, other.sha256, "barque") == [1]


def prose(paragraphs: int, sentences: int) -> str:
    sentence = "The captain of the barque wrote down what he had seen that night. "
    return "\n\n".join([(sentence * sentences).strip()] * paragraphs)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "One line.",
        prose(9, 5),
        prose(30, 1),
        prose(2, 60),
        "x" * 5000,
        "word " * 2000,
        "\n \n".join(["Chapter"] * 400),
    ],
    ids=["empty", "line", "paragraphs", "dialogue", "long", "no-space", "no-stop", "headings"],
)
def test_a_page_is_cut_into_passages_without_loss(text: str) -> None:
    pieces = passages(text)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece and piece in text for piece in pieces)
    assert max(map(len, pieces), default=0) <= 900


def test_a_passage_is_a_paragraph_where_those_have_a_useful_length() -> None:
    assert passages(prose(3, 5)) == prose(3, 5).split("\n\n")
    assert len(passages(prose(12, 1))) < 4


def test_a_long_paragraph_is_cut_after_a_sentence() -> None:
    pieces = passages(prose(1, 60))
    assert len(pieces) > 3
    assert all(piece.endswith("night.") for piece in pieces)
