"""What kernel tests and benchmarks need: seeded inputs, and one measure that never looks away."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


class NoFloat64(Tensor):
    """A tensor on a device that plays one without float64, as MPS is; so is all it takes part in.

    `cpu` leaves the device. Whoever uses it says so in place of `exact.has_float64` too.
    """

    @classmethod
    def __torch_function__(
        cls,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = super().__torch_function__(func, types, args, kwargs)  # type: ignore[no-untyped-call]
        if func is Tensor.cpu:
            return result.as_subclass(Tensor)
        if isinstance(result, cls) and result.dtype == torch.float64:
            raise TypeError("this device has no float64")
        return result


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


Scan = Callable[..., tuple[Tensor | None, Tensor]]
"""Called with the fields of `Inputs`; returns outputs, or None, and the state."""


def results(scan: Scan, inputs: Inputs, *, gradients: bool = True) -> dict[str, Tensor]:
    """What a scan gives: `out` (if it gives one), `state`, and `d_<name>` of every input.

    Gradients are those of one random linear loss of all results, the same for every scan.
    """
    leaves = inputs.map(lambda x: x.detach().clone().requires_grad_(gradients))
    found = dict(zip(("out", "state"), scan(**leaves.keywords())))
    named = {name: x for name, x in found.items() if x is not None}
    if gradients:
        generator = torch.Generator().manual_seed(1)
        loss = sum(
            (x * torch.randn(x.shape, generator=generator, dtype=torch.float64).to(x)).sum()
            for x in named.values()
        )
        loss.backward()  # type: ignore[union-attr]
    named = {name: x.detach() for name, x in named.items()}
    given = leaves.keywords().items()
    return named | {f"d_{n}": x.grad for n, x in given if x is not None and x.grad is not None}


_HALF = {"out": 5e-3, "state": 5e-3, "d_beta": 2e-2, "d_log_decay": 2e-2}


def tolerance(name: str, dtype: torch.dtype) -> float:
    """The highest RMSE ratio a result may have, for inputs in this precision."""
    if dtype in (torch.float16, torch.bfloat16):
        return _HALF.get(name, 8e-3)
    return 1e-12 if dtype == torch.float64 else 1e-5


def assert_results(
    actual: dict[str, Tensor], expected: dict[str, Tensor], dtype: torch.dtype
) -> None:
    """Fail unless every result is as near to the expected as its precision allows."""
    if actual.keys() != expected.keys():
        raise AssertionError(f"results {sorted(actual)}, not {sorted(expected)}")
    for name, value in expected.items():
        assert_close(
            actual[name], value.to(actual[name].device), ratio=tolerance(name, dtype), name=name
        )
