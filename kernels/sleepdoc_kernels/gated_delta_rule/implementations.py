"""How each implementation is called: the operands it wants, in the precision it wants."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sleepdoc_kernels.gated_delta_rule import naive, torch_chunk, torch_step

Function = Callable[
    [Tensor | None, Tensor, Tensor, Tensor | None, Tensor, Tensor], tuple[Tensor | None, Tensor]
]
"""q, k, v, log_decay, beta, state -> out, state; see `naive.scan`."""


# Not imported before it is needed: Triton is optional, and reads TRITON_INTERPRET on import.
def _triton_step(*inputs: Any) -> tuple[Tensor | None, Tensor]:
    from sleepdoc_kernels.gated_delta_rule import triton_step

    return triton_step.step(*inputs)


def _triton_chunk(*inputs: Any) -> tuple[Tensor | None, Tensor]:
    from sleepdoc_kernels.gated_delta_rule import triton_chunk

    return triton_chunk.scan(*inputs)


_WIDE: dict[str, Function] = {
    "torch_step": torch_step.step,
    "torch_chunk_bfloat16": torch_chunk.scan_bfloat16,
    "torch_chunk": torch_chunk.scan,
    "naive": naive.scan,
}
"""Take everything in the dtype of the state, and keys for every head."""

_MIXED: dict[str, Function] = {"triton_step": _triton_step, "triton_chunk": _triton_chunk}
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
            return _MIXED[name](q, k.to(dtype), v.to(dtype), *gates)
        heads = v.shape[2]
        q = None if q is None else for_heads(q.to(wide), heads)
        return _WIDE[name](q, for_heads(k.to(wide), heads), v.to(wide), *gates)


def for_heads(x: Tensor, heads: int) -> Tensor:
    """Repeat shared keys or queries [B, T, H_k, D] for every head of its group."""
    groups = heads // x.shape[2]
    return x if groups == 1 else x.repeat_interleave(groups, dim=2)
