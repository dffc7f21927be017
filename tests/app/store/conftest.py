"""A store on a real file, a document in it, and memories that can be told apart."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from sleepdoc.documents.types import Document, OutlineEntry, Page
from sleepdoc.store import Conversation, Store

Memory = Callable[[int], bytes]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sleepdoc.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with Store.open(database) as store:
        yield store


@pytest.fixture
def document() -> Document:
    return Document(
        sha256="d0" * 32,
        path=b"/home/reader/caf\xe9.pdf",
        name="caf\N{REPLACEMENT CHARACTER}.pdf",
        kind="pdf",
        size=12345,
        title="The Five Orange Pips",
        pages=(
            Page(1, "i", "A letter came from Pondicherry, with five orange pips in it."),
            Page(2, "1", ""),
            Page(3, "2", "The Lone Star was a barque, and its captain was Calhoun.\n\nThe end."),
        ),
        notices=("page 1 has no text",),
        outline=(OutlineEntry(1, "A letter", 1), OutlineEntry(2, "Der Fluß", 3)),
    )


@pytest.fixture
def conversation(store: Store, document: Document) -> Conversation:
    return store.create_conversation(document, model="default", fingerprint="f1", passes=4, seed=7)


@pytest.fixture
def memory() -> Memory:
    """A memory of some 40 kB for every number."""

    def make(number: int) -> bytes:
        weights = np.random.default_rng(number).standard_normal((100, 100), np.float32)
        return save({"fast_weights": weights})

    return make


@pytest.fixture
def flip() -> Callable[[Path, bytes], None]:
    """Change one bit of the only place in a file that holds these bytes."""

    def change(path: Path, needle: bytes) -> None:
        content = bytearray(path.read_bytes())
        assert content.count(needle) == 1
        content[content.index(needle) + len(needle) // 2] ^= 1
        path.write_bytes(content)

    return change
