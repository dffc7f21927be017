"""The gated delta rule: how a sequence of keys and values is written into fast weights.

S_t = exp(g_t) S_{t-1} (I - beta_t k_t k_t^T) + beta_t v_t k_t^T        out_t = S_t q_t
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_kernels import dispatch
from sleepdoc_kernels.gated_delta_rule import torch_step
from sleepdoc_kernels.gated_delta_rule.implementations import for_heads, run
from sleepdoc_kernels.gated_delta_rule.window_map import WindowMap

__all__ = ["WindowMap", "gated_delta_rule", "read_state", "window_map"]


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
    """Write a sequence into the state and, if asked, read it back token by token.

    The caller normalises and scales: nothing is done to q and k here. Writes are stable as long as
    ``beta * |k|^2 <= 2``. A token with beta = 0 and log_decay = 0 leaves the state bit-identical.

    Args:
        q: [B, T, H_k, D_k], not needed (and not read) with ``output=False``.
        k: [B, T, H_k, D_k]; each of the H_k heads serves H / H_k heads of v, in order.
        v: [B, T, H, D_v].
        log_decay: [B, T, H], finite and never above 0; None: nothing decays.
        beta: [B, T, H], the strength of each write.
        state: [B, H, D_v, D_k], float32 (float64 if k or v is), not changed; None: zeros.
        output: False only updates the state, which is faster.
        implementation: A name of `dispatch.implementations`; None lets `dispatch.choose` decide.

    Returns:
        [B, T, H, D_v] in the dtype of v, what each token reads after its own write, or None; and
        the new state, in float32 (float64), as are all sums; README.md says which implementations
        multiply in less.

    Raises:
        ValueError: Shapes or dtypes do not fit, or the implementation cannot take the call.
    """
    dtype = torch.float64 if torch.float64 in (k.dtype, v.dtype) else torch.float32
    batch, tokens, heads, value_dim = _check_sequence(q if output else k, k, v, log_decay, beta)
    state_shape = (batch, heads, value_dim, k.shape[-1])
    if state is None:
        state = v.new_zeros(state_shape, dtype=dtype)
    elif state.shape != state_shape or state.dtype != dtype:
        raise ValueError(
            f"state must be {list(state_shape)} in {dtype}, "
            f"not {list(state.shape)} in {state.dtype}"
        )
    if not output:
        q = None
    chosen = dispatch.choose(dispatch.Call.of(k, v, q, log_decay, beta, state), implementation)
    if tokens == 0:
        return v.clone() if output else None, state.clone()
    out, new_state = run(chosen.name, q, k, v, log_decay, beta, state)
    return None if out is None else out.to(v.dtype), new_state


def window_map(
    k: Tensor,
    v: Tensor,
    *,
    log_decay: Tensor | None,
    beta: Tensor,
    implementation: str | None = None,
) -> WindowMap:
    """What a sequence does to any state, as an affine map; shapes as in `gated_delta_rule`.

    Values are widened by as many columns as keys have, and the state by the identity in those
    rows: it comes out as A. Powers of A need more than half precision, so nothing less is used.

    Raises:
        ValueError: Shapes or dtypes do not fit, or the implementation cannot take the call.
    """
    wide = torch.promote_types(torch.promote_types(k.dtype, v.dtype), torch.float32)
    batch, _, heads, value_dim = v.shape
    key_dim = k.shape[-1]
    identity = torch.eye(key_dim, dtype=wide, device=v.device).expand(batch, heads, -1, -1)
    _, state = gated_delta_rule(
        None,
        k.to(wide),
        F.pad(v.to(wide), (0, key_dim)),
        log_decay=log_decay,
        beta=beta,
        state=torch.cat((identity.new_zeros(batch, heads, value_dim, key_dim), identity), dim=2),
        output=False,
        implementation=implementation,
    )
    return WindowMap(kept=state[:, :, value_dim:], written=state[:, :, :value_dim])


def read_state(q: Tensor, state: Tensor) -> Tensor:
    """Read without writing: ``S q`` for every token.

    Args:
        q: [B, T, H_q, D_k], where H_q divides H.
        state: [B, H, D_v, D_k].

    Returns:
        [B, T, H, D_v] in the dtype of q, computed in the dtype of the state.

    Raises:
        ValueError: The shapes do not fit.
    """
    batch, heads, _, key_dim = state.shape
    if q.ndim != 4 or q.shape[0] != batch or q.shape[3] != key_dim or heads % q.shape[2]:
        raise ValueError(f"q {list(q.shape)} does not fit state {list(state.shape)}")
    grad = torch.is_grad_enabled() and (q.requires_grad or state.requires_grad)
    if q.shape[1] == 1 and not grad and dispatch.prefers_triton(q):
        from sleepdoc_kernels.gated_delta_rule import triton_step

        return triton_step.read(q, state)
    with torch.autocast(q.device.type, enabled=False):
        return torch_step.read(for_heads(q.to(state.dtype), heads), state).to(q.dtype)


def _check_sequence(
    q: Tensor | None, k: Tensor, v: Tensor, log_decay: Tensor | None, beta: Tensor
) -> torch.Size:
    if q is None:
        raise ValueError("output=True needs q; output=False only updates the state")
    shapes = f"q {list(q.shape)}, k {list(k.shape)}, v {list(v.shape)}, beta {list(beta.shape)}"
    if q.ndim != 4 or v.ndim != 4 or q.shape != k.shape or k.shape[:2] != v.shape[:2]:
        raise ValueError(f"q and k must be [B, T, H_k, D_k] and v [B, T, H, D_v]: {shapes}")
    if v.shape[2] % k.shape[2]:
        raise ValueError(f"the heads of k must divide the heads of v: {shapes}")
    if beta.shape != v.shape[:3]:
        raise ValueError(f"beta must be [B, T, H]: {shapes}")
    if log_decay is not None and log_decay.shape != beta.shape:
        raise ValueError(f"log_decay {list(log_decay.shape)} must have the shape of beta: {shapes}")
    return v.shape
