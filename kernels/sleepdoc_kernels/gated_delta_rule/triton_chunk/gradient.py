"""The gradient of the scan, in closed form; README.md of the package has the algebra.

What is sequential runs backwards over the chunks and leaves behind, for every chunk, the gradient
of its final state and of its systems' solutions. Everything else is one program per chunk. Every
factor of a product there is loaded, or made of what was loaded, never a transposed result: see
`scan.py`.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from sleepdoc_kernels.gated_delta_rule.triton_chunk.shape import Shape


def scan_back(
    q: Tensor | None,
    k: Tensor,
    beta: Tensor,
    inverses: Tensor,
    totals: Tensor | None,
    d_out: Tensor | None,
    d_ends: Tensor,
    shape: Shape,
) -> tuple[Tensor, Tensor, Tensor]:
    """Carry the gradient of the state back through every segment.

    Args:
        d_ends: Gradient of the state at the end of every segment, [P, B, H, D_v, D_k] in float32;
            P is 1 if there are outputs.

    Returns:
        The gradient of the initial state; of the state at the end of every chunk, [B * H, chunks,
        D_v, D_k]; and of what every token writes before the system is applied, [B, T, H, D_v]; the
        last two in the dtype of k.
    """
    d_start = torch.empty_like(d_ends[0])
    sizes = (shape.all_heads, shape.chunks, shape.value_dim, shape.key_dim)
    d_states = k.new_empty(sizes)
    d_solved = k.new_empty(shape.batch, shape.tokens, shape.heads, shape.value_dim)
    _scan_back[(shape.value_blocks, len(d_ends), shape.all_heads)](
        q,
        k,
        totals,
        beta,
        inverses,
        d_out,
        d_ends,
        d_start,
        d_states,
        d_solved,
        shape.tokens,
        shape.segment_chunks,
        **shape.constants(),
        B_K=shape.block_k,
        B_V=shape.block_v,
        OUTPUT=q is not None,
        DECAY=totals is not None,
        num_warps=4,
        num_stages=2,
    )
    return d_start, d_states, d_solved


def chunk_gradients(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    beta: Tensor,
    totals: Tensor | None,
    d_out: Tensor | None,
    kept: tuple[Tensor, Tensor, Tensor, Tensor],
    shape: Shape,
) -> tuple[Tensor | None, Tensor, Tensor, Tensor | None, Tensor]:
    """Gradients of the inputs, from what both scans left behind.

    Args:
        kept: States and writes of `scan`, their gradients of `scan_back`.

    Returns:
        d_q and d_k per head of v, [B, T, H, D_k]; d_v; d_log_decay or None; d_beta. Float32, but
        for d_v.
    """
    per_token = (shape.batch, shape.tokens, shape.heads)
    d_q = None if q is None else q.new_empty(*per_token, shape.key_dim, dtype=torch.float32)
    d_k = k.new_empty(*per_token, shape.key_dim, dtype=torch.float32)
    d_v = torch.empty_like(v)
    d_beta = k.new_empty(per_token, dtype=torch.float32)
    d_log_decay = None if totals is None else torch.empty_like(d_beta)
    _chunk_gradients[(shape.chunks, shape.all_heads)](
        q,
        k,
        v,
        totals,
        beta,
        d_out,
        *kept,
        d_q,
        d_k,
        d_v,
        d_log_decay,
        d_beta,
        shape.tokens,
        **shape.constants(),
        B_K=min(shape.block_k, 64),
        B_V=min(shape.block_v, 32),
        OUTPUT=q is not None,
        DECAY=totals is not None,
        num_warps=8,
        num_stages=1,
    )
    return d_q, d_k, d_v, d_log_decay, d_beta


@triton.jit(do_not_specialize=["tokens", "segment_chunks"])
def _scan_back(
    q,
    k,
    totals,
    beta,
    inverses,
    d_out,
    d_ends,
    d_start,
    d_states,
    d_solved,
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
    PRECISION: tl.constexpr,
):
    segment = tl.program_id(1)
    head = tl.program_id(2).to(tl.int64)
    heads = tl.num_programs(2)
    chunks = tl.cdiv(tokens, C)
    first = segment * segment_chunks
    last = tl.minimum(first + segment_chunks, chunks)

    i = tl.arange(0, C)
    dk = tl.arange(0, B_K)
    dv = tl.program_id(0) * B_V + tl.arange(0, B_V)
    whole = (dk < D_K)[:, None] & (dv < D_V)[None, :]
    cell = dv[None, :] * D_K + dk[:, None]
    dh = tl.load(d_ends + (segment * heads + head) * D_V * D_K + cell, mask=whole, other=0.0)

    for back in range(0, last - first):
        n = last - 1 - back
        t = n * C + i
        there = t < tokens
        row = (head // H) * tokens + t
        per_head = row * H + head % H
        per_key_head = row * H_K + (head % H) // (H // H_K)
        of_keys = there[:, None] & (dk < D_K)[None, :]
        of_values = there[:, None] & (dv < D_V)[None, :]
        chunk = (head * chunks + n) * C

        key = tl.load(k + per_key_head[:, None] * D_K + dk[None, :], mask=of_keys, other=0.0)
        strength = tl.load(beta + per_head, mask=there, other=0.0).to(tl.float32)
        transposed = tl.load(inverses + (chunk + i[None, :]) * C + i[:, None])
        tl.store(d_states + (head * chunks + n) * D_V * D_K + cell, dh.to(key.dtype), mask=whole)

        d_write = tl.dot(key, dh.to(key.dtype), input_precision=PRECISION)
        if DECAY:
            total = tl.load(totals + chunk + i)
            at_end = tl.load(totals + chunk + C - 1)
            d_write *= tl.exp((at_end - total).to(tl.float32))[:, None]
        if OUTPUT:
            query = tl.load(q + per_key_head[:, None] * D_K + dk[None, :], mask=of_keys, other=0.0)
            read = per_head[:, None] * D_V + dv[None, :]
            d_read = tl.load(d_out + read, mask=of_values, other=0.0)
            later = i[:, None] <= i[None, :]
            seen = tl.where(later, tl.dot(key, tl.trans(query), input_precision=PRECISION), 0.0)
            if DECAY:
                between = (total[None, :] - total[:, None]).to(tl.float32)
                seen *= tl.exp(tl.where(later, between, 0.0))
            d_write += tl.dot(seen.to(key.dtype), d_read, input_precision=PRECISION)
        solved = tl.dot(transposed, d_write.to(key.dtype), input_precision=PRECISION)
        tl.store(d_solved + per_head[:, None] * D_V + dv[None, :], solved, mask=of_values)

        d_held = solved * strength[:, None]
        if DECAY:
            since_start = tl.exp(total.to(tl.float32))
            d_held *= since_start[:, None]
            dh *= tl.exp(at_end.to(tl.float32))
        dh -= tl.dot(tl.trans(key), d_held.to(key.dtype), input_precision=PRECISION)
        if OUTPUT:
            outside = d_read.to(tl.float32)
            if DECAY:
                outside *= since_start[:, None]
            dh += tl.dot(tl.trans(query), outside.to(key.dtype), input_precision=PRECISION)

    if segment == 0:
        tl.store(d_start + head * D_V * D_K + cell, dh, mask=whole)


@triton.jit(do_not_specialize=["tokens"])
def _chunk_gradients(
    q,
    k,
    v,
    totals,
    beta,
    d_out,
    states,
    writes,
    d_states,
    d_solved,
    d_q,
    d_k,
    d_v,
    d_log_decay,
    d_beta,
    tokens,
    H: tl.constexpr,
    H_K: tl.constexpr,
    D_K: tl.constexpr,
    D_V: tl.constexpr,
    C: tl.constexpr,
    B_K: tl.constexpr,
    B_V: tl.constexpr,
    OUTPUT: tl.constexpr,
    DECAY: tl.constexpr,
    PRECISION: tl.constexpr,
):
    n = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    chunks = tl.num_programs(0)
    i = tl.arange(0, C)
    t = n * C + i
    there = t < tokens
    row = (head // H) * tokens + t
    per_head = row * H + head % H
    per_key_head = row * H_K + (head % H) // (H // H_K)
    state_at = (head * chunks + n) * D_V * D_K
    strength = tl.load(beta + per_head, mask=there, other=0.0).to(tl.float32)

    before = i[:, None] > i[None, :]
    after = i[:, None] < i[None, :]
    if DECAY:
        chunk = (head * chunks + n) * C
        total = tl.load(totals + chunk + i)
        at_end = tl.load(totals + chunk + C - 1)
        since_start = tl.exp(total.to(tl.float32))
        to_end = tl.exp((at_end - total).to(tl.float32))
        over_chunk = tl.exp(at_end.to(tl.float32))
        between = (total[:, None] - total[None, :]).to(tl.float32)
        decay_down = tl.exp(tl.where(before, between, 0.0))
        decay_up = tl.exp(tl.where(after, -between, 0.0))

    # Over values: the gradients of systems and of what is seen inside the chunk, both ways round.
    d_strength = tl.zeros([C], dtype=tl.float32)
    d_system = tl.zeros([C, C], dtype=tl.float32)
    d_system_t = tl.zeros([C, C], dtype=tl.float32)
    d_inside = tl.zeros([C, C], dtype=tl.float32)
    d_inside_t = tl.zeros([C, C], dtype=tl.float32)
    for start_v in range(0, D_V, B_V):
        dv = start_v + tl.arange(0, B_V)
        of_values = there[:, None] & (dv < D_V)[None, :]
        cells = per_head[:, None] * D_V + dv[None, :]
        solved = tl.load(d_solved + cells, mask=of_values, other=0.0)
        write = tl.load(writes + cells, mask=of_values, other=0.0)
        held = tl.zeros([C, B_V], dtype=tl.float32)
        for start_k in range(0, D_K, B_K):
            dk = start_k + tl.arange(0, B_K)
            of_keys = there[:, None] & (dk < D_K)[None, :]
            key = tl.load(k + per_key_head[:, None] * D_K + dk[None, :], mask=of_keys, other=0.0)
            whole = (dk < D_K)[:, None] & (dv < D_V)[None, :]
            cell = dv[None, :] * D_K + dk[:, None]
            h = tl.load(states + state_at + cell, mask=whole, other=0.0)
            held += tl.dot(key, h, input_precision=PRECISION)
        if DECAY:
            held *= since_start[:, None]
        value = tl.load(v + cells, mask=of_values, other=0.0).to(tl.float32)
        d_strength += tl.sum(solved.to(tl.float32) * (value - held), axis=1)
        tl.store(d_v + cells, solved.to(tl.float32) * strength[:, None], mask=of_values)
        d_system -= tl.dot(solved, tl.trans(write), input_precision=PRECISION)
        d_system_t -= tl.dot(write, tl.trans(solved), input_precision=PRECISION)
        if OUTPUT:
            d_read = tl.load(d_out + cells, mask=of_values, other=0.0)
            d_inside += tl.dot(d_read, tl.trans(write), input_precision=PRECISION)
            d_inside_t += tl.dot(write, tl.trans(d_read), input_precision=PRECISION)
    if DECAY:
        d_system *= decay_down
        d_system_t *= decay_up
        d_inside *= decay_down
        d_inside_t *= decay_up
    erases = tl.where(before, d_system, 0.0).to(k.dtype.element_ty)
    writes_t = tl.where(after, d_system_t * strength[None, :], 0.0).to(k.dtype.element_ty)
    reads = tl.where(after, 0.0, d_inside).to(k.dtype.element_ty)
    reads_t = tl.where(before, 0.0, d_inside_t).to(k.dtype.element_ty)

    # Over keys. A key erases, and is written; the decay acts on both with opposite signs.
    d_total = tl.zeros([C], dtype=tl.float32)
    d_end = tl.zeros([C], dtype=tl.float32)
    kept = tl.zeros([B_V], dtype=tl.float32)
    for start_k in range(0, D_K, B_K):
        dk = start_k + tl.arange(0, B_K)
        of_keys = there[:, None] & (dk < D_K)[None, :]
        shared = per_key_head[:, None] * D_K + dk[None, :]
        own = per_head[:, None] * D_K + dk[None, :]
        key = tl.load(k + shared, mask=of_keys, other=0.0)
        erased = tl.zeros([C, B_K], dtype=tl.float32)
        written = tl.zeros([C, B_K], dtype=tl.float32)
        asked = tl.zeros([C, B_K], dtype=tl.float32)
        for start_v in range(0, D_V, B_V):
            dv = start_v + tl.arange(0, B_V)
            of_values = there[:, None] & (dv < D_V)[None, :]
            cells = per_head[:, None] * D_V + dv[None, :]
            whole = (dv < D_V)[:, None] & (dk < D_K)[None, :]
            cell = state_at + dv[:, None] * D_K + dk[None, :]
            state = tl.load(states + cell, mask=whole, other=0.0)
            d_state = tl.load(d_states + cell, mask=whole, other=0.0)
            d_held = tl.load(d_solved + cells, mask=of_values, other=0.0).to(tl.float32)
            d_held *= strength[:, None]
            write = tl.load(writes + cells, mask=of_values, other=0.0).to(tl.float32)
            if DECAY:
                d_held *= since_start[:, None]
                write *= to_end[:, None]
                kept += tl.sum(state.to(tl.float32) * d_state.to(tl.float32), axis=1)
            erased -= tl.dot(d_held.to(key.dtype), state, input_precision=PRECISION)
            written += tl.dot(write.to(key.dtype), d_state, input_precision=PRECISION)
            if OUTPUT:
                outside = tl.load(d_out + cells, mask=of_values, other=0.0).to(tl.float32)
                if DECAY:
                    outside *= since_start[:, None]
                asked += tl.dot(outside.to(key.dtype), state, input_precision=PRECISION)
        wide = key.to(tl.float32)
        if DECAY:
            d_end += tl.sum(wide * written, axis=1)
        inner = tl.dot(erases, key, input_precision=PRECISION)
        d_strength += tl.sum(wide * inner, axis=1)
        erased += inner * strength[:, None]
        written += tl.dot(writes_t, key, input_precision=PRECISION)
        if OUTPUT:
            query = tl.load(q + shared, mask=of_keys, other=0.0)
            asked += tl.dot(reads, key, input_precision=PRECISION)
            written += tl.dot(reads_t, query, input_precision=PRECISION)
            tl.store(d_q + own, asked, mask=of_keys)
            d_total += tl.sum(query.to(tl.float32) * asked, axis=1)
        tl.store(d_k + own, erased + written, mask=of_keys)
        d_total += tl.sum(wide * (erased - written), axis=1)

    tl.store(d_beta + per_head, d_strength, mask=there)
    if DECAY:
        # The last total acts on all that is there at the end: what was kept, and what was written.
        at_last = tl.sum(kept) * over_chunk + tl.sum(d_end)
        d_total += tl.where(i == C - 1, at_last, 0.0)
        tl.store(d_log_decay + per_head, tl.cumsum(d_total, 0, reverse=True), mask=there)
