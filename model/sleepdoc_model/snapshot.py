"""Fast weights to bytes and back: a safetensors file whose bytes depend on nothing else.

The library writes metadata in an order that varies from run to run, so the few lines that write
the container are our own; reading checks every field before a tensor is made.
"""

import hashlib
import json
import math
from collections.abc import Mapping

import torch
from torch import Tensor

from sleepdoc_model.config import ModelConfig
from sleepdoc_model.engine import StateMismatch
from sleepdoc_model.state import Memory

FORMAT = "sleepdoc-memory"
VERSION = "1"
MAX_HEADER = 1 << 20


def to_bytes(memory: Memory, config: ModelConfig, fingerprint: str) -> bytes:
    """One conversation's memory in fp32: every layer's fast weights [H, D_v, D_k] and, if it has
    one, the lower triangle of its covariance [H, D_k (D_k + 1) / 2], row by row."""
    tensors, values = {}, config.memory.value_dim
    for layer, state in zip(config.memory_layers, memory, strict=True):
        kept = state[0].to("cpu", torch.float32)
        tensors[f"layer.{layer}"] = kept[:, :values].contiguous()
        if kept.shape[1] > values:
            rows, columns = torch.tril_indices(kept.shape[2], kept.shape[2])
            tensors[f"layer.{layer}.covariance"] = kept[:, values + rows, columns].contiguous()
    return pack(tensors, fingerprint, "heads,value,key; covariance: heads,lower triangle")


def from_bytes(data: bytes, config: ModelConfig, fingerprint: str) -> Memory:
    """The memory in `data`, batch of one.

    Raises:
        StateMismatch: damaged, not a memory, or made by another model.
    """
    shapes = _shapes(config)
    found = dict(zip(shapes, unpack(data, fingerprint, shapes), strict=True))
    memory = []
    for layer in config.memory_layers:
        state, triangle = found[f"layer.{layer}"], found.get(f"layer.{layer}.covariance")
        if triangle is not None:
            state = torch.cat((state, _covariance(triangle, state.shape[2])), dim=1)
        memory.append(state[None])
    return tuple(memory)


def size(config: ModelConfig) -> int:
    """How many bytes a memory's tensors take."""
    return 4 * sum(math.prod(shape) for shape in _shapes(config).values())


def _shapes(config: ModelConfig) -> dict[str, list[int]]:
    """Of the tensors of a memory, by name."""
    heads, shapes = config.memory, {}
    for layer in config.memory_layers:
        shapes[f"layer.{layer}"] = [heads.heads, heads.value_dim, heads.key_dim]
        if heads.rule == "least-squares":
            triangle = heads.key_dim * (heads.key_dim + 1) // 2
            shapes[f"layer.{layer}.covariance"] = [heads.heads, triangle]
    return shapes


def _covariance(triangle: Tensor, size: int) -> Tensor:
    """[H, D_k, D_k] from its lower triangle.

    Raises:
        StateMismatch: no keys vary like that, and nothing could be solved with it.
    """
    rows, columns = torch.tril_indices(size, size)
    full = triangle.new_empty(len(triangle), size, size)
    full[:, rows, columns] = triangle
    full[:, columns, rows] = triangle
    rounding = 1e-2 * torch.eye(size, dtype=torch.float64)
    if torch.linalg.cholesky_ex(full.double() + rounding).info.any():
        raise StateMismatch("the memory's covariance is none")
    return full


def pack(tensors: Mapping[str, Tensor], fingerprint: str, layout: str) -> bytes:
    """A memory file of fp32 tensors; equal input gives equal bytes.

    Args:
        tensors: By name.
        fingerprint: Of the model that made them.
        layout: What their dimensions are, in words.
    """
    metadata = {
        "fingerprint": fingerprint,
        "format": FORMAT,
        "layout": layout,
        "version": VERSION,
    }
    header: dict[str, object] = {"__metadata__": metadata}
    blobs, end = [], 0
    for name, tensor in sorted(tensors.items()):
        blob = tensor.numpy().tobytes()
        shape, span = list(tensor.shape), [end, end + len(blob)]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": span}
        blobs.append(blob)
        end += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(blobs)


def unpack(data: bytes, fingerprint: str, shapes: Mapping[str, list[int]]) -> list[Tensor]:
    """The tensors of a memory file, in the order of `shapes`, which names them all.

    Raises:
        StateMismatch: damaged, not a memory, or made by a model of another fingerprint.
    """
    metadata, entries, start = _header(data)
    if metadata.get("format") != FORMAT or metadata.get("version") != VERSION:
        raise StateMismatch("not a memory of a version this program knows")
    if metadata.get("fingerprint") != fingerprint:
        raise StateMismatch("the memory was made by another model")
    found = [_tensor(data, start, entries, name, shape) for name, shape in shapes.items()]
    if entries:
        raise StateMismatch(f"unknown tensor {next(iter(entries))!r}")
    return found


def _header(data: bytes) -> tuple[dict[str, str], dict[str, object], int]:
    """Metadata, tensor entries, and where the tensors start."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > MAX_HEADER or 8 + size > len(data):
        raise StateMismatch("not a memory file")
    try:
        header = json.loads(data[8 : 8 + size])
    except ValueError as error:
        raise StateMismatch("the memory file's header is damaged") from error
    if not isinstance(header, dict):
        raise StateMismatch("the memory file's header is damaged")
    metadata = header.pop("__metadata__", {})
    return metadata, header, 8 + size


def _tensor(
    data: bytes, start: int, entries: dict[str, object], name: str, shape: list[int]
) -> Tensor:
    """Take a tensor of this shape out of a file whose header is `entries`; the entry is removed."""
    entry = entries.pop(name, None)
    if not isinstance(entry, dict) or entry.get("dtype") != "F32" or entry.get("shape") != shape:
        raise StateMismatch(f"{name} is missing or of another shape")
    first, last = entry["data_offsets"]
    if last - first != 4 * math.prod(shape) or first < 0 or start + last > len(data):
        raise StateMismatch(f"{name} is cut")
    flat = torch.frombuffer(bytearray(data[start + first : start + last]), dtype=torch.float32)
    if not flat.isfinite().all():
        raise StateMismatch(f"{name} holds values that are not numbers")
    return flat.reshape(shape)


def fingerprint(*parts: bytes) -> str:
    """Hex SHA-256 over what a memory depends on, each part with its length."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
