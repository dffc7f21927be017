"""The index of a stored document is that of its pages, whatever else is stored."""

from dataclasses import replace

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.store import Store
from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.ranking import rank

PAGES = (
    Page(1, "i", "The barque sailed. The weather was fine, and the crew sang all the way."),
    Page(2, "1", "Calhoun owned a barque. The barque of Calhoun was lost off Cadiz."),
    Page(3, "2", "Nothing of note happened. The year 1887 ended; NEAR the café, OR so it seemed."),
    Page(4, "3", "The causes of the decline were freight costs (and the weaker yen)."),
    Page(5, "4", "# 港の記録\n\n犬の名前はビスケットである。"),
)


@pytest.fixture
def sha256(store: Store, document: Document) -> str:
    store.add_document(replace(document, pages=PAGES))
    return document.sha256


def found(store: Store, sha256: str, question: str, before_page: int | None = None) -> list[int]:
    index = store.index(sha256, before_page=before_page)
    return [hit.passage.page for hit in rank(index, ask(question), limit=9).hits]


def test_a_stored_index_is_the_one_in_memory(store: Store, document: Document) -> None:
    store.add_document(replace(document, sha256="0d" * 32, pages=PAGES[:1]))
    store.add_document(replace(document, pages=PAGES))
    stored = store.index(document.sha256)
    known = MemoryIndex((page.number, page.text) for page in PAGES)
    assert (stored.size, stored.mean_length) == (known.size, pytest.approx(known.mean_length))
    terms = {term for each in known.load(range(known.size)) for term in each.terms}
    first = min(stored.holders("barqu"))
    for term in terms | {"zeppelin"}:
        assert [id - first for id in stored.holders(term)] == list(known.holders(term))
    ids = range(first, first + known.size)
    places = [(e.page, e.start, e.end, e.terms, e.heading) for e in known.load(range(known.size))]
    assert [
        (e.page, e.start, e.end, e.terms, e.heading)
        for e in sorted(stored.load(list(ids)), key=lambda each: each.id)
    ] == places


def test_only_pages_before_a_page_are_searched(store: Store, sha256: str) -> None:
    assert found(store, sha256, "barque", before_page=2) == [1]
    assert found(store, sha256, "barque", before_page=1) == []
    assert set(found(store, sha256, "barque", before_page=3)) == {1, 2}
    assert store.index(sha256, before_page=3).size == 2


@pytest.mark.parametrize(
    "question",
    [
        'barque"',
        '"barque',
        "barque AND",
        "NOT barque",
        "NEAR(barque",
        "barque*",
        "^barque",
        "terms : barque",
        "-barque",
        "{terms} : (barque",
        "barque + ",
        "barque\0",
        "'; DROP TABLE pages; -- barque",
        "\N{COMBINING ACUTE ACCENT} barque",
    ],
)
def test_nothing_in_a_question_is_syntax(store: Store, sha256: str, question: str) -> None:
    assert {1, 2} <= set(found(store, sha256, question))


def test_another_document_changes_nothing(store: Store, document: Document, sha256: str) -> None:
    def scores() -> list[tuple[int, float]]:
        ranking = rank(store.index(sha256), ask("Who owned the lost barque?"), limit=9)
        return [(hit.passage.page, hit.score) for hit in ranking.hits]

    before = scores()
    text = "Calhoun, Calhoun, owned, lost. " * 40
    store.add_document(replace(document, sha256="0d" * 32, pages=(Page(1, "1", text),)))
    assert scores() == before != []
    assert found(store, "0d" * 32, "barque") == []


def test_a_document_that_goes_takes_its_terms_along(store: Store, document: Document) -> None:
    store.add_document(document)
    conversation = store.create_conversation(document, model="m", fingerprint="f", passes=1, seed=0)
    store.add_document(replace(document, sha256="0d" * 32))
    store.delete_conversation(conversation.name)
    assert store.index(document.sha256).size == 0
    assert store._database.rows("SELECT count(*) AS n FROM passage_terms")[0]["n"] == 2
    assert store.index("0d" * 32).holders("pip") and store.check() == []
