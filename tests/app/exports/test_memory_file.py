"""Memory files from anywhere: what was written, or one line."""

import json

import numpy as np
import pytest
from safetensors.numpy import save

from sleepdoc.errors import MismatchError
from sleepdoc.memory_file import pack, unpack, verify

SNAPSHOT = save({"fast_weights": np.arange(6, dtype=np.float32)}, {"fingerprint": "f1"})
FILE = pack(SNAPSHOT, {"title": "Houses", "pages": "6"})


def with_header(header: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header + bytes(24)


def test_a_snapshot_comes_back_as_it_was() -> None:
    assert verify(FILE)["title"] == "Houses"
    assert verify(unpack(FILE) and FILE)["pages"] == "6"
    tensors = json.loads(unpack(FILE)[8:].split(b"}}")[0].decode() + "}}")
    assert tensors["__metadata__"] == {"fingerprint": "f1"}


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b'"text"',
        b"17",
        b"null",
        b'{"__metadata__": []}',
        b'{"__metadata__": {"sha256": 3, "format": "sleepdoc-memory"}}',
        b'{"__metadata__": {"sha256": "x"}, "a": []}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
    ],
)
def test_hostile_headers_are_one_line(header: bytes) -> None:
    with pytest.raises(MismatchError) as refused:
        verify(with_header(header))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("before", [b'"title":"Houses"', b'"pages":"6"', b'"fingerprint'])
def test_a_changed_description_is_noticed(before: bytes) -> None:
    assert FILE.count(before) == 1
    changed = FILE.replace(before, before[:-2] + bytes([before[-2] ^ 1]) + before[-1:])
    with pytest.raises(MismatchError):
        verify(changed)
