"""Damage is found and named; nothing is mended in place."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document
from sleepdoc.errors import StorageError
from sleepdoc.reading.recall import StoredText
from sleepdoc.store import Conversation, Position, Store
from sleepdoc.store.driver import sqlite3
from sleepdoc_model.recall.folding import terms

Flip = Callable[[Path, bytes], None]
PAGE = 4096


def crashed_copy(database: Path, target: Path) -> Path:
    """What a killed writer leaves: the file, and its log."""
    for suffix in ("", "-wal"):
        shutil.copy(f"{database}{suffix}", f"{target}{suffix}")
    return target


@pytest.fixture
def filled(store: Store, conversation: Conversation, memory: Callable[[int], bytes]) -> Path:
    """A closed database with three memories."""
    for number in range(3):
        store.commit(
            conversation,
            parent=store.head(conversation),
            kind="sleep",
            position=Position(number, number, 1),
            snapshot=memory(number),
        )
    store.close()
    return store.path


def test_a_sound_file_has_no_problems(filled: Path) -> None:
    with Store.open(filled) as store:
        assert store.check() == []


def test_a_changed_page_of_text_is_found(filled: Path, document: Document, flip: Flip) -> None:
    # The text lies in the page and in the index; only the page's copy follows a label.
    flip(filled, b"iA letter came from Pondicherry")
    with Store.open(filled) as store:
        with pytest.raises(StorageError, match=r"page 1 is damaged.*read the file again"):
            store.document(document.sha256)
        with pytest.raises(StorageError, match="page 1 is damaged"):
            store.page(document.sha256, 1)
        assert any("page 1 is damaged" in problem for problem in store.check())


def test_changed_terms_are_found(filled: Path, document: Document, flip: Flip) -> None:
    flip(filled, " ".join(terms("came from Pondicherry, with five orange pips")).encode())
    with Store.open(filled) as store:
        assert store.document(document.sha256) == document
        assert any("is damaged" in problem for problem in store.check())


def test_a_missing_page_is_found(filled: Path, document: Document) -> None:
    with Store.open(filled) as store:
        with store._database.transaction() as tables:
            tables.execute("DELETE FROM pages WHERE number = 2")
        with pytest.raises(StorageError, match="missing"):
            store.document(document.sha256)
        with pytest.raises(StorageError, match="page 2 is missing"):
            store.page(document.sha256, 2)


def test_a_missing_document_is_no_empty_one(filled: Path, conversation: Conversation) -> None:
    connection = sqlite3.connect(filled, isolation_level=None)
    connection.execute("DELETE FROM documents")
    connection.close()
    with Store.open(filled) as store:
        (listed,) = store.conversations()
        with pytest.raises(StorageError, match="document of 'the-five-orange-pips' is missing"):
            store.document_of(listed)
        with pytest.raises(StorageError, match="text of the document is missing"):
            _ = StoredText(store, listed.document_sha256).pages


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b"created TEXT NOT NULL,\n            info TEXT", b"creatad"),
        (b"CREATE TABLE pages", b"CREATE TABLE paget"),
        (b"BEFORE UPDATE ON snapshots", b"BEFORE DELETE"),
        (b"CREATE TABLE schema_sum", b"CREATE TABLE schema_sun"),
        (b"slept BETWEEN 0 AND read", b"slept BETWEEN 1"),
    ],
    ids=["column", "table", "trigger", "sum", "constraint"],
)
def test_a_changed_letter_in_the_schema_is_one_line(
    filled: Path, written: bytes, instead: bytes
) -> None:
    content = filled.read_bytes()
    assert written in content
    filled.write_bytes(content.replace(written, instead + written[len(instead) :], 1))
    with pytest.raises(StorageError, match=r"sleepdoc\.db: the database is damaged") as raised:
        Store.open(filled)
    assert "\n" not in str(raised.value)


def test_a_changed_setting_of_the_word_index_is_one_line(filled: Path, document: Document) -> None:
    connection = sqlite3.connect(filled, isolation_level=None)
    connection.execute("UPDATE passage_terms_config SET v = 9 WHERE k = 'version'")
    connection.close()
    with Store.open(filled) as store:
        with pytest.raises(StorageError, match=r"damaged.*word index"):
            store.index(document.sha256).holders("pip")
        assert any("word index" in problem for problem in store.check())


def test_a_changed_memory_is_found(
    filled: Path, conversation: Conversation, flip: Flip, memory: Callable[[int], bytes]
) -> None:
    flip(filled, memory(1)[100:1100])
    with Store.open(filled) as store:
        _, first, second, third = store.steps(conversation)
        assert store.load_snapshot(str(first.snapshot)) == memory(0)
        with pytest.raises(StorageError, match=r"damaged \(its checksum is wrong\).*undo"):
            store.load_snapshot(str(second.snapshot))
        assert store.load_snapshot(str(third.snapshot)) == memory(2)
        (problem,) = store.check()
        assert str(second.snapshot)[:12] in problem


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("DELETE FROM passage_terms_content", "is damaged.*SQLITE_CORRUPT"),
        ("DELETE FROM documents", "of conversations refers to nothing"),
    ],
    ids=["index", "reference"],
)
def test_parts_that_do_not_fit_together_are_found(filled: Path, change: str, problem: str) -> None:
    connection = sqlite3.connect(filled, isolation_level=None)
    connection.execute(change)
    connection.close()
    with Store.open(filled) as store:
        assert any(re.search(problem, line) for line in store.check())


@pytest.mark.parametrize("pages", [slice(1, None), slice(2, 3)], ids=["all", "one"])
def test_a_damaged_file_is_refused_after_a_crash_and_left_alone(
    store: Store, conversation: Conversation, database: Path, tmp_path: Path, pages: slice
) -> None:
    store._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    store.begin_turn(conversation, "Why?", Position())
    copy = crashed_copy(database, tmp_path / "copy.db")
    content = bytearray(copy.read_bytes())
    for page in range(len(content) // PAGE)[pages]:
        content[page * PAGE : page * PAGE + 8] = b"\xff" * 8
    copy.write_bytes(content)
    with pytest.raises(StorageError, match=r"damaged.*doctor --repair"):
        Store.open(copy)
    assert copy.read_bytes() == content


def test_a_truncated_file_is_one_line(filled: Path) -> None:
    content = filled.read_bytes()
    filled.write_bytes(content[: len(content) // 2 // PAGE * PAGE])
    with (
        pytest.raises(StorageError, match=r"damaged.*doctor --repair"),
        Store.open(filled) as store,
    ):
        store.conversations()
        for problem in store.check():
            raise StorageError(problem)


@pytest.mark.parametrize("seed", range(24))
def test_a_changed_byte_anywhere_is_never_taken_for_truth(
    filled: Path, document: Document, memory: Callable[[int], bytes], seed: int
) -> None:
    content = bytearray(filled.read_bytes())
    content[(seed * 7919 + 211) % len(content)] ^= 0xFF
    filled.write_bytes(content)
    try:
        with Store.open(filled) as store:
            for conversation in store.conversations():
                assert store.document(conversation.document_sha256) in (document, None)
                for step in store.steps(conversation):
                    if step.snapshot:
                        assert store.load_snapshot(step.snapshot) in [memory(n) for n in range(3)]
    except StorageError as error:
        assert "\n" not in str(error)
