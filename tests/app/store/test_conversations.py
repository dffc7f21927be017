"""Conversations are found by name, by document and by use, and leave nothing behind."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import ExitCode, NotFoundError
from sleepdoc.store import Conversation, Position, Store
from sleepdoc.store.conversations import slug


def create(store: Store, document: Document, fingerprint: str = "f1") -> Conversation:
    return store.create_conversation(
        document, model="default", fingerprint=fingerprint, passes=4, seed=7
    )


def sleep(store: Store, conversation: Conversation, memory: bytes | None = None) -> None:
    position = Position(1, 1, 1)
    head = store.head(conversation)
    store.commit(conversation, parent=head, kind="sleep", position=position, snapshot=memory)


def test_a_conversation_remembers_what_it_was_made_for(store: Store, document: Document) -> None:
    made = create(store, document)
    assert (made.document_sha256, made.model, made.fingerprint, made.passes, made.seed) == (
        document.sha256,
        "default",
        "f1",
        4,
        7,
    )
    assert store.conversation("the-five-orange-pips") == made
    assert store.document(document.sha256) == document


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Annual Report 2025", "annual-report-2025"),
        ("  -- rm -rf / --  ", "rm-rf"),
        ("Über_größe", "über-grösse"),
        ("東京の地図", "東京の地図"),
        ("?!", "document"),
        ("", "document"),
        ("word " * 40, "word-word-word-word-word-word-word-word-word-wor"),
    ],
)
def test_a_name_comes_from_the_title(title: str, name: str) -> None:
    assert slug(title) == name


def test_names_are_numbered(store: Store, document: Document) -> None:
    names = [create(store, document).name for _ in range(3)]
    assert names == [f"the-five-orange-pips{end}" for end in ("", "-2", "-3")]
    store.delete_conversation("the-five-orange-pips-2")
    assert create(store, document).name == "the-five-orange-pips-2"


def test_the_beginning_of_a_name_is_enough_if_it_is_the_only_one(
    store: Store, document: Document
) -> None:
    first = create(store, document)
    other = create(store, replace(document, title="Annual Report", sha256="0d" * 32))
    assert store.conversation("ann") == other
    second = create(store, document)
    assert store.conversation("the-five-orange-pips") == first
    assert store.conversation("the-five-orange-pips-") == second
    with pytest.raises(NotFoundError, match="the-five-orange-pips-2, the-five-orange-pips"):
        store.conversation("the")


@pytest.mark.parametrize("name", ["nobody", "%", "_", "the_"])
def test_an_unknown_name_is_not_found(store: Store, document: Document, name: str) -> None:
    create(store, document)
    with pytest.raises(NotFoundError, match="sleepdoc ls") as raised:
        store.conversation(name)
    assert raised.value.exit_code == ExitCode.NOT_FOUND


def test_what_was_used_last_comes_first_whatever_the_clock_says(
    store: Store, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (create(store, document, f"f{number}") for number in (1, 2, 1))
    monkeypatch.setattr("sleepdoc.store.steps.now", lambda: "1970-01-01T00:00:00+00:00")
    sleep(store, second)
    assert [each.id for each in store.conversations()] == [second.id, third.id, first.id]
    assert store.conversations()[0].last_used == "1970-01-01T00:00:00+00:00"

    assert store.latest_for(document.sha256, None) == store.conversation(second.name)
    assert store.latest_for(document.sha256, "f1") == third
    assert store.latest_for(document.sha256, "f9") is None
    assert store.latest_for("0d" * 32, None) is None


def test_deleting_frees_the_space(
    store: Store, document: Document, memory: Callable[[int], bytes], database: Path
) -> None:
    create(store, replace(document, sha256="0d" * 32, title="Another"))
    store._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    before = database.stat().st_size
    conversation = create(store, document)
    for number in range(3):
        sleep(store, conversation, memory(number))
    store._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    full = database.stat().st_size

    freed = store.delete_conversation(conversation.name)
    assert freed > 3 * len(memory(0))
    assert full - database.stat().st_size == freed
    assert database.stat().st_size <= before
    assert store.check() == []


def test_deleting_leaves_no_trace_of_the_text(
    store: Store, document: Document, database: Path
) -> None:
    secret = replace(document, pages=(Page(1, "1", "The xyzzyplugh lies under the oak. " * 400),))
    kept = create(store, replace(document, sha256="0d" * 32, title="Another"))
    conversation = create(store, secret)
    turn = store.begin_turn(conversation, "Where is the xyzzyplugh?", Position())
    store.finish_turn(
        conversation,
        turn,
        "The xyzzyplugh lies under the oak.",
        interrupted=False,
        parent=store.head(conversation),
        position=Position(),
    )
    store._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"xyzzyplugh" in database.read_bytes()

    store.delete_conversation(conversation.name)
    for path in database.parent.rglob("*"):
        assert path.is_dir() or b"xyzzyplugh" not in path.read_bytes()
    assert [each.id for each in store.conversations()] == [kept.id]
    assert store.document(kept.document_sha256)


def test_a_document_stays_while_another_conversation_is_about_it(
    store: Store, document: Document, memory: Callable[[int], bytes]
) -> None:
    first, second = create(store, document), create(store, document)
    for each in (first, second):
        sleep(store, each, memory(0))
    store.delete_conversation(first.name)
    assert store.document(document.sha256) == document
    assert store.load_snapshot(str(store.head(second).snapshot)) == memory(0)
    store.delete_conversation(second.name)
    assert store.document(document.sha256) is None
    assert store._database.rows("SELECT * FROM snapshots") == []


def test_a_deleted_conversation_is_not_found(store: Store, conversation: Conversation) -> None:
    store.delete_conversation(conversation.name)
    assert [path.name for path in store.path.parent.glob("*.locks/*")] == ["setup"]
    with pytest.raises(NotFoundError, match="was deleted"):
        store.head(conversation)
    assert store.conversations() == []
