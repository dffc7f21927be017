"""The gated delta rule: how a sequence of keys and values is written into fast weights.

S_t = exp(g_t) S_{t-1} (I - beta_t k_t k_t^T) + beta_t v_t k_t^T        out_t = S_t q_t
"""

import torch
from torch import Tensor

from sleepdoc_kernels.gated_delta_rule import naive, torch_chunk, torch_step

__all__ = ["gated_delta_rule", "read_state"]


def gated_delta_rule(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    *,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor | None = None,
    output: bool = True,
    implementation: str | None = None,
) -> tuple[Tensor | None, Tensor]:
    """Write a sequence into the state and, if asked, read it back token by token."""
    batch, _, heads, value_dim = v.shape
    dtype = torch.float64 if k.dtype == torch.float64 else torch.float32
    if output and q is None:
        raise ValueError("output=True needs q; pass output=False to update the state only")
    if state is None:
        state = v.new_zeros((batch, heads, value_dim, k.shape[-1]), dtype=dtype)
    scan = {"naive": naive.scan, "torch_chunk": torch_chunk.scan, "torch_step": torch_step.step}[
        implementation or "torch_chunk"
    ]

    def grouped(x: Tensor) -> Tensor:
        return x.to(dtype).repeat_interleave(heads // x.shape[2], dim=2)

    with torch.autocast(v.device.type, enabled=False):
        out, new_state = scan(
            grouped(q) if output and q is not None else None,
            grouped(k),
            v.to(dtype),
            None if log_decay is None else log_decay.to(dtype),
            beta.to(dtype),
            state.to(dtype),
        )
    return None if out is None else out.to(v.dtype), new_state


def read_state(q: Tensor, state: Tensor) -> Tensor:
    """``S q`` for every token without writing anything: [B, T, H, D_v] in the dtype of q."""
    with torch.autocast(q.device.type, enabled=False):
        grouped = q.to(state.dtype).repeat_interleave(state.shape[1] // q.shape[2], dim=2)
        return torch_step.read(grouped, state).to(q.dtype)
