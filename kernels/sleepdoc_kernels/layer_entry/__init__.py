"""From what a layer projects to what the gated delta rule takes: unit keys, strengths, decays.

    k <- k / |k|        beta = sigmoid(b)        log decay = -exp(A) softplus(d)

On a GPU these are a dozen small kernels that each wait for the one before, so there they are one.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_kernels import dispatch


def layer_entry(
    k: Tensor,
    strength: Tensor,
    decay: Tensor | None,
    log_rate: Tensor | None,
    active: Tensor | None = None,
) -> tuple[Tensor, Tensor | None, Tensor]:
    """Normalise keys and open gates.

    Args:
        k: [B, T, H, D_k], of any length.
        strength: b, [B, T, H]; at least float32.
        decay: d, [B, T, H], or None: nothing decays.
        log_rate: A, [H].
        active: [B, T], false for tokens that shall leave the state as it is.

    Returns:
        k of length one in its dtype; log decay and beta, [B, T, H], in the dtype of `strength`.
    """
    inputs = (k, strength, decay, log_rate)
    grad = torch.is_grad_enabled() and any(x is not None and x.requires_grad for x in inputs)
    if not grad and dispatch.prefers_triton(k):
        from sleepdoc_kernels.layer_entry import triton_kernel

        return triton_kernel.layer_entry(k, strength, decay, log_rate, active)
    beta = strength.sigmoid()
    log_decay = None
    if decay is not None and log_rate is not None:
        log_decay = -log_rate.exp() * F.softplus(decay)
    if active is not None:
        beta = beta * active[:, :, None]
        log_decay = None if log_decay is None else log_decay * active[:, :, None]
    return unit(k), log_decay, beta


def unit(x: Tensor) -> Tensor:
    """Vectors of length one along the last dimension, computed in at least float32."""
    wide = torch.promote_types(x.dtype, torch.float32)
    return F.normalize(x.to(wide), dim=-1).to(x.dtype)
