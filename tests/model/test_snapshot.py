"""A memory's bytes: readable by the safetensors library, equal for equal memories."""

import json
import math

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load

from sleepdoc_model import config
from sleepdoc_model.engine import StateMismatch
from sleepdoc_model.snapshot import fingerprint, from_bytes, pack, size, to_bytes
from sleepdoc_model.state import Memory

SHAPE = config.tiny()


def memory(seed: int = 0) -> Memory:
    generator = torch.Generator().manual_seed(seed)
    weights = torch.randn(2, 1, 2, 8, 16, generator=generator)
    keys = torch.randn(2, 1, 2, 40, 16, generator=generator)
    covariance = keys.mT @ keys
    return tuple(torch.cat((weights, (covariance + covariance.mT) / 2), dim=3))


def test_the_library_reads_what_we_write(tmp_path: object) -> None:
    data = to_bytes(memory(), SHAPE, "abc")
    tensors = load(data)
    names = ["layer.1", "layer.1.covariance", "layer.2", "layer.2.covariance"]
    assert sorted(tensors) == names
    weights, covariance = memory()[1][0].split((8, 16), dim=1)
    assert torch.equal(tensors["layer.2"], weights)
    assert torch.equal(tensors["layer.2.covariance"][:, :3], covariance[:, [0, 1, 1], [0, 0, 1]])
    assert sum(t.nbytes for t in tensors.values()) == size(SHAPE)
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


def test_bytes_do_not_depend_on_the_order_tensors_come_in() -> None:
    one, two = torch.ones(2), torch.zeros(3)
    assert pack({"a": one, "b": two}, "abc", "") == pack({"b": two, "a": one}, "abc", "")


def edited(name: str = "layer.1", **changes: object) -> bytes:
    """A valid file in which the entry of a tensor was tampered with, or added."""
    data = to_bytes(memory(), SHAPE, "abc")
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header[name] = header.get(name, {}) | changes
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


def test_a_tensor_too_many_is_refused() -> None:
    with pytest.raises(StateMismatch, match=r"unknown tensor 'layer\.9'"):
        from_bytes(edited("layer.9", dtype="F32", shape=[1], data_offsets=[0, 4]), SHAPE, "abc")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    broken = tuple(state.clone() for state in memory())
    broken[1][0, 1, 3, 5] = number
    with pytest.raises(StateMismatch, match=r"layer\.2 holds values that are not numbers"):
        from_bytes(to_bytes(broken, SHAPE, "abc"), SHAPE, "abc")


def test_a_covariance_that_no_keys_have_is_refused() -> None:
    impossible = tuple(torch.cat((s[:, :, :8], -s[:, :, 8:]), dim=2) for s in memory())
    with pytest.raises(StateMismatch, match="covariance"):
        from_bytes(to_bytes(impossible, SHAPE, "abc"), SHAPE, "abc")


def test_a_memory_of_the_delta_rule_has_no_covariance() -> None:
    delta = config.tiny(rule="delta")
    weights = tuple(s[:, :, :8].contiguous() for s in memory())
    back = from_bytes(to_bytes(weights, delta, "abc"), delta, "abc")
    assert all(torch.equal(a, b) for a, b in zip(back, weights, strict=True))


def test_every_cut_is_refused() -> None:
    data = to_bytes(memory(), SHAPE, "abc")
    for end in range(0, len(data), 97):
        with pytest.raises(StateMismatch):
            from_bytes(data[:end], SHAPE, "abc")


def test_a_fingerprint_depends_on_where_parts_end() -> None:
    assert fingerprint(b"ab", b"c") != fingerprint(b"a", b"bc")
