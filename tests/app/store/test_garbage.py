"""What no conversation needs goes, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save

from sleepdoc.documents.types import Document
from sleepdoc.errors import StorageError
from sleepdoc.store import Position, Store, snapshots

MEMORIES = [save({"first": np.full((256, 256), number, np.float32)}) for number in range(8)]


def read(store: Store, document: Document, memories: list[bytes]) -> list[str]:
    """A conversation that has slept into each memory in turn; returns their names."""
    conversation = store.create_conversation(
        document, model="default", fingerprint="f", passes=1, seed=0
    )
    for number, memory in enumerate(memories, 1):
        store.commit(
            conversation,
            parent=store.head(conversation),
            kind="sleep",
            position=Position(number, number, 1),
            snapshot=memory,
        )
    return [step.snapshot or "" for step in store.lineage(conversation)[1:]]


def test_documents_without_a_conversation_go(store: Store, document: Document) -> None:
    other = replace(document, sha256="e0" * 32)
    kept = read(store, document, MEMORIES[:2])
    store.add_document(other)
    gone = store.collect()
    assert (gone.documents, gone.memories) == (1, 0)
    assert store.document(other.sha256) is None
    assert store.document(document.sha256) == document
    assert store.load_snapshot(kept[-1]) == MEMORIES[1]
    assert store.check() == []
    assert store.collect().documents == 0


def test_space_is_given_back(store: Store, document: Document) -> None:
    names = read(store, document, MEMORIES)
    with store._database.transaction() as tables:  # as an earlier version kept them
        for memory in MEMORIES[:4]:
            snapshots.put(tables, memory)
    gone = store.collect()
    assert gone.memories == 4
    with pytest.raises(StorageError, match="not stored any more"):
        store.load_snapshot(names[0])
    assert store.load_snapshot(names[-1]) == MEMORIES[-1]
    assert gone.bytes > len(MEMORIES[0]) * 4 * 0.9
