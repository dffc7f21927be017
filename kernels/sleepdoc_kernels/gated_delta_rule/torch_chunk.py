"""Chunk-parallel scan: what is sequential goes from chunk to chunk, not from token to token.

Inside a chunk the writes depend on each other through a unit lower triangular system; all systems
are inverted at once, then one loop carries the state. The gradient is written out instead of
recorded. README.md of the package has the algebra of both.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from sleepdoc_kernels.exact import back, exact

CHUNK = 32
"""Tokens at most. Measured on CPU: 64 carries half the states but pays more for its systems."""
_SMALLEST = 32


def scan(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
) -> tuple[Tensor | None, Tensor]:
    """The same map as `naive.scan`, in chunks; differentiable once."""
    inputs = (q, k, v, log_decay, beta, state)
    if torch.is_grad_enabled() and any(x is not None and x.requires_grad for x in inputs):
        result = _Scan.apply(*inputs)  # type: ignore[no-untyped-call]
        return cast(tuple[Tensor | None, Tensor], result)
    return _forward(*inputs, _Systems.of(k, log_decay, beta), states=None)


@torch.no_grad()
def scan_bfloat16(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
) -> tuple[Tensor | None, Tensor]:
    """`scan` with the operands of products in bfloat16, for CPUs that multiply those faster.

    Systems, decays and the state itself stay in float32.
    """
    systems = _Systems.of(k, log_decay, beta)
    return _forward(
        q, k, v, log_decay, beta, state, systems, states=None, product=_bfloat16_product
    )


def _bfloat16_product(a: Tensor, b: Tensor) -> Tensor:
    return torch.bmm(a.bfloat16(), b.bfloat16()).float()


class _Systems(NamedTuple):
    """What can be prepared for all chunks at once; the first dimensions are [chunks, B * H]."""

    strengths: Tensor
    """[..., C, 1]: beta."""
    inverses: Tensor
    """[..., C, C]: (I + L)^-1, where L is how each write is seen by the later ones."""
    between: Tensor | None = None
    """[..., C, C]: decay from token j to token i, 0 above the diagonal; None: nothing decays."""
    since_start: Tensor | None = None
    """[..., C, 1]: decay from the start of the chunk to token i."""
    to_end: Tensor | None = None
    """[..., C, 1]: decay from token i to the end of the chunk."""

    @classmethod
    def of(cls, k: Tensor, log_decay: Tensor | None, beta: Tensor) -> "_Systems":
        size = _chunk_size(k.shape[1])
        strengths = _split(beta, size)
        systems = strengths.new_empty(*strengths.shape[:-1], size)
        for n, system in enumerate(systems):
            key = _chunk(k, n, size)
            torch.bmm(key, key.mT, out=system)
        systems.mul_(strengths)
        if log_decay is None:
            return cls(strengths, _unit_lower_inverse(systems))
        between, since_start, to_end = _decays(log_decay, size)
        return cls(
            strengths, _unit_lower_inverse(systems.mul_(between)), between, since_start, to_end
        )

    @property
    def size(self) -> int:
        """Tokens per chunk, C."""
        return self.strengths.shape[-2]

    def at(self, n: int) -> "_Systems":
        return _Systems(*(None if x is None else x[n] for x in self))  # type: ignore[arg-type]


def _forward(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    initial: Tensor,
    systems: _Systems,
    states: list[Tensor] | None,
    product: Callable[[Tensor, Tensor], Tensor] = torch.bmm,
) -> tuple[Tensor | None, Tensor]:
    """Carry the state over the chunks; `states` collects it at the start of each and at the end."""
    out = None if q is None else torch.empty_like(v)
    state, size = initial.flatten(0, 1), systems.size
    for n in range(len(systems.strengths)):
        if states is not None:
            states.append(state)
        part, key = systems.at(n), _chunk(k, n, size)
        held = _times(product(key, state.mT), part.since_start)
        write = product(part.inverses, (_chunk(v, n, size) - held) * part.strengths)
        if q is not None and out is not None:
            query = _chunk(q, n, size)
            inside = _times(product(query, key.mT).tril_(), part.between)
            read = _times(product(query, state.mT), part.since_start)
            _put(out, n, read.add_(product(inside, write)))
        if part.since_start is not None:
            state = state * part.since_start[:, -1:]
        state = state + product(_times(write, part.to_end).mT, key)
    if states is not None:
        states.append(state)
    return out, state.reshape(initial.shape)


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        q: Tensor | None,
        k: Tensor,
        v: Tensor,
        log_decay: Tensor | None,
        beta: Tensor,
        state: Tensor,
    ) -> tuple[Tensor | None, Tensor]:
        states: list[Tensor] = []
        systems = _Systems.of(k, log_decay, beta)
        result = _forward(q, k, v, log_decay, beta, state, systems, states)
        ctx.save_for_backward(q, k, v, *systems, *states)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_out: Tensor | None, d_final: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, *rest = ctx.saved_tensors
        fields = len(_Systems._fields)
        with torch.autocast(d_final.device.type, enabled=False):
            return _backward(
                q, k, v, _Systems(*rest[:fields]), rest[fields:], d_out=d_out, d_final=d_final
            )


def _backward(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    systems: _Systems,
    states: list[Tensor],
    *,
    d_out: Tensor | None,
    d_final: Tensor,
) -> tuple[Tensor | None, ...]:
    """Gradients in the order of the arguments of `scan`, one chunk at a time, from the last.

    A key has two parts to play, with opposite signs in the decay: it erases (a row of the system)
    and it is written (a column). What erases or reads grows with the decay since the start of the
    chunk, what is written shrinks with it, so keys times key gradients are decay gradients.
    """
    d_q = None if q is None else torch.empty_like(q)
    d_k, d_v = torch.empty_like(k), torch.empty_like(v)
    d_strengths = torch.empty_like(systems.strengths)
    d_totals = None if systems.since_start is None else torch.empty_like(systems.since_start)
    d_state, size = d_final.flatten(0, 1), systems.size
    for n in reversed(range(len(systems.strengths))):
        part, key, state = systems.at(n), _chunk(k, n, size), states[n]
        surprise = _chunk(v, n, size) - _times(key @ state.mT, part.since_start)
        write = part.inverses @ (surprise * part.strengths)

        d_written = _times(write, part.to_end) @ d_state
        d_write = _times(key @ d_state.mT, part.to_end)
        if q is not None and d_q is not None and d_out is not None:
            query, d_read = _chunk(q, n, size), _chunk(d_out, n, size)
            inside = _times((query @ key.mT).tril_(), part.between)
            d_inside = _times((d_read @ write.mT).tril_(), part.between)
            d_outside = _times(d_read, part.since_start)
            d_query = (d_inside @ key).baddbmm_(d_outside, state)
            d_write.baddbmm_(inside.mT, d_read)
            d_written.baddbmm_(d_inside.mT, query)
            _put(d_q, n, d_query)

        d_solved = part.inverses.mT @ d_write
        d_value = d_solved * part.strengths
        d_held = _times(d_value, part.since_start)
        d_system = _times((d_solved @ write.mT).tril_(-1), part.between)
        erased = d_system @ key
        d_strengths[n] = (d_solved * surprise).sum(-1, True) - (key * erased).sum(-1, True)
        d_erasing = (erased * -part.strengths).baddbmm_(d_held, state, alpha=-1)
        d_written.baddbmm_(d_system.mul_(part.strengths).mT, key, alpha=-1)
        _put(d_v, n, d_value)
        _put(d_k, n, d_erasing + d_written)

        if d_totals is not None and part.since_start is not None:
            d_total = (key * (d_erasing - d_written)).sum(-1, True)
            if q is not None:
                d_total += (query * d_query).sum(-1, True)
            d_total[:, -1:] += (d_state * states[n + 1]).sum((-2, -1), True)
            d_totals[n] = d_total
            d_state = d_state * part.since_start[:, -1:]
        d_state = torch.baddbmm(d_state, d_held.mT, key, alpha=-1)
        if q is not None:
            d_state.baddbmm_(d_outside.mT, query)

    d_log_decay = None
    if d_totals is not None:
        d_log_decay = _join(d_totals.flip(-2).cumsum(-2).flip(-2), k)
    d_initial = d_state.reshape(d_final.shape)
    return d_q, d_k, d_v, d_log_decay, _join(d_strengths, k), d_initial


def _decays(log_decay: Tensor, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """The three decays of `_Systems`."""
    # A strong decay makes the sum large and its differences, which are what counts, inexact.
    total = _split(exact(log_decay), size).cumsum(-2)
    # Masked before exp, which would overflow above the diagonal, and after it, which makes it 1.
    between = back(total - total.mT, log_decay).tril_().exp_().tril_()
    to_end = back(total[..., -1:, :] - total, log_decay).exp_()
    return between, back(total, log_decay).exp(), to_end


def _unit_lower_inverse(system: Tensor) -> Tensor:
    """(I + L)^-1 by halving, where L is the part of `system` strictly below the diagonal.

    Every factor is itself the inverse of a diagonal block, whose entries are bounded by beta. A
    Neumann series would multiply powers of L instead, and those explode on repeated keys. The
    triangular solver of LAPACK is as fast alone, but forks and joins its threads once per matrix:
    on a busy machine each of those thousands of barriers can wait for a time slice.
    """
    size = system.shape[-1]
    if size == 1:
        return torch.ones_like(system)
    half = size // 2
    first, second = _unit_lower_inverse(
        torch.stack((system[..., :half, :half], system[..., half:, half:]))
    )
    corner = (second @ system[..., half:, :half] @ first).neg_()
    return torch.cat((F.pad(first, (0, half)), torch.cat((corner, second), dim=-1)), dim=-2)


def _times(x: Tensor, factor: Tensor | None) -> Tensor:
    return x if factor is None else x * factor


def _chunk_size(tokens: int) -> int:
    """A power of two, as systems are inverted by halving; short sequences fill a small chunk, but
    not the smallest: some processors round products of a few rows otherwise, and padding would
    then change bits."""
    return min(CHUNK, max(_SMALLEST, 1 << (tokens - 1).bit_length()))


def _chunk(x: Tensor, n: int, size: int) -> Tensor:
    """Chunk n of [B, T, H, D] as [B * H, C, D], padded by tokens that write nothing."""
    part = x[:, n * size : (n + 1) * size]
    if part.shape[1] < size:
        part = F.pad(part, (0, 0, 0, 0, 0, size - part.shape[1]))
    return part.transpose(1, 2).flatten(0, 1)


def _put(x: Tensor, n: int, part: Tensor) -> None:
    """Write [B * H, C, D] into chunk n of [B, T, H, D], without the padding."""
    size = part.shape[1]
    target = x[:, n * size : (n + 1) * size].transpose(1, 2)
    target.copy_(part.view(*target.shape[:2], size, -1)[:, :, : target.shape[2]])


def _split(x: Tensor, size: int) -> Tensor:
    """[B, T, H] -> [chunks, B * H, C, 1], padded by zeros."""
    x = F.pad(x, (0, 0, 0, -x.shape[1] % size))
    x = x.unfold(1, size, size).transpose(0, 1)
    return x.flatten(1, 2).unsqueeze(-1)


def _join(x: Tensor, like: Tensor) -> Tensor:
    """The inverse of `_split`, for the tokens of `like`."""
    batch, tokens, heads, _ = like.shape
    x = x.reshape(len(x), batch, heads, -1).permute(1, 0, 3, 2).flatten(1, 2)
    return x[:, :tokens]
