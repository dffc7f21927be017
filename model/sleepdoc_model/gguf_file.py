"""Where the tensors of a GGUF file lie.

The gguf package's reader turns every token of the vocabulary into Python objects first, which takes
longer than everything else at start-up together; this one steps over what it does not need.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

Array = np.ndarray[Any, np.dtype[Any]]
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_UINT32, _STRING, _ARRAY = 4, 8, 9


@dataclass(frozen=True)
class TensorInfo:
    name: str
    shape: tuple[int, ...]
    """As the mathematics has it: [out, in] for a matrix (GGUF lists the fastest axis first)."""
    kind: GGMLQuantizationType
    offset: int


class GGUFFile:
    """A GGUF file of version 3, mapped into memory."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        magic, version, tensors, fields = self._take("<4sIQQ")
        if magic != b"GGUF" or version != 3:
            raise ValueError(f"{path.name} is not a GGUF file of version 3")
        alignment = 32
        for _ in range(fields):
            key = self._string()
            (kind,) = self._take("<I")
            if key == b"general.alignment" and kind == _UINT32:
                (alignment,) = self._take("<I")
            else:
                self._skip(kind)
        infos = [self._tensor_info() for _ in range(tensors)]
        self._start = -(-self._at // alignment) * alignment
        self.tensors = tuple(infos)

    def __iter__(self) -> Iterator[tuple[str, Array]]:
        """Every tensor's name and values, dequantised to fp32."""
        for info in self.tensors:
            yield info.name, self.read(info)

    def read(self, info: TensorInfo) -> Array:
        block, size = GGML_QUANT_SIZES[info.kind]
        width = info.shape[-1] // block * size
        rows = int(np.prod(info.shape[:-1]))
        raw = np.frombuffer(self._data, np.uint8, rows * width, self._start + info.offset)
        return dequantize(raw.reshape(rows, width), info.kind).reshape(info.shape)

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _string(self) -> bytes:
        (length,) = self._take("<Q")
        self._at += length
        return self._data[self._at - length : self._at]

    def _skip(self, kind: int) -> None:
        if kind == _STRING:
            self._string()
        elif kind == _ARRAY:
            inner, count = self._take("<IQ")
            if inner in _SIZES:
                self._at += count * _SIZES[inner]
            else:
                for _ in range(count):
                    self._skip(inner)
        else:
            self._at += _SIZES[kind]

    def _tensor_info(self) -> TensorInfo:
        name = self._string().decode()
        (axes,) = self._take("<I")
        shape = self._take(f"<{axes}Q")
        kind, offset = self._take("<IQ")
        return TensorInfo(name, tuple(reversed(shape)), GGMLQuantizationType(kind), offset)
