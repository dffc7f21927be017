"""How each implementation is called: the operands it wants, in the precision it wants."""

from collections.abc import Callable
from importlib import import_module

import torch
from torch import Tensor

Function = Callable[
    [Tensor | None, Tensor, Tensor, Tensor | None, Tensor, Tensor], tuple[Tensor | None, Tensor]
]
"""q, k, v, log_decay, beta, state -> out, state; see `naive.scan`."""

_WIDE = {
    "torch_step": ("torch_step", "step"),
    "torch_chunk_bfloat16": ("torch_chunk", "scan_bfloat16"),
    "torch_chunk": ("torch_chunk", "scan"),
    "naive": ("naive", "scan"),
}
"""Take everything in the dtype of the state, and keys for every head."""

_MIXED = {"triton_step": ("triton_step", "step"), "triton_chunk": ("triton_chunk", "scan")}
"""Take q, k and v in one dtype of any width, and keys that heads share."""


def run(
    name: str,
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
) -> tuple[Tensor | None, Tensor]:
    """Call an implementation by its name in `dispatch`."""
    wide = state.dtype
    gates = (None if log_decay is None else log_decay.to(wide), beta.to(wide), state)
    with torch.autocast(v.device.type, enabled=False):
        if name in _MIXED:
            dtype = torch.promote_types(k.dtype, v.dtype)
            q = None if q is None else q.to(dtype)
            return _function(*_MIXED[name])(q, k.to(dtype), v.to(dtype), *gates)
        heads = v.shape[2]
        q = None if q is None else for_heads(q.to(wide), heads)
        return _function(*_WIDE[name])(q, for_heads(k.to(wide), heads), v.to(wide), *gates)


def for_heads(x: Tensor, heads: int) -> Tensor:
    """Repeat shared keys or queries [B, T, H_k, D] for every head of its group."""
    groups = heads // x.shape[2]
    return x if groups == 1 else x.repeat_interleave(groups, dim=2)


def _function(module: str, name: str) -> Function:
    # Not before it is needed: Triton is optional, and decides when it is imported how it runs.
    found: Function = getattr(import_module(f"{__package__}.{module}"), name)
    return found
