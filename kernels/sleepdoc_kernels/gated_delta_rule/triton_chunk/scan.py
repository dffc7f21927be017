"""The scan over chunks, and over segments of chunks at the same time.

A window acts on any state as S -> S A + B. A segment that does not know the state it starts from is
scanned from zero, which gives B, and from the identity without its values, which gives A; merging
is then one small product per segment. Who wants only the final state is done; outputs take a second
scan, in which every segment knows its start.

The kernels hold h = S^T, so that no product is ever transposed: Triton 3.4 to 3.7.0 miscompiles a
transposed 16-bit result of a product as an operand on Hopper (flash-linear-attention #640, #826).
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from sleepdoc_kernels.gated_delta_rule.triton_chunk.shape import Shape


def scan(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    beta: Tensor,
    inverses: Tensor,
    totals: Tensor | None,
    starts: Tensor,
    shape: Shape,
    *,
    keep: bool = False,
) -> tuple[Tensor | None, Tensor, Tensor | None, Tensor | None]:
    """Scan every segment from the state it is known to start from.

    Args:
        q: Queries as in `gated_delta_rule`; None: no outputs.
        inverses: As `prepare` gives them, like `totals`.
        starts: [P, B, H, D_v, D_k] in float32.
        keep: Also return what a gradient needs of every chunk.

    Returns:
        Outputs like v, or None; the final state; and, if kept, the state at the start of every
        chunk [B * H, chunks, D_v, D_k] and what every token wrote, like v, in the dtype of k.
    """
    out = None if q is None else torch.empty_like(v)
    end = torch.empty_like(starts[0])
    states = writes = None
    if keep:
        sizes = (shape.all_heads, shape.chunks, shape.value_dim, shape.key_dim)
        states, writes = k.new_empty(sizes), torch.empty_like(v, dtype=k.dtype)
    grid = (shape.value_blocks, shape.segments, shape.all_heads)
    tensors = (q, k, v, totals, beta, inverses, starts, out, end, states, writes)
    _launch(grid, tensors, shape, affine=False)
    return out, end, states, writes


def segment_maps(
    k: Tensor,
    v: Tensor,
    beta: Tensor,
    inverses: Tensor,
    totals: Tensor | None,
    state: Tensor,
    shape: Shape,
) -> Tensor:
    """What every segment does to a state, [P, B * H, D_v + D_k, D_k]: B above A.

    The first segment knows its start, so its B is its final state and its A is not computed.
    """
    rows = shape.value_dim + shape.key_dim
    maps = state.new_empty(shape.segments, shape.all_heads, rows, shape.key_dim)
    blocks = shape.value_blocks + triton.cdiv(shape.key_dim, shape.block_v)
    grid = (blocks, shape.segments, shape.all_heads)
    tensors = (None, k, v, totals, beta, inverses, state, None, maps, None, None)
    _launch(grid, tensors, shape, affine=True)
    return maps


def merge(maps: Tensor, state: Tensor, shape: Shape, *, reverse: bool = False) -> Tensor:
    """States at the boundaries of the segments, from their maps.

    Forwards, the states [P + 1, B, H, D_v, D_k] from `state` to the end of the last segment.
    In reverse, from the gradient of a final state, that at the end of every segment, [P, ...].
    """
    count = shape.segments if reverse else shape.segments + 1
    bounds = state.new_empty(count, *state.shape)
    bounds[-1 if reverse else 0].copy_(state)
    rows = min(shape.block_v, 32)
    _merge[(triton.cdiv(shape.value_dim, rows), shape.all_heads)](
        maps,
        bounds,
        shape.all_heads,
        shape.segments,
        D_K=shape.key_dim,
        D_V=shape.value_dim,
        B_K=shape.block_k,
        B_V=rows,
        REVERSE=reverse,
        num_warps=8 if shape.block_k > 64 else 4,
    )
    return bounds


def _launch(
    grid: tuple[int, int, int], tensors: tuple[Tensor | None, ...], shape: Shape, *, affine: bool
) -> None:
    q, _, _, totals, *_, states, _ = tensors
    _scan[grid](
        *tensors,
        shape.tokens,
        shape.segment_chunks,
        **shape.constants(),
        B_K=shape.block_k,
        B_V=shape.block_v,
        OUTPUT=q is not None,
        DECAY=totals is not None,
        KEEP=states is not None,
        AFFINE=affine,
        num_warps=4,
        num_stages=2,
    )


@triton.jit(do_not_specialize=["tokens", "segment_chunks"])
def _scan(
    q,
    k,
    v,
    totals,
    beta,
    inverses,
    starts,
    out,
    end,
    states,
    writes,
    tokens,
    segment_chunks,
    H: tl.constexpr,
    H_K: tl.constexpr,
    D_K: tl.constexpr,
    D_V: tl.constexpr,
    C: tl.constexpr,
    B_K: tl.constexpr,
    B_V: tl.constexpr,
    OUTPUT: tl.constexpr,
    DECAY: tl.constexpr,
    KEEP: tl.constexpr,
    AFFINE: tl.constexpr,
    PRECISION: tl.constexpr,
):
    block = tl.program_id(0)
    segment = tl.program_id(1)
    head = tl.program_id(2).to(tl.int64)
    heads = tl.num_programs(2)
    chunks = tl.cdiv(tokens, C)
    first = segment * segment_chunks
    last = tl.minimum(first + segment_chunks, chunks)

    i = tl.arange(0, C)
    dk = tl.arange(0, B_K)
    dv = block * B_V + tl.arange(0, B_V)
    has_value = dv < D_V
    whole = (dk < D_K)[:, None] & has_value[None, :]
    cell = dv[None, :] * D_K + dk[:, None]
    if AFFINE:
        # Blocks after those of the values carry the identity; before them, column is negative.
        column = (block - tl.cdiv(D_V, B_V)) * B_V + tl.arange(0, B_V)
        known = tl.where(segment == 0, D_V, 0)
        start = starts + head * D_V * D_K
        h = tl.load(start + cell, mask=(dk < D_K)[:, None] & (dv < known)[None, :], other=0.0)
        h += tl.where(dk[:, None] == column[None, :], 1.0, 0.0)
        needed = (segment > 0) | (block < tl.cdiv(D_V, B_V))
        last = tl.where(needed, last, first)
    else:
        start = starts + (segment * heads + head) * D_V * D_K
        h = tl.load(start + cell, mask=whole, other=0.0)

    for n in range(first, last):
        t = n * C + i
        there = t < tokens
        row = (head // H) * tokens + t
        per_head = row * H + head % H
        per_key_head = row * H_K + (head % H) // (H // H_K)
        of_keys = there[:, None] & (dk < D_K)[None, :]
        of_values = there[:, None] & has_value[None, :]
        chunk = (head * chunks + n) * C

        key = tl.load(k + per_key_head[:, None] * D_K + dk[None, :], mask=of_keys, other=0.0)
        value = tl.load(v + per_head[:, None] * D_V + dv[None, :], mask=of_values, other=0.0)
        strength = tl.load(beta + per_head, mask=there, other=0.0).to(tl.float32)
        inverse = tl.load(inverses + (chunk + i[:, None]) * C + i[None, :])
        if KEEP:
            kept = states + (head * chunks + n) * D_V * D_K + cell
            tl.store(kept, h.to(key.dtype), mask=whole)

        held = tl.dot(key, h.to(key.dtype), input_precision=PRECISION)
        if DECAY:
            total = tl.load(totals + chunk + i)
            at_end = tl.load(totals + chunk + C - 1)
            since_start = tl.exp(total.to(tl.float32))
            held *= since_start[:, None]
        rest = (value.to(tl.float32) - held) * strength[:, None]
        write = tl.dot(inverse, rest.to(key.dtype), input_precision=PRECISION)
        if KEEP:
            tl.store(writes + per_head[:, None] * D_V + dv[None, :], write, mask=of_values)

        if OUTPUT:
            query = tl.load(q + per_key_head[:, None] * D_K + dk[None, :], mask=of_keys, other=0.0)
            past = i[:, None] >= i[None, :]
            inside = tl.where(past, tl.dot(query, tl.trans(key), input_precision=PRECISION), 0.0)
            read = tl.dot(query, h.to(key.dtype), input_precision=PRECISION)
            if DECAY:
                between = (total[:, None] - total[None, :]).to(tl.float32)
                inside *= tl.exp(tl.where(past, between, 0.0))
                read *= since_start[:, None]
            read += tl.dot(inside.to(key.dtype), write.to(key.dtype), input_precision=PRECISION)
            tl.store(out + per_head[:, None] * D_V + dv[None, :], read, mask=of_values)

        if DECAY:
            write *= tl.exp((at_end - total).to(tl.float32))[:, None]
            h *= tl.exp(at_end.to(tl.float32))
        h += tl.dot(tl.trans(key), write.to(key.dtype), input_precision=PRECISION)

    if AFFINE:
        rows = tl.where(column >= 0, D_V + column, dv)
        stored = has_value | ((column >= 0) & (column < D_K))
        to = end + (segment * heads + head) * (D_V + D_K) * D_K
        tl.store(
            to + rows[None, :] * D_K + dk[:, None], h, mask=(dk < D_K)[:, None] & stored[None, :]
        )
    elif segment == tl.num_programs(1) - 1:
        tl.store(end + head * D_V * D_K + cell, h, mask=whole)


@triton.jit(do_not_specialize=["heads", "segments"])
def _merge(
    maps,
    bounds,
    heads,
    segments,
    D_K: tl.constexpr,
    D_V: tl.constexpr,
    B_K: tl.constexpr,
    B_V: tl.constexpr,
    REVERSE: tl.constexpr,
):
    head = tl.program_id(1).to(tl.int64)
    dk = tl.arange(0, B_K)
    dv = tl.program_id(0) * B_V + tl.arange(0, B_V)
    whole = (dk < D_K)[:, None] & (dv < D_V)[None, :]
    square = (dk < D_K)[:, None] & (dk < D_K)[None, :]
    cell = dv[None, :] * D_K + dk[:, None]
    if REVERSE:
        at = bounds + ((segments - 1) * heads + head) * D_V * D_K
        h = tl.load(at + cell, mask=whole, other=0.0)
        for back in range(1, segments):
            p = segments - back
            kept = maps + ((p * heads + head) * (D_V + D_K) + D_V) * D_K
            across = tl.load(kept + dk[:, None] * D_K + dk[None, :], mask=square, other=0.0)
            h = tl.dot(across, h, input_precision="tf32x3")
            tl.store(bounds + ((p - 1) * heads + head) * D_V * D_K + cell, h, mask=whole)
    else:
        h = tl.load(maps + head * (D_V + D_K) * D_K + cell, mask=whole, other=0.0)
        tl.store(bounds + (heads + head) * D_V * D_K + cell, h, mask=whole)
        for p in range(1, segments):
            of_segment = maps + (p * heads + head) * (D_V + D_K) * D_K
            kept = of_segment + D_V * D_K
            across = tl.load(kept + dk[None, :] * D_K + dk[:, None], mask=square, other=0.0)
            h = tl.dot(across, h, input_precision="tf32x3")
            h += tl.load(of_segment + cell, mask=whole, other=0.0)
            tl.store(bounds + ((p + 1) * heads + head) * D_V * D_K + cell, h, mask=whole)
