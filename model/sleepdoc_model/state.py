"""What a network remembers: the KV cache of its window, and fast weights that outlive it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sleepdoc_model.config import SUBJECT_FEATURES, ModelConfig

Memory = tuple[Tensor, ...]
"""One tensor [B, *MemoryConfig.state_shape] in fp32 per memory layer, lowest layer first: fast
weights in the first D_v rows, and what else writing needs."""


def empty_memory(config: ModelConfig, batch: int = 1, device: str = "cpu") -> Memory:
    """Fast weights that have been told nothing: all zeros."""
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
    their place unused. `given` [B, size, heads, features + 2] is what tokens tell others about
    their subject, if the network has such heads; the last of it is their salience.
    """

    keys: Tensor
    values: Tensor
    length: int = 0
    given: Tensor | None = None

    @classmethod
    def allocate(
        cls, config: ModelConfig, size: int, *, batch: int = 1, dtype: torch.dtype, device: str
    ) -> "KVCache":
        heads = config.attention
        shape = (len(config.layers), batch, heads.kv_heads, size, heads.head_dim)
        zeros = torch.zeros(shape, dtype=dtype, device=device)
        cache = cls(zeros, torch.zeros_like(zeros))
        if config.memory.subject:
            gives = (batch, size, config.memory.subject, SUBJECT_FEATURES + 2)
            cache.given = torch.zeros(gives, device=device)
            cache.give_nothing(size)
        return cache

    @property
    def size(self) -> int:
        return self.keys.shape[3]

    def begin(self, other: "KVCache") -> None:
        """Become a copy of a shorter one of the same network or of one that gives nothing."""
        self.length = other.length
        self.keys[:, :, :, : self.length] = other.keys
        self.values[:, :, :, : self.length] = other.values
        if self.given is not None and other.given is not None:
            self.given[:, : self.length] = other.given

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store k and v [B, kv_heads, T, D] after what is there; returns all of that layer's.

        `length` advances once per forward, not per layer: see `Network.forward`.
        """
        end = self.length + k.shape[2]
        self.keys[layer, :, :, self.length : end] = k
        self.values[layer, :, :, self.length : end] = v
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def give(self, given: Tensor, *, grow: bool) -> Tensor:
        """What tokens so far and new ones [B, T, heads, features + 2] give; `grow` stores it."""
        if self.given is None:
            return given
        end = self.length + given.shape[1]
        if grow:
            self.given[:, self.length : end] = given
            return self.given[:, :end]
        before = self.given[:, : self.length].expand(len(given), -1, -1, -1)
        return torch.cat((before, given), dim=1)

    def give_nothing(self, count: int) -> None:
        """Leave the next `count` tokens out of every subject."""
        if self.given is not None:
            left_out = self.given[:, self.length : self.length + count]
            left_out.zero_()
            left_out[..., -1] = -torch.inf

    def prefix(self, layer: int, batch: int) -> tuple[Tensor, Tensor]:
        """One layer's keys and values so far, seen by `batch` sequences alike."""
        shape = (batch, -1, -1, -1)
        return (
            self.keys[layer, :, :, : self.length].expand(shape),
            self.values[layer, :, :, : self.length].expand(shape),
        )
