"""Vectors belong to a document: they outlive the sleep that made them, and go with the text."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import StorageError
from sleepdoc.store import Conversation, Position, Store, Vectors
from sleepdoc.store.repairs import repair

Sleep = Callable[..., None]
FIRST, SECOND, THIRD = b"\x00\x01\xff", b"abc", b"xyz"


@pytest.fixture
def sleep(store: Store, conversation: Conversation, memory: Callable[[int], bytes]) -> Sleep:
    def commit(of: dict[int, bytes], model: str = "m") -> None:
        head = store.head(conversation)
        store.commit(
            conversation,
            parent=head,
            kind="sleep",
            position=Position(head.seq, head.seq, 1),
            snapshot=memory(head.seq),
            vectors=Vectors(model, of),
        )

    return commit


def test_they_come_back_for_the_model_that_made_them(
    store: Store, document: Document, sleep: Sleep
) -> None:
    sleep({1: SECOND, 0: FIRST, 4: THIRD})
    sleep({0: b"other"}, model="n")
    assert store.vectors(document.sha256, "m") == {0: FIRST, 1: SECOND, 4: THIRD}
    assert store.vectors(document.sha256, "m", range(1, 4)) == {1: SECOND}
    assert store.vectors(document.sha256, "m", range(2, 4)) == {}
    assert store.vectors(document.sha256, "m", range(0)) == {}
    assert store.vectors(document.sha256, "m", range(1, 5)) == {1: SECOND, 4: THIRD}
    assert store.vectors(document.sha256, "n") == {0: b"other"}
    assert store.vectors(document.sha256, "o") == store.vectors("e" * 64, "m") == {}
    assert store.check() == []


def test_those_that_are_there_stay(store: Store, document: Document, sleep: Sleep) -> None:
    sleep({0: FIRST, 1: SECOND})
    sleep({0: THIRD})
    assert store.vectors(document.sha256, "m") == {0: FIRST, 1: SECOND}


def test_they_come_with_their_step_or_not_at_all(
    store: Store, conversation: Conversation, document: Document, sleep: Sleep
) -> None:
    old = store.head(conversation)
    sleep({0: FIRST})
    with pytest.raises(StorageError, match="moved on"):
        store.commit(
            conversation,
            parent=old,
            kind="sleep",
            position=Position(),
            vectors=Vectors("m", {1: SECOND}),
        )
    assert store.vectors(document.sha256, "m") == {0: FIRST}


def test_they_outlive_an_undo_and_serve_every_conversation_about_the_text(
    store: Store, conversation: Conversation, document: Document, sleep: Sleep
) -> None:
    sleep({0: FIRST})
    store.undo(conversation)
    copy = store.fork(conversation)
    store.delete_conversation(conversation.name)
    assert store.vectors(document.sha256, "m") == {0: FIRST}
    freed = store.sizes().of(copy)
    store.delete_conversation(copy.name)
    assert store.vectors(document.sha256, "m") == {}
    assert freed >= len(FIRST)


def test_sentences_are_counted_within_their_document(store: Store, document: Document) -> None:
    texts = ("One. Two. Three. " * 30, "", "Four.", "Five. Six.")
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(texts, start=1))
    long = Document("a" * 64, b"", "a", "text", 1, "a", pages)
    for each in (document, long):
        store.add_document(each)
    assert store.first_sentences(long.sha256, 1, 4) == {1: 0, 3: 90, 4: 91}
    assert store.first_sentences(long.sha256, 4, 4) == {4: 91}
    index = store.index(long.sha256)
    found = list(index.sentences().values())
    assert len(found) == index.size > 3
    assert found[0][0] == 0 and found[-2:] == [(90, 90), (91, 92)]
    assert all(begun <= last for (_, last), (begun, _) in pairwise(found[:-2]))
    assert list(store.index(long.sha256, before_page=4).sentences().values()) == found[:-1]


def test_damaged_ones_are_named_and_not_used(
    store: Store, document: Document, sleep: Sleep, flip: Callable[[Path, bytes], None]
) -> None:
    marked = b"a vector that nothing else is like"
    sleep({0: marked})
    sleep({1: FIRST})
    store.close()
    flip(store.path, marked)
    with Store.open(store.path) as damaged:
        assert damaged.vectors(document.sha256, "m") == {1: FIRST}
        (problem,) = damaged.check()
        assert "sentence_vectors" in problem
    made = repair(store.path)
    with Store.open(made.path) as copy:
        assert copy.vectors(document.sha256, "m") == {1: FIRST}
        assert copy.check() == []
