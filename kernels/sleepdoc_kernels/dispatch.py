"""Which implementation runs a call, and why not another.

Rules stand in order of preference; the first that does not refuse the call is taken. The variable
SLEEPDOC_KERNELS names one implementation for every call of the process instead.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

VARIABLE = "SLEEPDOC_KERNELS"


@dataclass(frozen=True)
class Call:
    """What there is to know about a call before it runs."""

    device: str
    dtype: torch.dtype
    tokens: int
    key_dim: int
    value_dim: int
    grad: bool

    @classmethod
    def of(cls, k: Tensor, v: Tensor, *others: Tensor | None) -> "Call":
        """Describe a call by its keys and values; `others` matter for the gradient only."""
        return cls(
            device=k.device.type,
            dtype=k.dtype,
            tokens=k.shape[1],
            key_dim=k.shape[-1],
            value_dim=v.shape[-1],
            grad=torch.is_grad_enabled()
            and any(x is not None and x.requires_grad for x in (k, v, *others)),
        )

    def __str__(self) -> str:
        shape = f"{self.tokens} token{'s' * (self.tokens != 1)} of {self.key_dim}x{self.value_dim}"
        gradient = ", with gradient" if self.grad else ""
        return f"{shape}, {str(self.dtype).removeprefix('torch.')} on {self.device}{gradient}"


@dataclass(frozen=True)
class Choice:
    name: str
    reason: str


@dataclass(frozen=True)
class Implementation:
    name: str
    available: bool
    reason: str
    """What it is good for, or why it cannot take the call."""


@dataclass(frozen=True)
class _Rule:
    name: str
    purpose: str
    refusal: Callable[[Call], str | None]
    """Why it cannot take a call; None: it can."""


def _more_than_one_token(call: Call) -> str | None:
    return None if call.tokens == 1 else f"takes one token per call, not {call.tokens}"


def _nothing(call: Call) -> None:
    return None


_RULES = (
    _Rule("torch_step", "one rank-one write, for decoding", _more_than_one_token),
    _Rule("torch_chunk", "parallel inside chunks, with its gradient in closed form", _nothing),
    _Rule("naive", "the definition, token by token, for tests", _nothing),
)


def implementations(call: Call | None = None) -> list[Implementation]:
    """Every implementation in order of preference, for this call or in general."""
    refusals = {rule.name: rule.refusal(call) if call else None for rule in _RULES}
    return [
        Implementation(rule.name, refusals[rule.name] is None, refusals[rule.name] or rule.purpose)
        for rule in _RULES
    ]


def choose(call: Call, requested: str | None = None) -> Choice:
    """Pick the implementation for a call.

    Args:
        call: What is to be run.
        requested: A name the caller insists on; it goes before SLEEPDOC_KERNELS.

    Raises:
        ValueError: The implementation asked for is unknown or refuses this call.
    """
    asked = requested or os.environ.get(VARIABLE)
    source = "the caller" if requested else VARIABLE
    candidates = implementations(call)
    if not asked:
        best = next(candidate for candidate in candidates if candidate.available)
        return Choice(best.name, f"{best.reason}; {call}")
    for candidate in candidates:
        if candidate.name == asked:
            if not candidate.available:
                raise ValueError(f"{asked}, asked for by {source}, {candidate.reason}")
            return Choice(asked, f"asked for by {source}; {call}")
    known = ", ".join(candidate.name for candidate in candidates)
    raise ValueError(f"{source} asks for {asked!r}, which is none of {known}")
