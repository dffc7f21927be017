"""A memory as one file of its own: the tensors of a snapshot, described by string metadata.

The file is plain safetensors. Its metadata says what the memory is of and which model can use it,
and has a SHA-256 over the tensors, which detects accidents, not forgers.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sleepdoc.errors import MismatchError

FORMAT = "sleepdoc-memory"
FORMAT_VERSION = "1"

_METADATA = "__metadata__"
_LENGTH = 8
_HEADER_LIMIT = 1 << 20


def pack(snapshot: bytes, description: Mapping[str, str]) -> bytes:
    """A memory file with the tensors of `snapshot`, a safetensors file."""
    tensors, own, data = _split(snapshot)
    metadata = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        **description,
        "snapshot_metadata": json.dumps(own, sort_keys=True),
        "sha256": _digest(tensors, data),
    }
    return _file({_METADATA: metadata, **tensors}, data)


def verify(file: bytes) -> dict[str, str]:
    """The metadata of a memory file.

    Raises:
        MismatchError: it is not one, or its tensors are not what was written.
    """
    try:
        tensors, metadata, data = _split(file)
        intact = metadata["sha256"] == _digest(tensors, data)
    except (ValueError, KeyError, TypeError) as error:
        raise MismatchError(f"This is not a memory file: {error}.") from error
    if metadata.get("format") != FORMAT or metadata.get("format_version") != FORMAT_VERSION:
        raise MismatchError("This is not a memory file of a format that this version knows.")
    if not intact:
        raise MismatchError("The memory file is damaged: its content has another SHA-256.")
    return metadata


def unpack(file: bytes) -> bytes:
    """The snapshot that a memory file was made of, as the safetensors file it was.

    Raises:
        MismatchError: as `verify`.
    """
    own = json.loads(verify(file)["snapshot_metadata"])
    tensors, _, data = _split(file)
    return _file({_METADATA: own, **tensors} if own else tensors, data)


def _file(header: Mapping[str, Any], data: bytes) -> bytes:
    written = json.dumps(header, separators=(",", ":")).encode()
    written += b" " * (-len(written) % _LENGTH)
    return len(written).to_bytes(_LENGTH, "little") + written + data


def _split(file: bytes) -> tuple[dict[str, Any], dict[str, str], bytes]:
    length = int.from_bytes(file[:_LENGTH], "little")
    if not 0 < length <= _HEADER_LIMIT or len(file) < _LENGTH + length:
        raise ValueError("it has no safetensors header")
    tensors = json.loads(file[_LENGTH : _LENGTH + length])
    metadata = tensors.pop(_METADATA, {})
    return tensors, metadata, file[_LENGTH + length :]


def _digest(tensors: Mapping[str, Any], data: bytes) -> str:
    """SHA-256 over name, dtype, shape and bytes of every tensor, in the order of names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        start, end = tensor["data_offsets"]
        digest.update(json.dumps([name, tensor["dtype"], tensor["shape"]]).encode())
        digest.update(data[start:end])
    return digest.hexdigest()
