"""One token in one kernel, for decoding on a GPU: write it if asked, and read."""

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor


def step(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
) -> tuple[Tensor | None, Tensor]:
    """`torch_step.step` for q, k and v of any precision; no gradient."""
    inputs = (x if x is None else x.contiguous() for x in (q, k, v, log_decay, beta, state))
    out, after = _write(*inputs)
    return None if q is None else out, after


def read(q: Tensor, state: Tensor) -> Tensor:
    """``S q`` for one token, q [B, 1, H_q, D_k]; in the dtype of q, no gradient."""
    out: Tensor = _read(q.contiguous(), state.contiguous())
    return out


@torch.library.custom_op("sleepdoc::gated_delta_step", mutates_args=())
def _write(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
) -> tuple[Tensor, Tensor]:
    """Operators have no optional results: what is not there is empty."""
    out = v.new_empty(0) if q is None else torch.empty_like(v)
    after = torch.empty_like(state)
    launch(state, q=q, k=k, v=v, log_decay=log_decay, beta=beta, out=out, after=after)
    return out, after


@_write.register_fake
def _(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
) -> tuple[Tensor, Tensor]:
    return v.new_empty(0) if q is None else torch.empty_like(v), torch.empty_like(state)


@torch.library.custom_op("sleepdoc::read_state", mutates_args=())
def _read(q: Tensor, state: Tensor) -> Tensor:
    batch, heads, value_dim, _ = state.shape
    out = q.new_empty(batch, 1, heads, value_dim)
    launch(state, q=q, k=q, v=None, log_decay=None, beta=None, out=out, after=None)
    return out


@_read.register_fake
def _(q: Tensor, state: Tensor) -> Tensor:
    return q.new_empty(state.shape[0], 1, *state.shape[1:3])


def launch(state: Tensor, *, q: Tensor | None, k: Tensor, **others: Any) -> None:
    """Run the kernel on contiguous inputs and outputs; without `after` it only reads."""
    batch, heads, value_dim, key_dim = state.shape
    rows = min(32, max(16, triton.next_power_of_2(value_dim)))
    _step[(triton.cdiv(value_dim, rows), batch * heads)](
        state,
        q,
        k,
        others["v"],
        others["log_decay"],
        others["beta"],
        others["out"],
        others["after"],
        H=heads,
        H_K=k.shape[2],
        D_K=key_dim,
        D_V=value_dim,
        B_K=max(16, triton.next_power_of_2(key_dim)),
        B_V=rows,
        READ=q is not None,
        WRITE=others["after"] is not None,
        DECAY=others["log_decay"] is not None,
        num_warps=4,
    )


@triton.jit
def _step(
    state,
    q,
    k,
    v,
    log_decay,
    beta,
    out,
    after,
    H: tl.constexpr,
    H_K: tl.constexpr,
    D_K: tl.constexpr,
    D_V: tl.constexpr,
    B_K: tl.constexpr,
    B_V: tl.constexpr,
    READ: tl.constexpr,
    WRITE: tl.constexpr,
    DECAY: tl.constexpr,
):
    head = tl.program_id(1).to(tl.int64)
    shared = ((head // H) * H_K + (head % H) // (H // H_K)) * D_K
    dk = tl.arange(0, B_K)
    dv = tl.program_id(0) * B_V + tl.arange(0, B_V)
    whole = (dv < D_V)[:, None] & (dk < D_K)[None, :]
    cell = (head * D_V + dv[:, None]) * D_K + dk[None, :]
    held = tl.load(state + cell, mask=whole, other=0.0)
    if WRITE:
        key = tl.load(k + shared + dk, mask=dk < D_K, other=0.0).to(tl.float32)
        value = tl.load(v + head * D_V + dv, mask=dv < D_V, other=0.0).to(tl.float32)
        if DECAY:
            held *= tl.exp(tl.load(log_decay + head))
        surprise = value - tl.sum(held * key[None, :], axis=1)
        held += tl.load(beta + head) * surprise[:, None] * key[None, :]
        tl.store(after + cell, held, mask=whole)
    if READ:
        query = tl.load(q + shared + dk, mask=dk < D_K, other=0.0).to(tl.float32)
        tl.store(out + head * D_V + dv, tl.sum(held * query[None, :], axis=1), mask=dv < D_V)
