"""What every kernel test needs: one error measure that never looks away, and seeded inputs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor


def error_ratio(actual: Tensor, expected: Tensor) -> float:
    """|actual - expected| / |expected| in float64; infinite where it cannot be said."""
    difference = (actual.double() - expected.double()).norm().item()
    if difference == 0:
        return 0.0
    ratio = difference / max(expected.double().norm().item(), torch.finfo(torch.float64).tiny)
    return ratio if ratio == ratio else float("inf")


def assert_close(actual: Tensor, expected: Tensor, *, ratio: float, name: str) -> None:
    """Fail unless the shapes agree and the RMSE is at most `ratio` of the RMS of `expected`.

    There is no absolute slack: zeros must be met by zeros, and a NaN on either side fails.
    """
    if actual.shape != expected.shape:
        raise AssertionError(f"{name}: shape {list(actual.shape)}, not {list(expected.shape)}")
    error = error_ratio(actual, expected)
    if not error <= ratio:
        raise AssertionError(f"{name}: RMSE ratio {error:.2e} is above {ratio:.0e}")


@dataclass(frozen=True)
class Inputs:
    """Arguments of `gated_delta_rule`."""

    q: Tensor
    k: Tensor
    v: Tensor
    log_decay: Tensor | None
    beta: Tensor
    state: Tensor

    def map(self, change: Callable[[Tensor], Tensor]) -> "Inputs":
        """The same inputs with `change` applied to every tensor."""
        fields = {name: value for name, value in vars(self).items() if value is not None}
        return replace(self, **{name: change(value) for name, value in fields.items()})

    def keywords(self) -> dict[str, Tensor | None]:
        return dict(vars(self))


def make_inputs(
    *,
    tokens: int,
    batch: int = 2,
    heads: int = 3,
    key_heads: int | None = None,
    key_dim: int = 16,
    value_dim: int = 24,
    beta_max: float = 1.0,
    decay: bool = True,
    seed: int = 0,
) -> Inputs:
    """Random inputs in float64, with unit keys and a state that is not zero.

    Decays range from almost none to strong, beta from 0 to `beta_max`.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    key_shape = (batch, tokens, key_heads or heads, key_dim)
    return Inputs(
        q=F.normalize(normal(*key_shape), dim=-1),
        k=F.normalize(normal(*key_shape), dim=-1),
        v=normal(batch, tokens, heads, value_dim),
        log_decay=F.logsigmoid(3 * normal(batch, tokens, heads) + 3) if decay else None,
        beta=beta_max * normal(batch, tokens, heads).sigmoid(),
        state=normal(batch, heads, value_dim, key_dim),
    )
