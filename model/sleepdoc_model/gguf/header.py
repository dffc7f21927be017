"""The header of a GGUF file, read as something a stranger wrote.

Every number is checked before it is used, and tensor data are never touched. What is only stepped
over, such as the vocabulary, makes no Python objects: a header takes milliseconds.
"""

import mmap
import os
import re
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

MAX_HEADER = 128 << 20
"""Bytes. Without it, a sparse file of nothing but empty strings would be walked for hours."""
MAX_FIELDS, MAX_TENSORS = 10_000, 100_000
MAX_KEY, MAX_NAME, MAX_STRING, MAX_TEMPLATE = 256, 63, 1 << 20, 256 << 10
"""Bytes. llama.cpp has room for tensor names of 63."""
MAX_ITEMS, KEPT_ITEMS = 4 << 20, 512
MAX_AXES, MAX_ALIGNMENT = 4, 4096

_U32, _U64, _U32_U64 = struct.Struct("<I"), struct.Struct("<Q"), struct.Struct("<IQ")
_HEAD = struct.Struct("<4sIQQ")
_UINT32, _STRING, _ARRAY = 4, 8, 9
_NUMBER_TABLE = """
    0 uint8 B, 1 int8 b, 2 uint16 H, 3 int16 h, 4 uint32 I, 5 int32 i, 6 float32 f, 7 bool ?,
    10 uint64 Q, 11 int64 q, 12 float64 d
"""
_BLOCK_TABLE = """
    F32 0 1 4, F16 1 1 2, BF16 30 1 2, F64 28 1 8, I8 24 1 1, I16 25 1 2, I32 26 1 4, I64 27 1 8,
    Q4_0 2 32 18, Q4_1 3 32 20, Q5_0 6 32 22, Q5_1 7 32 24, Q8_0 8 32 34, Q8_1 9 32 36,
    Q2_K 10 256 84, Q3_K 11 256 110, Q4_K 12 256 144, Q5_K 13 256 176, Q6_K 14 256 210,
    Q8_K 15 256 292, IQ1_S 19 256 50, IQ1_M 29 256 56, IQ2_XXS 16 256 66, IQ2_XS 17 256 74,
    IQ2_S 22 256 82, IQ3_XXS 18 256 98, IQ3_S 21 256 110, IQ4_NL 20 32 18, IQ4_XS 23 256 136,
    TQ1_0 34 256 54, TQ2_0 35 256 66, MXFP4 39 32 17, NVFP4 40 64 36, Q1_0 41 128 18, Q2_0 42 64 18
"""
_SHARD = re.compile(r"(.+)-([0-9]{5})-of-([0-9]{5})\.gguf", re.DOTALL)


class BadGGUF(ValueError):
    """Damaged, hostile, cut short or not a GGUF file; one line that names the file."""


class TensorType(NamedTuple):
    name: str
    number: int
    block: int
    """Values in a block."""
    size: int
    """Bytes of a block."""


_NUMBERS = {
    int(kind): (name, letter) for kind, name, letter in map(str.split, _NUMBER_TABLE.split(","))
}
TENSOR_TYPES = {
    int(number): TensorType(name, int(number), int(block), int(size))
    for name, number, block, size in map(str.split, _BLOCK_TABLE.split(","))
}


@dataclass(frozen=True)
class ArrayField:
    kind: str
    """Of its items: "string", or a number's type such as "uint32"."""
    count: int
    values: tuple[int | float | bool, ...] | None
    """Kept for up to `KEPT_ITEMS` numbers, as in lists with one item per layer."""


Field = int | float | bool | str | ArrayField


@dataclass(frozen=True)
class TensorInfo:
    name: str
    shape: tuple[int, ...]
    """As the mathematics has it: [out, in] for a matrix (GGUF lists the fastest axis first)."""
    kind: TensorType
    offset: int
    """Bytes from `data_start` of the file that holds it."""

    @property
    def size(self) -> int:
        """Bytes."""
        return prod(self.shape) // self.kind.block * self.kind.size


@dataclass(frozen=True)
class Header:
    version: int
    fields: Mapping[str, Field]
    tensors: tuple[TensorInfo, ...]
    data_start: int
    size: int
    """Bytes of the file, or of all files if the model is split."""


def read_header(path: Path) -> Header:
    """The header of a model; for a split one, of its first file, with the tensors of all.

    Raises:
        BadGGUF: a file breaks the format or a limit, or one is missing.
        OSError: a file cannot be read.
    """
    paths = parts(path)
    headers = [read_part(part) for part in paths]
    for number, (part, header) in enumerate(zip(paths, headers)):
        place = header.fields.get("split.no", number), header.fields.get("split.count", 1)
        if place != (number, len(paths)):
            raise BadGGUF(f"{part.name!r}: its name and its header place it differently")
    tensors = tuple(tensor for header in headers for tensor in header.tensors)
    if len({tensor.name for tensor in tensors}) != len(tensors):
        raise BadGGUF(f"{path.name!r}: a tensor occurs in two parts")
    return replace(headers[0], tensors=tensors, size=sum(header.size for header in headers))


def read_part(path: Path) -> Header:
    """The header of this one file, whether or not the model has others.

    Raises:
        BadGGUF: the file breaks the format or a limit.
        OSError: the file cannot be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # To open a FIFO is to wait for its other end.
        raise BadGGUF(f"{path.name!r}: not a regular file")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if file.read(4) != b"GGUF":
            raise BadGGUF(f"{path.name!r}: not a GGUF file")
        with mmap.mmap(file.fileno(), min(size, MAX_HEADER), access=mmap.ACCESS_READ) as data:
            try:
                return _header(_Cursor(data), size)
            except (EOFError, struct.error):
                whole = size <= MAX_HEADER
                why = "cut short in its header" if whole else f"header over {MAX_HEADER} bytes"
            except BadGGUF as error:
                why = str(error)
    raise BadGGUF(f"{path.name!r}: {why}")


def parts(path: Path) -> tuple[Path, ...]:
    """All files of a model, of which `path` is the first.

    Raises:
        BadGGUF: it is another one, or one is missing.
    """
    match = _SHARD.fullmatch(path.name)
    if match is None:
        return (path,)
    number, count = int(match[2]), int(match[3])
    if not 1 == number <= count:
        raise BadGGUF(f"{path.name!r}: part {number} of {count}; the first one stands for all")
    names = (f"{match[1]}-{part:05d}-of-{count:05d}.gguf" for part in range(1, count + 1))
    paths = tuple(map(path.with_name, names))
    for part in paths[1:]:
        if not part.exists():
            raise BadGGUF(f"{path.name!r}: {part.name!r} is missing beside it")
    return paths


class _Cursor:
    """A place in the header; struct.error or EOFError if a read goes over the end."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def take(self, layout: struct.Struct) -> tuple[Any, ...]:
        return layout.unpack_from(self.data, self.skip(layout.size))

    def skip(self, size: int) -> int:
        start = self.at
        self.at += size
        if self.at > len(self.data):
            raise EOFError
        return start

    def text(self, limit: int, what: str) -> str:
        (length,) = self.take(_U64)
        if length > limit:
            raise BadGGUF(f"{what} has {length} bytes, where {limit} are allowed")
        start = self.skip(length)
        try:
            return self.data[start : self.at].decode()
        except UnicodeDecodeError:
            raise BadGGUF(f"{what} is not UTF-8") from None

    def skip_strings(self, count: int, what: str) -> None:
        # The longest walk there is, over vocabularies and merges: locals, and no calls of ours.
        data, at, length_at, limit = self.data, self.at, _U64.unpack_from, MAX_STRING
        for _ in range(count):
            (length,) = length_at(data, at)
            if length > limit:
                raise BadGGUF(f"{what} holds a string of {length} bytes")
            at += 8 + length
        self.skip(at - self.at)


def _header(cursor: _Cursor, size: int) -> Header:
    _, version, tensors, fields = cursor.take(_HEAD)
    if version not in (2, 3):
        raise BadGGUF(f"GGUF version {version}, where 2 and 3 are known")
    if fields > MAX_FIELDS or tensors > MAX_TENSORS:
        raise BadGGUF(f"{fields} fields and {tensors} tensors are more than any model has")
    found: dict[str, Field] = {}
    for _ in range(fields):
        key, value = _field(cursor)
        if key in found:
            raise BadGGUF(f"field {key!r} occurs twice")
        found[key] = value
    infos: dict[str, TensorInfo] = {}
    for _ in range(tensors):
        info = _tensor(cursor)
        if info.name in infos:
            raise BadGGUF(f"tensor {info.name!r} occurs twice")
        infos[info.name] = info
    alignment = found.get("general.alignment", 32)
    assert isinstance(alignment, int)
    start = -(-cursor.at // alignment) * alignment
    for info in infos.values():
        if info.offset % alignment:
            raise BadGGUF(f"tensor {info.name!r} is not aligned to {alignment} bytes")
        if start + info.offset + info.size > size:
            raise BadGGUF(f"tensor {info.name!r} ends behind the end of the file")
    return Header(version, MappingProxyType(found), tuple(infos.values()), start, size)


def _field(cursor: _Cursor) -> tuple[str, Field]:
    key = cursor.text(MAX_KEY, "a key")
    if not key:
        raise BadGGUF("a field has no key")
    (kind,) = cursor.take(_U32)
    if key == "general.alignment":
        (alignment,) = cursor.take(_U32) if kind == _UINT32 else (0,)
        if alignment.bit_count() != 1 or alignment > MAX_ALIGNMENT:
            raise BadGGUF(f"alignment is not a power of two up to {MAX_ALIGNMENT}")
        return key, alignment
    if kind == _STRING:
        template = key.startswith("tokenizer.chat_template")
        return key, cursor.text(MAX_TEMPLATE if template else MAX_STRING, repr(key))
    if kind == _ARRAY:
        return key, _array(cursor, key)
    if kind not in _NUMBERS:
        raise BadGGUF(f"field {key!r} is of unknown type {kind}")
    (value,) = cursor.take(struct.Struct("<" + _NUMBERS[kind][1]))
    return key, value


def _array(cursor: _Cursor, key: str) -> ArrayField:
    kind, count = cursor.take(_U32_U64)
    if count > MAX_ITEMS:
        raise BadGGUF(f"field {key!r} has {count} items, where {MAX_ITEMS} are allowed")
    if kind == _STRING:
        cursor.skip_strings(count, f"field {key!r}")
        return ArrayField("string", count, None)
    if kind not in _NUMBERS:
        raise BadGGUF(f"field {key!r} is an array of type {kind}, which has no place in one")
    name, letter = _NUMBERS[kind]
    if count <= KEPT_ITEMS:
        return ArrayField(name, count, cursor.take(struct.Struct(f"<{count}{letter}")))
    cursor.skip(count * struct.calcsize("<" + letter))
    return ArrayField(name, count, None)


def _tensor(cursor: _Cursor) -> TensorInfo:
    name = cursor.text(MAX_NAME, "a tensor's name")
    (axes,) = cursor.take(_U32)
    if not 1 <= axes <= MAX_AXES:
        raise BadGGUF(f"tensor {name!r} has {axes} axes, where 1 to {MAX_AXES} are allowed")
    shape = tuple(reversed(cursor.take(struct.Struct(f"<{axes}Q"))))
    number, offset = cursor.take(_U32_U64)
    kind = TENSOR_TYPES.get(number)
    if kind is None:
        raise BadGGUF(f"tensor {name!r} is of unknown type {number}")
    if 0 in shape or shape[-1] % kind.block:
        raise BadGGUF(f"tensor {name!r} of shape {shape} cannot be {kind.name}")
    return TensorInfo(name, shape, kind, offset)
