"""Memories: only finite ones are stored, the right ones are kept, damage is found."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from sleepdoc.documents.types import Document
from sleepdoc.errors import StorageError
from sleepdoc.store import Conversation, Position, Store

Memory = Callable[[int], bytes]


def commit(store: Store, conversation: Conversation, data: bytes, kind: str = "sleep") -> str:
    head = store.head(conversation)
    step = store.commit(
        conversation,
        parent=head,
        kind="import" if kind == "import" else "sleep",
        position=Position(head.position.read + 1, head.position.read + 1, 1),
        snapshot=data,
    )
    return str(step.snapshot)


def bits(dtype: str, values: Sequence[int], integers: str) -> bytes:
    """A memory of one tensor, its values given as bit patterns."""
    data = np.array(values, integers).tobytes()
    tensor = {"dtype": dtype, "shape": [len(values)], "data_offsets": [0, len(data)]}
    header = json.dumps({"first": tensor}).encode()
    return len(header).to_bytes(8, "little") + header + data


NOT_FINITE = [
    ("F64", 0x7FF0_0000_0000_0000, "<u8"),
    ("F64", 0x7FF8_0000_0000_0001, "<u8"),
    ("F32", 0x7F80_0000, "<u4"),
    ("F32", 0xFF80_0000, "<u4"),
    ("F32", 0xFFC0_0001, "<u4"),
    ("F16", 0x7C00, "<u2"),
    ("F16", 0x7E00, "<u2"),
    ("BF16", 0x7F80, "<u2"),
    ("BF16", 0xFFC1, "<u2"),
    ("F8_E5M2", 0x7C, "u1"),
]
LARGEST = [
    ("F64", 0x7FEF_FFFF_FFFF_FFFF, "<u8"),
    ("F32", 0x7F7F_FFFF, "<u4"),
    ("F16", 0xFBFF, "<u2"),
    ("BF16", 0x7F7F, "<u2"),
    ("F8_E5M2", 0x7B, "u1"),
    ("U8", 0xFF, "u1"),
    ("I64", 0x7FF0_0000_0000_0000, "<u8"),
]


@pytest.mark.parametrize(("dtype", "value", "integers"), NOT_FINITE)
def test_a_number_that_is_not_finite_is_never_stored(
    store: Store, conversation: Conversation, dtype: str, value: int, integers: str
) -> None:
    before = store.head(conversation)
    with pytest.raises(StorageError, match=r"thrown away.*'first' holds a number that is not fin"):
        commit(store, conversation, bits(dtype, [0, 1, value, 1], integers))
    assert store.head(conversation) == before
    assert store._database.rows("SELECT * FROM snapshots") == []


@pytest.mark.parametrize(("dtype", "value", "integers"), LARGEST)
def test_the_largest_numbers_are_stored(
    store: Store, conversation: Conversation, dtype: str, value: int, integers: str
) -> None:
    data = bits(dtype, [0, 1, value, 1], integers)
    assert store.load_snapshot(commit(store, conversation, data)) == data


def test_a_number_that_is_not_finite_is_found_at_load(store: Store) -> None:
    data = save({"first": np.array([1, np.nan], np.float32)})
    name = sha256(data).hexdigest()
    with store._database.transaction() as tables:
        tables.execute("INSERT INTO snapshots VALUES (?, ?, ?)", (name, len(data), data))
    with pytest.raises(StorageError, match=r"damaged \('first' holds a number that is not fin"):
        store.load_snapshot(name)


@pytest.mark.parametrize("data", [b"", b"no memory", save({})[:-1]], ids=["empty", "text", "cut"])
def test_what_is_not_a_memory_is_never_stored(
    store: Store, conversation: Conversation, data: bytes
) -> None:
    with pytest.raises(StorageError, match="not a safetensors file"):
        commit(store, conversation, data)
    assert store.head(conversation).kind == "created"


def test_an_unknown_memory_is_one_line(store: Store) -> None:
    with pytest.raises(StorageError, match="not stored any more"):
        store.load_snapshot("0" * 64)


@dataclass
class Kept:
    """Which of the memories committed to a store are still there."""

    store: Store
    names: list[str]

    def __call__(self) -> list[int]:
        return [number for number, name in enumerate(self.names) if self._loads(name)]

    def _loads(self, name: str) -> bool:
        try:
            return bool(self.store.load_snapshot(name))
        except StorageError as error:
            assert "dropped to save space" in str(error)
            return False


def test_memories_are_kept_within_the_budget(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    names = [commit(store, conversation, memory(number)) for number in range(12)]
    assert Kept(store, names)() == list(range(12))
    assert store.check() == []


def test_the_oldest_go_first_when_the_budget_is_spent(
    database: Path, document: Document, memory: Memory
) -> None:
    with Store.open(database, snapshot_budget=5 * len(memory(0))) as store:
        conversation = store.create_conversation(
            document, model="m", fingerprint="f", passes=1, seed=0
        )
        names = [commit(store, conversation, memory(number)) for number in range(12)]
        assert Kept(store, names)() == [7, 8, 9, 10, 11]
        assert store.check() == []


def test_the_last_three_stay_whatever_the_budget(
    database: Path, document: Document, memory: Memory
) -> None:
    with Store.open(database, snapshot_budget=0) as store:
        conversation = store.create_conversation(
            document, model="m", fingerprint="f", passes=1, seed=0
        )
        names = [commit(store, conversation, memory(number)) for number in range(6)]
        assert Kept(store, names)() == [3, 4, 5]
        store.undo(conversation)
        assert store.head(conversation).snapshot == names[4]
        names.append(commit(store, conversation, memory(6)))
        assert Kept(store, names)() == [4, 5, 6]


def test_a_memory_that_no_sleep_began_from_goes_when_it_is_old(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    names = [commit(store, conversation, memory(number)) for number in range(2)]
    store.undo(conversation)  # nothing will ever begin from number 1 again
    names += [commit(store, conversation, memory(number), "import") for number in (2, 3, 4, 5)]
    assert Kept(store, names)() == [0, 3, 4, 5]


def test_what_goes_anyway_takes_nothing_of_the_budget(
    database: Path, document: Document, memory: Memory
) -> None:
    with Store.open(database, snapshot_budget=4 * len(memory(0))) as store:
        conversation = store.create_conversation(
            document, model="m", fingerprint="f", passes=1, seed=0
        )
        names = [commit(store, conversation, memory(number)) for number in range(2)]
        store.undo(conversation)
        names += [commit(store, conversation, memory(n), "import") for n in (2, 3, 4, 5)]
        # The last three, and the one that a sleep began from, are just as many as fit.
        assert Kept(store, names)() == [0, 3, 4, 5]


def test_a_memory_that_another_conversation_has_as_well_stays(
    database: Path, document: Document, memory: Memory
) -> None:
    with Store.open(database, snapshot_budget=0) as store:
        first, second = (
            store.create_conversation(document, model="m", fingerprint="f", passes=1, seed=0)
            for _ in range(2)
        )
        shared = commit(store, second, memory(0))
        names = [commit(store, first, memory(number)) for number in range(6)]
        assert names[0] == shared
        assert Kept(store, names)() == [0, 3, 4, 5]


def test_a_memory_that_was_dropped_can_be_made_again(
    database: Path, document: Document, memory: Memory
) -> None:
    with Store.open(database, snapshot_budget=0) as store:
        conversation = store.create_conversation(
            document, model="m", fingerprint="f", passes=1, seed=0
        )
        names = [commit(store, conversation, memory(number)) for number in (0, 1, 2, 3, 0)]
        assert names[4] == names[0]
        assert Kept(store, names)() == [0, 2, 3, 4]


def test_a_damaged_memory_can_be_made_again(
    store: Store,
    conversation: Conversation,
    memory: Memory,
    flip: Callable[[Path, bytes], None],
) -> None:
    name = commit(store, conversation, memory(0))
    store.close()
    flip(store.path, memory(0)[1000:2000])
    with Store.open(store.path) as again:
        with pytest.raises(StorageError, match="damaged"):
            again.load_snapshot(name)
        assert again.undo(conversation).snapshot is None
        assert commit(again, conversation, memory(0)) == name
        assert again.load_snapshot(name) == memory(0)


def test_space_is_asked_for_before_a_sleep(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(store.path.parent)
    store.require_space(1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=70 * 2**20))
    store.require_space(2**20)
    with pytest.raises(StorageError, match=r"70 MiB free, a sleep needs 73; everything so far is"):
        store.require_space(3 * 2**20)
