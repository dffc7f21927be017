"""A memory file from anywhere becomes a conversation, or one line says why not; nothing stays."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from sleepdoc.errors import MismatchError, SleepdocError
from sleepdoc.exports.imports import import_memory
from sleepdoc.memory_file import pack
from sleepdoc.store import Store

ABOUT = {
    "model": "scripted",
    "fingerprint": "f",
    "document_sha256": "0" * 64,
    "title": "The Lamps",
    "pages": "3",
    "page": "2",
    "tokens": "512",
    "sleeps": "1",
    "passes": "4",
}


def imported(tmp_path: Path, about: dict[str, str], number: float = 1.0) -> str:
    """The name of the conversation; whatever happens the database is sound."""
    file = tmp_path / "memory.safetensors"
    file.write_bytes(pack(save({"first": np.full(4, number, np.float32)}), about))
    with Store.open(tmp_path / "sleepdoc.db") as store:
        try:
            return import_memory(store, file).name
        finally:
            assert store.check() == []
            assert store.unused_documents() == {}


def left(tmp_path: Path) -> int:
    with Store.open(tmp_path / "sleepdoc.db") as store:
        return len(store.conversations())


def test_what_a_memory_is_of_becomes_a_name(tmp_path: Path) -> None:
    assert imported(tmp_path, ABOUT) == "the-lamps"
    assert imported(tmp_path, ABOUT | {"title": "\ud800 a\x1b[2J\nb"}) == "a-2j-b"


@pytest.mark.parametrize("name", sorted(ABOUT.keys() - {"title"}))
def test_a_memory_that_does_not_say_what_it_is_of(tmp_path: Path, name: str) -> None:
    about = {key: value for key, value in ABOUT.items() if key != name}
    with pytest.raises(MismatchError, match=f"its {name} cannot be"):
        imported(tmp_path, about)
    assert left(tmp_path) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pages", "many"),
        ("pages", "0"),
        ("pages", "1000000000"),
        ("pages", "-5"),
        ("page", "4"),
        ("tokens", "9" * 30),
        ("sleeps", "\N{ARABIC-INDIC DIGIT THREE}"),
        ("passes", "0"),
        ("model", "\udc80"),
        ("model", "two\nlines"),
        ("document_sha256", "ZZ"),
    ],
)
def test_a_memory_that_says_what_cannot_be(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(MismatchError, match=f"its {name} cannot be"):
        imported(tmp_path, ABOUT | {name: value})
    assert left(tmp_path) == 0


def test_of_a_memory_that_cannot_be_stored_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(SleepdocError, match="not finite"):
        imported(tmp_path, ABOUT, number=np.inf)
    assert left(tmp_path) == 0
