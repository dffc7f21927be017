"""One token at a time, for decoding: a rank-one write, and reading without writing."""

from torch import Tensor


def step(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
) -> tuple[Tensor | None, Tensor]:
    """Write one token (T = 1) and read it back; one dtype throughout.

    The decay is applied before the delta rule looks at what the key holds, which is the same map
    as in the definition and never forms a [D_k, D_k] matrix.
    """
    key, value = k[:, 0, :, :, None], v[:, 0, :, :, None]
    if log_decay is not None:
        state = state * log_decay[:, 0, :, None, None].exp()
    correction = beta[:, 0, :, None, None] * (value - state @ key)
    state = state + correction * key.mT
    if q is None:
        return None, state
    return read(q, state), state


def read(q: Tensor, state: Tensor) -> Tensor:
    """``S q`` for every token and head, in the dtype of both."""
    return (q.transpose(1, 2) @ state.mT).transpose(1, 2)
