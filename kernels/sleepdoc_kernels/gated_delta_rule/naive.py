"""The definition: one token after another. Every other implementation is tested against it."""

import torch
from torch import Tensor


def scan(
    q: Tensor | None,
    k: Tensor,
    v: Tensor,
    log_decay: Tensor | None,
    beta: Tensor,
    state: Tensor,
) -> tuple[Tensor | None, Tensor]:
    """Run the recurrence literally; shapes as in `gated_delta_rule`, one dtype throughout."""
    identity = torch.eye(k.shape[-1], dtype=k.dtype, device=k.device)
    outputs = []
    for t in range(k.shape[1]):
        key, value = k[:, t], v[:, t]
        strength = beta[:, t, :, None, None]
        forget = identity - strength * key[..., :, None] * key[..., None, :]
        state = state @ forget
        if log_decay is not None:
            state = state * log_decay[:, t, :, None, None].exp()
        state = state + strength * value[..., :, None] * key[..., None, :]
        if q is not None:
            outputs.append((state @ q[:, t, :, :, None]).squeeze(-1))
    if q is None:
        return None, state
    return torch.stack(outputs, dim=1) if outputs else torch.zeros_like(v), state
