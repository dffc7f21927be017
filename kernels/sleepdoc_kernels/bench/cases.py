"""What is measured: shapes, operations, and what no implementation can be faster than."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from sleepdoc_kernels.testing import Inputs, make_inputs

Operation = Literal["state", "forward", "training"]
"""Only the final state; outputs as well; outputs and all gradients."""

OPERATIONS: tuple[Operation, ...] = ("state", "forward", "training")


@dataclass(frozen=True)
class Case:
    """A shape of the operation."""

    name: str
    tokens: int
    heads: int
    key_dim: int
    value_dim: int
    batch: int = 1
    key_heads: int | None = None

    def __str__(self) -> str:
        size = f"{self.batch}x{self.tokens}, {self.heads} heads of {self.key_dim}x{self.value_dim}"
        return f"{self.name}: {size}"

    def inputs(self, dtype: torch.dtype, device: str) -> Inputs:
        """Seeded inputs; about e^-2 of the initial state is left at the end."""
        wide = make_inputs(
            tokens=self.tokens,
            batch=self.batch,
            heads=self.heads,
            key_heads=self.key_heads,
            key_dim=self.key_dim,
            value_dim=self.value_dim,
        )
        assert wide.log_decay is not None
        decay = wide.log_decay * (2 / -wide.log_decay.sum(1).mean())

        def on_device(name: str, x: Tensor) -> Tensor:
            return x.to(device, dtype if name in "qkv" else torch.float32)

        fields = {**vars(wide), "log_decay": decay}
        return Inputs(**{name: on_device(name, x) for name, x in fields.items()})

    def floor(self, operation: Operation, rates: "Rates") -> float:
        """Seconds to move every input and output once, or to multiply, whichever is longer.

        Products as in chunks of 64, the fewest any of the algorithms here needs.
        """
        keys = 2 * self.batch * self.tokens * (self.key_heads or self.heads) * self.key_dim
        values = 2 * self.batch * self.tokens * self.heads * self.value_dim
        gates = 8 * self.batch * self.tokens * self.heads
        state = 4 * self.batch * self.heads * self.key_dim * self.value_dim
        chunk, both, square = 64, self.key_dim + self.value_dim, self.key_dim * self.value_dim
        moved, multiplied = keys + values + gates + 2 * state, chunk * 2 * both + 4 * square
        if operation != "state":
            moved += keys + values
            multiplied = chunk * 4 * both + 6 * square
        if operation == "training":
            moved += 4 * keys + 3 * values + 2 * gates + 3 * state
            multiplied += chunk * (18 * self.key_dim + 10 * self.value_dim)
            multiplied += 4 * chunk**2 + 16 * square
        products = self.batch * self.tokens * self.heads * multiplied
        return max(moved / rates.bytes_per_second, products / rates.products_per_second)


@dataclass(frozen=True)
class Rates:
    """What a device does at best, measured on it."""

    bytes_per_second: float
    products_per_second: float
    """Floating-point operations of a large bfloat16 product."""


DEFAULT_MODEL = Case("default", 976, 3, 256, 64)
"""One window of the embedded model, without its pinned prefix, in one layer."""

CPU = (
    Case("a", 2048, 9, 64, 64),
    Case("d", 1024, 16, 128, 128),
    DEFAULT_MODEL,
)

GPU = (
    Case("a", 2048, 9, 64, 64),
    Case("b", 4096, 32, 128, 128, key_heads=16),
    Case("c", 1024, 4, 128, 256, batch=32),
    DEFAULT_MODEL,
)

REHEARSAL = (Case("rehearsal", 70, 2, 16, 16), Case("rehearsal, wide", 33, 2, 32, 64))
