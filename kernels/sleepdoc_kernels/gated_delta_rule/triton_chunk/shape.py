"""How a call is cut up for the kernels: chunks, blocks, segments."""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import torch
import triton
from torch import Tensor


@dataclass(frozen=True)
class Shape:
    """Sizes of a call and of its pieces. There is one choice per call, made without measuring, so
    that a call can be captured in a CUDA graph and gives the same bits every time."""

    batch: int
    tokens: int
    heads: int
    key_heads: int
    key_dim: int
    value_dim: int
    chunk: int
    """Tokens per chunk, C."""
    block_k: int
    """Key entries held at once: all of them, padded to a power of two."""
    block_v: int
    """Rows of the state per program; rows do not know of each other."""
    segments: int
    """Parts of the sequence that are scanned at the same time and merged afterwards, P."""
    precision: str
    """How float32 operands are multiplied: as one TF32 product, or as three, which lose nothing."""

    @classmethod
    def of(cls, k: Tensor, v: Tensor, segments: int = 0) -> "Shape":
        """Cut up a call by its keys [B, T, H_k, D_k] and values [B, T, H, D_v].

        The sequence is cut into `segments`; 0 leaves that to the size of the GPU.
        """
        batch, tokens, key_heads, key_dim = k.shape
        heads, value_dim = v.shape[2:]
        half = k.dtype != torch.float32
        chunk = 64 if half else 32
        block_k = max(16, triton.next_power_of_2(key_dim))
        most = 8192 // block_k if half else 4096 // block_k
        block_v = min(64 if half else 32, most, max(16, triton.next_power_of_2(value_dim)))
        chunks = triton.cdiv(tokens, chunk)
        limits = _Limits.of(k.device)
        if 4 * block_k**2 > limits.shared // 2:
            segments = 1  # merging holds a segment's map twice
        if segments == 0:
            programs = batch * heads * triton.cdiv(value_dim, block_v)
            segments = _segments(programs, chunks, limits.multiprocessors)
        return cls(
            batch,
            tokens,
            heads,
            key_heads,
            key_dim,
            value_dim,
            chunk,
            block_k,
            block_v,
            segments=min(segments, chunks),
            precision="tf32" if half else "tf32x3",
        )

    @property
    def chunks(self) -> int:
        return int(triton.cdiv(self.tokens, self.chunk))

    @property
    def segment_chunks(self) -> int:
        """Chunks per segment; the last segment may have fewer."""
        return int(triton.cdiv(self.chunks, self.segments))

    @property
    def value_blocks(self) -> int:
        return int(triton.cdiv(self.value_dim, self.block_v))

    @property
    def all_heads(self) -> int:
        """B * H: sequences that are scanned independently."""
        return self.batch * self.heads

    def constants(self) -> dict[str, int | str]:
        """What every kernel of this package takes as constants."""
        return {
            "H": self.heads,
            "H_K": self.key_heads,
            "D_K": self.key_dim,
            "D_V": self.value_dim,
            "C": self.chunk,
            "PRECISION": self.precision,
        }


_MIN_SEGMENT = 4
"""Chunks a segment must have: a segment costs one more merge and twice the arithmetic."""


def _segments(programs: int, chunks: int, multiprocessors: int) -> int:
    """Double the segments while multiprocessors would have nothing to do."""
    segments = 1
    while programs * segments * 2 <= multiprocessors and chunks >= 2 * segments * _MIN_SEGMENT:
        segments *= 2
    return segments


class _Limits(NamedTuple):
    multiprocessors: int
    shared: int
    """Bytes of shared memory a program can have."""

    @classmethod
    @cache
    def of(cls, device: torch.device) -> "_Limits":
        if device.type != "cuda":
            return cls(1, 1 << 18)
        properties = torch.cuda.get_device_properties(device)
        shared = getattr(properties, "shared_memory_per_block_optin", 48 << 10)
        return cls(properties.multi_processor_count, shared)
