"""Which kernels one call launches, forwards and backwards."""

from torch import Tensor

from sleepdoc_kernels.gated_delta_rule.triton_chunk.gradient import chunk_gradients, scan_back
from sleepdoc_kernels.gated_delta_rule.triton_chunk.prepare import prepare
from sleepdoc_kernels.gated_delta_rule.triton_chunk.scan import merge, scan, segment_maps
from sleepdoc_kernels.gated_delta_rule.triton_chunk.shape import Shape


def forward(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
    segments: int,
) -> tuple[Tensor | None, Tensor]:
    """Outputs if there are queries, and the final state; nothing else is stored."""
    shape = Shape.of(k, v, segments)
    inverses, totals = prepare(k, log_decay, beta, shape)
    if shape.segments == 1:
        out, end, *_ = scan(q, k, v, beta, inverses, totals, state[None], shape)
        return out, end
    bounds = merge(segment_maps(k, v, beta, inverses, totals, state, shape), state, shape)
    if q is None:
        return None, bounds[-1].clone()
    out, *_ = scan(q, k, v, beta, inverses, totals, bounds[:-1], shape)
    return out, bounds[-1].clone()


def backward(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
    d_out: Tensor,
    d_end: Tensor,
    segments: int,
) -> tuple[Tensor | None, ...]:
    """Gradients in the order of the inputs; what the forward pass knew is computed again."""
    # What tokens read depends on the state at every place, not only at the ends of segments.
    shape = Shape.of(k, v, segments if q is None else 1)
    inverses, totals = prepare(k, log_decay, beta, shape)
    starts, d_ends = state[None], d_end[None]
    if shape.segments > 1:
        maps = segment_maps(k, v, beta, inverses, totals, state, shape)
        starts = merge(maps, state, shape)[:-1]
        d_ends = merge(maps, d_end, shape, reverse=True)
    *_, states, writes = scan(None, k, v, beta, inverses, totals, starts, shape, keep=True)
    assert states is not None and writes is not None
    reads = None if q is None else d_out
    d_state, d_states, d_solved = scan_back(q, k, beta, inverses, totals, reads, d_ends, shape)
    kept = (states, writes, d_states, d_solved)
    d_q, d_k, d_v, d_log_decay, d_beta = chunk_gradients(q, k, v, beta, totals, reads, kept, shape)
    return (
        None if q is None or d_q is None else _over_group(d_q, q),
        _over_group(d_k, k),
        d_v,
        d_log_decay,
        d_beta,
        d_state,
    )


def _over_group(gradient: Tensor, shared: Tensor) -> Tensor:
    """Sum per-head gradients [B, T, H, D] over the heads that share keys or queries."""
    batch, tokens, key_heads, key_dim = shared.shape
    return gradient.view(batch, tokens, key_heads, -1, key_dim).sum(3).to(shared.dtype)
