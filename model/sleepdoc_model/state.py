"""What a network remembers: the KV cache of its window, and fast weights that outlive it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sleepdoc_model.config import SUBJECT_FEATURES, ModelConfig

Memory = tuple[Tensor, ...]
"""One tensor [B, *MemoryConfig.state_shape] in fp32 per memory layer, lowest layer first: fast
weights in the first D_v rows, and what else writing needs."""


def empty_memory(config: ModelConfig, batch: int = 1, device: str = "cpu") -> Memory:
    """The memory before anything was written: all zeros."""
    shape = (batch, *config.memory.state_shape)
    return tuple(torch.zeros(shape, device=device) for _ in config.memory_layers)


def relative_change(before: Memory, after: Memory, value_dim: int) -> tuple[float, ...]:
    """Per layer, the Frobenius norm of what changed of the fast weights over the norm of them now.

    These are the first `value_dim` rows of a state.
    """
    changes = []
    for states in zip(before, after, strict=True):
        old, new = (state[:, :, :value_dim] for state in states)
        size = torch.linalg.vector_norm(new).item()
        changes.append(torch.linalg.vector_norm(new - old).item() / max(size, 1e-12))
    return tuple(changes)


def of_others(memory: Memory) -> Memory:
    """For every document of a batch the memory of the one before it."""
    return tuple(state.roll(1, 0) for state in memory)


@dataclass
class KVCache:
    """Keys and values of one window. Allocated once at full size, so that decoding costs the same
    in the first window and in the thousandth.

    Shapes: keys and values [layers, B, kv_heads, size, head_dim]; layers without attention keep
    their place unused. `subjects` [B, size, S, F + 2] is what `Subject.project` makes of the
    tokens, if the network has such heads; the last of it is their salience.
    """

    keys: Tensor
    values: Tensor
    length: int = 0
    subjects: Tensor | None = None

    @classmethod
    def allocate(
        cls, config: ModelConfig, size: int, *, batch: int = 1, dtype: torch.dtype, device: str
    ) -> "KVCache":
        heads = config.attention
        window = (len(config.layers), batch, heads.kv_heads, size, heads.head_dim)
        zeros = torch.zeros(window, dtype=dtype, device=device)
        cache = cls(zeros, torch.zeros_like(zeros))
        if config.memory.subject:
            shape = (batch, size, config.memory.subject, SUBJECT_FEATURES + 2)
            cache.subjects = torch.zeros(shape, device=device)
            cache.skip_subjects(size)
        return cache

    @property
    def size(self) -> int:
        return self.keys.shape[3]

    def begin(self, other: "KVCache") -> None:
        """Become a copy of a shorter one of the same network."""
        self.length = other.length
        self.keys[:, :, :, : self.length] = other.keys
        self.values[:, :, :, : self.length] = other.values
        if self.subjects is not None and other.subjects is not None:
            self.subjects[:, : self.length] = other.subjects

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store k and v [B, kv_heads, T, D] after what is there; returns all of that layer's.

        `length` advances once per forward, not per layer: see `Network.forward`.
        """
        end = self.length + k.shape[2]
        self.keys[layer, :, :, self.length : end] = k
        self.values[layer, :, :, self.length : end] = v
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def append_subjects(self, projected: Tensor, *, grow: bool) -> Tensor:
        """All tokens' `Subject.project` so far and that of new ones [B, T, S, F + 2]; `grow` stores
        the new ones."""
        if self.subjects is None:
            return projected
        end = self.length + projected.shape[1]
        if grow:
            self.subjects[:, self.length : end] = projected
            return self.subjects[:, :end]
        before = self.subjects[:, : self.length].expand(len(projected), -1, -1, -1)
        return torch.cat((before, projected), dim=1)

    def skip_subjects(self, count: int) -> None:
        """Leave the next `count` tokens out of every subject."""
        if self.subjects is not None:
            left_out = self.subjects[:, self.length : self.length + count]
            left_out.zero_()
            left_out[..., -1] = -torch.inf

    def prefix(self, layer: int, batch: int) -> tuple[Tensor, Tensor]:
        """One layer's keys and values so far, seen by `batch` sequences alike."""
        shape = (batch, -1, -1, -1)
        return (
            self.keys[layer, :, :, : self.length].expand(shape),
            self.values[layer, :, :, : self.length].expand(shape),
        )
