"""How a call is cut up for the kernels: chunks, blocks, segments."""

from dataclasses import dataclass
from functools import lru_cache

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
    """How float32 operands are multiplied: exactly, or rounded to TF32 beside half precision."""

    @classmethod
    def of(cls, k: Tensor, v: Tensor, segments: int = 0) -> "Shape":
        """Cut up a call by its keys [B, T, H_k, D_k] and values [B, T, H, D_v]; 0: let it choose."""
        batch, tokens, key_heads, key_dim = k.shape
        heads, value_dim = v.shape[2:]
        half = k.dtype != torch.float32
        chunk = 64 if half else 32
        block_k = max(16, triton.next_power_of_2(key_dim))
        block_v = min(64 if block_k < 256 else 32, max(16, triton.next_power_of_2(value_dim)))
        chunks = triton.cdiv(tokens, chunk)
        if block_k > _MAX_MERGED:
            segments = 1
        if segments == 0:
            programs = batch * heads * triton.cdiv(value_dim, block_v)
            segments = _segments(programs, chunks, k.device)
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
            precision="tf32" if half else "ieee",
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


_MAX_MERGED = 128
"""Key entries of a segment's map: a program merges it whole, in float32."""

_MIN_SEGMENT = 4
"""Chunks a segment must have: a segment costs one more merge and twice the arithmetic."""


def _segments(programs: int, chunks: int, device: torch.device) -> int:
    """Double the segments while the device has multiprocessors with nothing to do."""
    segments = 1
    while programs * segments * 2 <= _multiprocessors(device) and chunks >= (
        2 * segments * _MIN_SEGMENT
    ):
        segments *= 2
    return segments


@lru_cache
def _multiprocessors(device: torch.device) -> int:
    if device.type != "cuda":
        return 1
    return int(torch.cuda.get_device_properties(device).multi_processor_count)
