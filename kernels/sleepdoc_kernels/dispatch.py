"""Which implementation runs a call, and why not another.

Rules stand in order of preference; the first that does not refuse the call is taken. The variable
SLEEPDOC_KERNELS names one implementation for every call of the process instead.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

import torch
from torch import Tensor

from sleepdoc_kernels.cpu import fast_bfloat16

VARIABLE = "SLEEPDOC_KERNELS"

INTERPRETED = "TRITON_INTERPRET"
"""Triton's own switch: its kernels run on the CPU, slowly, for tests."""


@dataclass(frozen=True)
class Call:
    """What there is to know about a call before it runs."""

    device: str
    dtype: torch.dtype
    tokens: int
    heads: int
    key_dim: int
    value_dim: int
    grad: bool

    @classmethod
    def of(cls, k: Tensor, v: Tensor, *others: Tensor | None) -> "Call":
        """Describe a call by its keys and values; `others` matter for the gradient only."""
        return cls(
            device=k.device.type,
            dtype=torch.promote_types(k.dtype, v.dtype),
            tokens=k.shape[1],
            heads=v.shape[2],
            key_dim=k.shape[-1],
            value_dim=v.shape[-1],
            grad=torch.is_grad_enabled()
            and any(x is not None and x.requires_grad for x in (k, v, *others)),
        )

    def __str__(self) -> str:
        tokens = f"{self.tokens} token{'s' * (self.tokens != 1)}"
        shape = f"{tokens} of {self.heads}x{self.key_dim}x{self.value_dim}"
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
    default: Callable[[Call], bool] = lambda call: True
    """Whether it is worth taking without having been asked for."""


def _many_tokens(call: Call) -> str | None:
    return None if call.tokens == 1 else f"takes one token per call, not {call.tokens}"


def _not_for_triton(call: Call) -> str | None:
    if find_spec("triton") is None:
        return "needs Triton: pip install 'sleepdoc[gpu]'"
    if call.device == "cpu":
        if os.environ.get(INTERPRETED) != "1":
            return f"needs an NVIDIA GPU (or {INTERPRETED}=1, for tests)"
        if call.dtype == torch.bfloat16:
            return "is wrong in bfloat16 when interpreted"
    elif call.device != "cuda" or torch.version.cuda is None:
        return f"needs an NVIDIA GPU, not {call.device}"
    elif _capability() < (8, 0):
        return "needs an NVIDIA GPU of compute capability 8.0 or above"
    if call.dtype == torch.float64:
        return "computes in float32 at most"
    if call.key_dim > 256:
        return "takes keys of at most 256"
    return None


def _not_for_triton_step(call: Call) -> str | None:
    refusal = _not_for_triton(call) or _many_tokens(call)
    return refusal or ("has no gradient" if call.grad else None)


def _not_for_bfloat16(call: Call) -> str | None:
    if call.device != "cpu":
        return f"is for CPUs, not {call.device}"
    if call.dtype != torch.bfloat16:
        return f"takes bfloat16, not {str(call.dtype).removeprefix('torch.')}"
    return "has no gradient" if call.grad else None


def _pays_in_bfloat16(call: Call) -> bool:
    # Below that size, converting costs more than multiplying faster saves.
    return fast_bfloat16() and call.tokens > 1 and call.heads * call.key_dim >= 512


@cache
def _capability() -> tuple[int, int]:
    return torch.cuda.get_device_capability()


def _on_gpu(call: Call) -> bool:
    return call.device == "cuda"


def _never(call: Call) -> None:
    return None


_RULES = (
    _Rule("triton_step", "one token in one kernel", _not_for_triton_step, _on_gpu),
    _Rule("triton_chunk", "chunks on tensor cores, and their gradient", _not_for_triton, _on_gpu),
    _Rule("torch_step", "one rank-one write, for decoding", _many_tokens),
    _Rule(
        "torch_chunk_bfloat16",
        "chunks with products in bfloat16, where the CPU has instructions for them",
        _not_for_bfloat16,
        _pays_in_bfloat16,
    ),
    _Rule("torch_chunk", "parallel inside chunks, with its gradient in closed form", _never),
    _Rule("naive", "the definition, token by token, for tests", _never),
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
    if not asked:
        best = next(rule for rule in _RULES if rule.refusal(call) is None and rule.default(call))
        return Choice(best.name, f"{best.purpose}; {call}")
    for rule in _RULES:
        if rule.name == asked:
            if refusal := rule.refusal(call):
                raise ValueError(f"{asked}, asked for by {source}, {refusal}")
            return Choice(asked, f"asked for by {source}; {call}")
    known = ", ".join(rule.name for rule in _RULES)
    raise ValueError(f"{source} asks for {asked!r}, which is none of {known}")


def prefers_triton(x: Tensor) -> bool:
    """Whether small operations beside the scan take their Triton kernels too."""
    if os.environ.get(VARIABLE, "triton_").startswith("triton_"):
        call = Call(x.device.type, x.dtype, 1, 1, 1, 1, grad=False)
        return _on_gpu(call) and _not_for_triton(call) is None
    return False
