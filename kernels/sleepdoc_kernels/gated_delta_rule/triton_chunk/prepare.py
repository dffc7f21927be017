"""What the scan needs of each chunk, all chunks at once: its decays and its inverted system."""

import torch
import triton
import triton.language as tl
from torch import Tensor

from sleepdoc_kernels.gated_delta_rule.triton_chunk.shape import Shape


def prepare(
    k: Tensor, log_decay: Tensor | None, beta: Tensor, shape: Shape
) -> tuple[Tensor, Tensor | None]:
    """Prepare the chunks of a sequence.

    Returns:
        (I + L)^-1 of every chunk, [B * H, chunks, C, C] in the dtype of k; and the log decay since
        the start of its chunk at every token, [B * H, chunks, C] in float64, or None.
    """
    per_token = (shape.all_heads, shape.chunks, shape.chunk)
    inverses = k.new_empty(*per_token, shape.chunk)
    # A strong decay makes the sum large and its differences, which are what counts, inexact.
    totals = None if log_decay is None else k.new_empty(per_token, dtype=torch.float64)
    _prepare[(shape.chunks, shape.all_heads)](
        k,
        log_decay,
        beta,
        inverses,
        totals,
        shape.tokens,
        **shape.constants(),
        B_K=min(shape.block_k, 64),
        DECAY=log_decay is not None,
        num_warps=4,
    )
    return inverses, totals


@triton.jit(do_not_specialize=["tokens"])
def _prepare(
    k,
    log_decay,
    beta,
    inverses,
    totals,
    tokens,
    H: tl.constexpr,
    H_K: tl.constexpr,
    D_K: tl.constexpr,
    D_V: tl.constexpr,
    C: tl.constexpr,
    B_K: tl.constexpr,
    DECAY: tl.constexpr,
    PRECISION: tl.constexpr,
):
    n = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    i = tl.arange(0, C)
    t = n * C + i
    there = t < tokens
    row = (head // H) * tokens + t
    per_head = row * H + head % H

    products = tl.zeros([C, C], dtype=tl.float32)
    keys = k + (row * H_K + (head % H) // (H // H_K))[:, None] * D_K
    for start in range(0, D_K, B_K):
        d = start + tl.arange(0, B_K)[None, :]
        key = tl.load(keys + d, mask=there[:, None] & (d < D_K), other=0.0)
        products += tl.dot(key, tl.trans(key), input_precision=PRECISION)
    strength = tl.load(beta + per_head, mask=there, other=0.0).to(tl.float32)
    system = tl.where(i[:, None] > i[None, :], products * strength[:, None], 0.0)

    chunk = (head * tl.cdiv(tokens, C) + n) * C
    if DECAY:
        gate = tl.load(log_decay + per_head, mask=there, other=0.0)
        total = tl.cumsum(gate.to(tl.float64), 0)
        tl.store(totals + chunk + i, total)
        between = (total[:, None] - total[None, :]).to(tl.float32)
        # Masked before exp, which would overflow above the diagonal.
        system *= tl.exp(tl.where(i[:, None] > i[None, :], between, 0.0))
    inverse = _unit_lower_inverse(system, C, PRECISION)
    tl.store(inverses + (chunk + i[:, None]) * C + i[None, :], inverse)


@triton.jit
def _unit_lower_inverse(system, C: tl.constexpr, PRECISION: tl.constexpr):
    """(I + L)^-1 for a strictly lower triangular L [C, C]: forward substitution inside diagonal
    blocks of 16, then pairs of blocks are merged: [A 0; B D]^-1 = [A^-1 0; -D^-1 B A^-1 D^-1].

    Everything formed on the way is the inverse of a diagonal block, whose entries are bounded by
    beta. A Neumann series would multiply powers of L, and those explode on repeated keys.
    """
    S: tl.constexpr = 16
    N: tl.constexpr = C // S
    b = tl.arange(0, N)
    r = tl.arange(0, S)
    diagonal = (b[:, None] == b[None, :])[:, None, :, None]
    blocks = tl.sum(tl.where(diagonal, tl.reshape(system, [N, S, N, S]), 0.0), axis=2)
    inverse = tl.zeros([N, S, S], dtype=tl.float32) + tl.where(r[:, None] == r[None, :], 1.0, 0.0)
    for i in range(1, S):
        here = (r == i)[None, :, None]
        row = tl.sum(tl.where(here, blocks, 0.0), axis=1)
        known = tl.sum(row[:, :, None] * inverse, axis=1)
        inverse = tl.where(here, inverse - known[:, None, :], inverse)
    whole = tl.reshape(tl.where(diagonal, inverse[:, :, None, :], 0.0), [C, C])

    if C > 16:
        whole = _merge_pairs(whole, system, 16, C, PRECISION)
    if C > 32:
        whole = _merge_pairs(whole, system, 32, C, PRECISION)
    return whole


@triton.jit
def _merge_pairs(inverse, system, SIZE: tl.constexpr, C: tl.constexpr, PRECISION: tl.constexpr):
    """From inverted diagonal blocks of SIZE to those of twice the size."""
    i = tl.arange(0, C)[:, None] // SIZE
    j = tl.arange(0, C)[None, :] // SIZE
    corner = tl.where((i % 2 == 1) & (j == i - 1), system, 0.0)
    half = tl.dot(inverse, corner, input_precision=PRECISION)
    return inverse - tl.dot(half, inverse, input_precision=PRECISION)
