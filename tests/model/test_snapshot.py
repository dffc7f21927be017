"""A memory's bytes: readable by the safetensors library, equal for equal memories."""

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load

from sleepdoc_model import config
from sleepdoc_model.engine import StateMismatch
from sleepdoc_model.snapshot import fingerprint, from_bytes, to_bytes
from sleepdoc_model.state import Memory

SHAPE = config.tiny()


def memory(seed: int = 0) -> Memory:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(1, 2, 8, 16, generator=generator) for _ in range(2))


def test_the_library_reads_what_we_write(tmp_path: object) -> None:
    data = to_bytes(memory(), SHAPE, "abc")
    tensors = load(data)
    assert sorted(tensors) == ["layer.1", "layer.2"]
    torch.testing.assert_close(tensors["layer.2"], memory()[1][0], rtol=0, atol=0)
    path = f"{tmp_path}/memory.safetensors"
    with open(path, "wb") as file:
        file.write(data)
    with safe_open(path, "pt") as opened:
        assert opened.metadata()["fingerprint"] == "abc"


def test_equal_memories_give_equal_bytes() -> None:
    assert to_bytes(memory(), SHAPE, "abc") == to_bytes(memory(), SHAPE, "abc")
    assert to_bytes(memory(1), SHAPE, "abc") != to_bytes(memory(), SHAPE, "abc")


def test_a_round_trip_is_exact() -> None:
    back = from_bytes(to_bytes(memory(), SHAPE, "abc"), SHAPE, "abc")
    assert all(torch.equal(a, b) for a, b in zip(back, memory(), strict=True))


def edited(**changes: object) -> bytes:
    """A valid file whose first tensor entry was tampered with."""
    data = to_bytes(memory(), SHAPE, "abc")
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header["layer.1"] |= changes
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [4, 8, 9]},
        {"dtype": "F64"},
        {"data_offsets": [0, 2048]},
        {"data_offsets": [-4, 1020]},
        {"data_offsets": [1 << 40, (1 << 40) + 1024]},
    ],
)
def test_tampered_entries_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(StateMismatch):
        from_bytes(edited(**changes), SHAPE, "abc")


def test_every_cut_is_refused() -> None:
    data = to_bytes(memory(), SHAPE, "abc")
    for end in range(0, len(data), 97):
        with pytest.raises(StateMismatch):
            from_bytes(data[:end], SHAPE, "abc")


def test_a_fingerprint_depends_on_where_parts_end() -> None:
    assert fingerprint(b"ab", b"c") != fingerprint(b"a", b"bc")
