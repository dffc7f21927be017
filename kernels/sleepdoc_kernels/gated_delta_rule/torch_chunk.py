"""Chunk-parallel scan: only one small loop, over chunks, is sequential.

Inside a chunk the writes depend on each other through a unit lower triangular system, solved for
all chunks at once; the README next to the package has the algebra.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK = 64


def scan(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
    *,
    chunk: int = CHUNK,
) -> tuple[Tensor | None, Tensor]:
    """The same map as `naive.scan`, in chunks of `chunk` tokens; differentiable."""
    batch, tokens, heads, key_dim = k.shape
    value_dim = v.shape[-1]
    chunks = -(-tokens // chunk)

    def split(x: Tensor) -> Tensor:
        """[B, T, H, D] -> [chunks, B * H, C, D], padded by tokens that write nothing."""
        x = F.pad(x, (0, 0, 0, 0, 0, -tokens % chunk))
        x = x.reshape(batch, chunks, chunk, heads, x.shape[-1]).permute(1, 0, 3, 2, 4)
        return x.reshape(chunks, batch * heads, chunk, x.shape[-1])

    keys, values, strengths = split(k), split(v), split(beta.unsqueeze(-1))
    kk = (keys @ keys.mT).tril(-1)
    if log_decay is None:
        system = strengths * kk
    else:
        total = split(log_decay.unsqueeze(-1)).cumsum(-2)
        decay = relative_decay(total)
        from_start, to_end = total.exp(), (total[..., -1:, :] - total).exp()
        system = strengths * kk * decay
    solve = unit_lower_inverse(system)

    state = state.reshape(batch * heads, value_dim, key_dim)
    writes, starts = [], []
    for n in range(chunks):
        starts.append(state)
        held = keys[n] @ state.mT
        if log_decay is not None:
            held = held * from_start[n]
        write = solve[n] @ (strengths[n] * (values[n] - held))
        if q is not None:
            writes.append(write)
        if log_decay is not None:
            state = state * from_start[n, :, -1:]
            write = write * to_end[n]
        state = torch.baddbmm(state, write.mT, keys[n])
    final = state.reshape(batch, heads, value_dim, key_dim)
    if q is None:
        return None, final
    if not starts:
        return torch.zeros_like(v), final

    queries = split(q)
    inside = (queries @ keys.mT).tril()
    outside = queries @ torch.stack(starts).mT
    if log_decay is not None:
        inside, outside = inside * decay, outside * from_start
    out = outside + inside @ torch.stack(writes)
    out = out.reshape(chunks, batch, heads, chunk, value_dim).permute(1, 0, 3, 2, 4)
    return out.flatten(1, 2)[:, :tokens], final


def relative_decay(total: Tensor) -> Tensor:
    """exp(total_i - total_j) for i >= j and 0 above: the decay from token j to token i.

    Masked before exp, which would overflow above the diagonal.
    """
    gap = total - total.mT
    keep = torch.ones(gap.shape[-2:], dtype=torch.bool, device=gap.device).tril()
    return gap.masked_fill(~keep, -torch.inf).exp()


def unit_lower_inverse(strict: Tensor) -> Tensor:
    """(I + L)^-1 for strictly lower triangular L, size a power of two, by halving.

    Every factor is itself an inverse of a diagonal block, whose entries are bounded by beta. A
    Neumann series would multiply powers of L instead, and those explode on repeated keys.
    """
    size = strict.shape[-1]
    if size == 1:
        return torch.ones_like(strict)
    half = size // 2
    upper, lower = unit_lower_inverse(
        torch.stack((strict[..., :half, :half], strict[..., half:, half:]))
    )
    corner = -lower @ strict[..., half:, :half] @ upper
    return torch.cat(
        (F.pad(upper, (0, half)), torch.cat((corner, lower), dim=-1)),
        dim=-2,
    )
