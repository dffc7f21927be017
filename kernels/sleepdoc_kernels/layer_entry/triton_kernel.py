"""The same in one kernel, without a gradient."""

import torch
import triton
import triton.language as tl
from torch import Tensor

_TOKENS = 16


def layer_entry(
    k: Tensor,
    strength: Tensor,
    decay: Tensor | None,
    log_rate: Tensor | None,
    active: Tensor | None,
) -> tuple[Tensor, Tensor | None, Tensor]:
    """See the package."""
    inputs = (x if x is None else x.contiguous() for x in (k, strength, decay, log_rate, active))
    key, log_decay, beta = _entry(*inputs)
    return key, None if decay is None else log_decay, beta


@torch.library.custom_op("sleepdoc::layer_entry", mutates_args=())
def _entry(
    k: Tensor,
    strength: Tensor,
    decay: Tensor | None,
    log_rate: Tensor | None,
    active: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Operators have no optional results: without decays theirs is empty."""
    out, beta = torch.empty_like(k), torch.empty_like(strength)
    log_decay = strength.new_empty(0) if decay is None else torch.empty_like(decay)
    active = None if active is None else active.to(torch.int8)
    launch(k, strength, decay, log_rate, active, out, log_decay, beta)
    return out, log_decay, beta


@_entry.register_fake
def _(
    k: Tensor,
    strength: Tensor,
    decay: Tensor | None,
    log_rate: Tensor | None,
    active: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    log_decay = strength.new_empty(0) if decay is None else torch.empty_like(decay)
    return torch.empty_like(k), log_decay, torch.empty_like(strength)


def launch(k: Tensor, strength: Tensor, decay: Tensor | None, *others: Tensor | None) -> None:
    """Run the kernel on contiguous inputs and outputs."""
    batch, tokens, heads, key_dim = k.shape
    _layer_entry[(triton.cdiv(batch * tokens, _TOKENS), heads)](
        k,
        strength,
        decay,
        *others,
        batch * tokens,
        H=heads,
        D_K=key_dim,
        B_K=triton.next_power_of_2(key_dim),
        TOKENS=_TOKENS,
        DECAY=decay is not None,
        ALL_ACTIVE=others[1] is None,
        num_warps=4,
    )


@triton.jit(do_not_specialize=["tokens"])
def _layer_entry(
    k,
    strength,
    decay,
    log_rate,
    active,
    out,
    log_decay,
    beta,
    tokens,
    H: tl.constexpr,
    D_K: tl.constexpr,
    B_K: tl.constexpr,
    TOKENS: tl.constexpr,
    DECAY: tl.constexpr,
    ALL_ACTIVE: tl.constexpr,
):
    head = tl.program_id(1)
    row = (tl.program_id(0) * TOKENS + tl.arange(0, TOKENS)).to(tl.int64)
    there = row < tokens
    per_head = row * H + head
    dk = tl.arange(0, B_K)
    of_keys = there[:, None] & (dk < D_K)[None, :]
    cells = per_head[:, None] * D_K + dk[None, :]
    key = tl.load(k + cells, mask=of_keys, other=0.0).to(tl.float32)
    length = tl.sqrt(tl.sum(key * key, axis=1))
    tl.store(out + cells, key / tl.maximum(length, 1e-12)[:, None], mask=of_keys)

    opened = tl.sigmoid(tl.load(strength + per_head, mask=there, other=0.0))
    writes = tl.full([TOKENS], 1.0, dtype=tl.float32)
    if not ALL_ACTIVE:
        writes = tl.load(active + row, mask=there, other=0).to(tl.float32)
    tl.store(beta + per_head, opened * writes, mask=there)
    if DECAY:
        x = tl.load(decay + per_head, mask=there, other=0.0)
        # Most decays are near none, where log(1 + e^x) in float32 has no digits left.
        small = tl.log(1.0 + tl.exp(-tl.abs(x).to(tl.float64))).to(tl.float32)
        softplus = tl.maximum(x, 0.0) + small
        rate = tl.exp(tl.load(log_rate + head))
        tl.store(log_decay + per_head, -rate * softplus * writes, mask=there)
