"""The recurrent state of a llama.cpp sequence, taken apart and put together.

llama.cpp writes, little-endian: a head of seven 32-bit numbers, then a row of the short
convolution's tail for every recurrent layer, then a row of S for every recurrent layer; a row is
its type (32 bits), its size in bytes (64 bits) and its values. The format belongs to one version of
llama.cpp, so it is never stored: a snapshot holds S alone, and the rest is made anew here.
"""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float32]]

_MAGIC = 0xAF143CD8
_HEAD, _ROW = struct.Struct("<IiIiIII"), struct.Struct("<iQ")
_POSITION = 3
_F32 = 0


class RecurrentLayout:
    """How one model's state is laid out, learnt from a state it wrote."""

    def __init__(self, state: bytes) -> None:
        """Take `state` as the example.

        Raises:
            ValueError: it is not laid out as described above.
        """
        self._head = list(_HEAD.unpack_from(state)) if len(state) >= _HEAD.size else [0]
        if self._head[0] != _MAGIC or self._head[2] != 1:
            raise ValueError("llama.cpp writes recurrent states in a way not known here")
        tails, weights = _rows(state)
        self._tails = [len(row) for row in tails]
        self.sizes = tuple(len(row) for row in weights)
        """Values of S, per recurrent layer."""

    def weights(self, state: bytes) -> tuple[Array, ...]:
        """S of every recurrent layer, flat."""
        return tuple(_rows(state)[1])

    def state(self, weights: Sequence[Array]) -> bytes:
        """A state with these S, an empty convolution, and token 0 as its last.

        The tail of the convolution belongs to the window: what crosses an eviction is S alone.
        """
        head = [*self._head]
        head[_POSITION] = 0
        rows = [np.zeros(size, np.float32) for size in self._tails] + list(weights)
        return _HEAD.pack(*head) + b"".join(
            _ROW.pack(_F32, row.nbytes) + row.astype("<f4").tobytes() for row in rows
        )


def _rows(state: bytes) -> tuple[list[Array], list[Array]]:
    """The convolutions' tails and S, a row for every layer each."""
    rows, at = list[Array](), _HEAD.size
    while at < len(state):
        kind, size = _ROW.unpack_from(state, at)
        at += _ROW.size
        if kind != _F32 or size % 4 or at + size > len(state):
            raise ValueError("a row of the recurrent state is not of fp32 numbers")
        rows.append(np.frombuffer(state, "<f4", size // 4, at))
        at += size
    half = len(rows) // 2
    if not rows or len(rows) % 2:
        raise ValueError("a recurrent state holds two rows for every layer")
    return rows[:half], rows[half:]
