"""The tensors of a GGUF file, without the gguf package's reader.

That one turns every token of the vocabulary into Python objects first, which takes longer than
everything else at start-up together.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sleepdoc_model.gguf.header import TensorInfo, read_part

Array = np.ndarray[Any, np.dtype[Any]]


class GGUFFile:
    """One GGUF file, mapped into memory; of a split model, what this part holds."""

    def __init__(self, path: Path) -> None:
        """Map `path`.

        Raises:
            BadGGUF: the file breaks the format or a limit.
            OSError: the file cannot be read.
        """
        header = read_part(path)
        self.tensors, self._start = header.tensors, header.data_start
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __iter__(self) -> Iterator[tuple[str, Array]]:
        """Every tensor's name and values, dequantised to fp32."""
        for info in self.tensors:
            yield info.name, self.read(info)

    def read(self, info: TensorInfo) -> Array:
        # The package imports much more than this, and prepared weights need nothing of it.
        from gguf import GGMLQuantizationType
        from gguf.quants import dequantize

        raw = np.frombuffer(self._data, np.uint8, info.size, self._start + info.offset)
        rows = raw.reshape(-1, info.shape[-1] // info.kind.block * info.kind.size)
        return dequantize(rows, GGMLQuantizationType(info.kind.number)).reshape(info.shape)
