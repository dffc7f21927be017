"""A memory as one file of its own: the tensors of a snapshot, described by string metadata.

The file is plain safetensors. Its metadata says what the memory is of and which model can use it,
and has a SHA-256 over all that and the tensors, which detects accidents, not forgers.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sleepdoc.errors import MismatchError

FORMAT = "sleepdoc-memory"
FORMAT_VERSION = "2"
_FIRST_VERSION = "1"
"""Its SHA-256 is over the tensors alone."""

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
    }
    metadata["sha256"] = _digest(metadata, tensors, data)
    return _file({_METADATA: metadata, **tensors}, data)


def verify(file: bytes) -> dict[str, str]:
    """The metadata of a memory file.

    Raises:
        MismatchError: it is not one, or its tensors are not what was written.
    """
    try:
        tensors, metadata, data = _split(file)
        intact = metadata["sha256"] == _digest(metadata, tensors, data)
        known = metadata["format_version"] in (_FIRST_VERSION, FORMAT_VERSION)
        own = json.loads(metadata["snapshot_metadata"])
        _require_strings(own)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MismatchError(f"This is not a memory file: {_reason(error)}.") from error
    if metadata.get("format") != FORMAT or not known:
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
    """Tensors by name, metadata, and what lies behind the header.

    Raises:
        ValueError, TypeError, AttributeError, RecursionError: the header is not one of safetensors.
    """
    length = int.from_bytes(file[:_LENGTH], "little")
    if not 0 < length <= _HEADER_LIMIT or len(file) < _LENGTH + length:
        raise ValueError("it has no safetensors header")
    tensors = json.loads(file[_LENGTH : _LENGTH + length], object_pairs_hook=_without_repeats)
    metadata = tensors.pop(_METADATA, {})
    _require_strings(metadata)
    return tensors, metadata, file[_LENGTH + length :]


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; readers do not agree on which of two equal names counts."""
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("its header says something twice")
    return found


def _require_strings(metadata: Mapping[str, Any]) -> None:
    if not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("its metadata are not strings")


def _reason(error: Exception) -> str:
    """In words that do not repeat what stands in a file from anywhere."""
    return str(error) if type(error) is ValueError else "its header is damaged"


def _digest(metadata: Mapping[str, str], tensors: Mapping[str, Any], data: bytes) -> str:
    """SHA-256 over the metadata, and over name, dtype, shape and bytes of every tensor, both in
    the order of names."""
    digest = hashlib.sha256()
    if metadata["format_version"] != _FIRST_VERSION:
        described = {name: value for name, value in metadata.items() if name != "sha256"}
        digest.update(json.dumps(described, sort_keys=True).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        start, end = tensor["data_offsets"]
        digest.update(json.dumps([name, tensor["dtype"], tensor["shape"]]).encode())
        digest.update(data[start:end])
    return digest.hexdigest()
