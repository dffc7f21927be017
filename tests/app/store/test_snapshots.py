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

from sleepdoc.errors import StorageError, UsageError
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
        tables.execute("INSERT INTO snapshots VALUES (?, ?, ?, 0)", (name, len(data), data))
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


def test_the_newest_and_the_three_before_the_last_sleeps_are_kept(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    names = [commit(store, conversation, memory(number)) for number in range(12)]
    assert Kept(store, names)() == [8, 9, 10, 11]
    assert store.check() == []
    assert store.collect().memories == 0


def test_undo_goes_back_three_sleeps_and_says_so(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    names = [commit(store, conversation, memory(number)) for number in range(6)]
    for number in (4, 3, 2):
        assert store.undo(conversation).snapshot == names[number]
        assert store.check() == []
    with pytest.raises(UsageError, match=r"goes back no further.*last 3 sleeps are kept"):
        store.undo(conversation)
    assert store.collect().memories == 0, "redo goes to all of them"
    for number in (3, 4, 5):
        assert store.redo(conversation).snapshot == names[number]
        assert store.load_snapshot(names[number]) == memory(number)
    assert store.check() == []


def test_what_was_undone_goes_with_the_next_sleep(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    names = [commit(store, conversation, memory(number)) for number in range(3)]
    store.undo(conversation)
    store.undo(conversation)
    assert Kept(store, names)() == [0, 1, 2]
    names.append(commit(store, conversation, memory(3)))
    assert Kept(store, names)() == [0, 3]
    assert store.check() == []


def test_an_imported_memory_stays(store: Store, conversation: Conversation, memory: Memory) -> None:
    names = [commit(store, conversation, memory(0), "import")]
    names += [commit(store, conversation, memory(number)) for number in range(1, 7)]
    assert Kept(store, names)() == [0, 3, 4, 5, 6]


def test_a_copy_keeps_its_own_memory_and_nothing_more(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    names = [commit(store, conversation, memory(number)) for number in range(2)]
    copy = store.fork(conversation)
    names += [commit(store, conversation, memory(number)) for number in range(2, 8)]
    assert Kept(store, names)() == [0, 1, 4, 5, 6, 7], "0 is what the copy can undo to"
    assert store.undo(copy).snapshot == names[0]
    store.delete_conversation(copy.name)
    store.collect()
    assert Kept(store, names)() == [4, 5, 6, 7]


def test_a_memory_that_is_needed_and_not_there_is_a_problem(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    name = commit(store, conversation, memory(0))
    with store._database.transaction() as tables:
        tables.execute("UPDATE snapshots SET data = NULL")
    assert store.check() == [f"the memory {name[:12]} is missing"]


def test_a_memory_that_was_dropped_can_be_made_again(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    names = [commit(store, conversation, memory(number)) for number in (0, 1, 2, 3, 4, 0)]
    assert names[5] == names[0]
    assert Kept(store, names)() == [0, 2, 3, 4, 5]


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
