"""Text goes in whole and comes out as it was."""

from dataclasses import replace

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.store import Store
from sleepdoc.store.driver import sqlite3


def test_a_document_comes_back_as_it_was(store: Store, document: Document) -> None:
    assert store.document(document.sha256) is None
    store.add_document(document)
    assert store.document(document.sha256) == document


def test_text_of_any_script_comes_back_as_it_was(store: Store, document: Document) -> None:
    text = "naïve \N{FAMILY} مرحبا 東京\n\n\ttab \N{ZERO WIDTH JOINER}e\N{COMBINING ACUTE ACCENT}"
    store.add_document(replace(document, pages=(Page(1, "ﬁ", text),)))
    stored = store.document(document.sha256)
    assert stored
    assert stored.pages == (Page(1, "ﬁ", text),)


def test_stored_text_stays_when_the_same_bytes_are_extracted_otherwise(
    store: Store, document: Document
) -> None:
    store.add_document(document)
    store.add_document(replace(document, name="copy.pdf", pages=(Page(1, "1", "Other words."),)))
    assert store.document(document.sha256) == document
    assert store.index(document.sha256).holders("other") == []


def test_a_document_is_stored_whole_or_not_at_all(store: Store, document: Document) -> None:
    twice = replace(document, pages=(*document.pages, document.pages[0]))
    with pytest.raises(sqlite3.IntegrityError):
        store.add_document(twice)
    assert store.document(document.sha256) is None
    assert store.index(document.sha256).holders("pondicherri") == []
    store.add_document(document)
    assert store.document(document.sha256) == document


def test_the_whole_index_is_weighed_once_for_all(store: Store, document: Document) -> None:
    for digit in "abcd":
        store.create_conversation(
            replace(document, sha256=digit * 64), model="m", fingerprint="f", passes=1, seed=0
        )
    statements: list[str] = []
    store._database._tables.conn.set_trace_callback(statements.append)
    sizes = store.sizes()
    assert len({sizes.of(conversation) for conversation in store.conversations()}) == 1
    assert sum("passage_terms_data" in statement for statement in statements) == 1


def test_what_is_said_to_be_freed_is_freed(store: Store, document: Document) -> None:
    words = ("barque", "captain", "letter", "pips", "storm", "harbour", "keeper", "lamp")
    pages = tuple(
        Page(
            number,
            str(number),
            " ".join(f"{word}{number * k % 97}" for k in range(40) for word in words),
        )
        for number in range(1, 40)
    )
    conversations = [
        store.create_conversation(
            replace(document, sha256=digit * 64, pages=pages, outline=()),
            model="m",
            fingerprint="f",
            passes=1,
            seed=0,
        )
        for digit in "ab"
    ]
    said = store.sizes().of(conversations[0])
    assert said > sum(len(page.text) for page in pages)
    freed = store.delete_conversation(conversations[0].name)
    assert 0.5 * freed < said < 1.5 * freed
