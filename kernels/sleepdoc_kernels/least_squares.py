"""Fast weights that fit everything ever written at once: recursive least squares.

    S = argmin sum_t w_t |S k_t - v_t|^2 + ridge |S|^2

The delta rule descends on this one token at a time, so what it writes last overwrites what it
wrote first. Sweeps over all that was ever read, again and again, would end here instead; what they
need to know of the old tokens fits into one matrix per head, H = sum w k k^T. With it a window is
written exactly, by blocks of recursive least squares (Plackett 1950):

    H' = H + C        S' = S + (P - S C) (H' + ridge)^-1        C = sum w k k^T, P = sum w v k^T

What of the window the memory gets wrong is written along directions that nothing older needs. As a
layer that trains end to end this is MesaNet's (arXiv 2506.05233), which solves at every token; a
window that sleeps is solved for once.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from sleepdoc_kernels.exact import back, exact
from sleepdoc_kernels.threads import together


class WindowSums(NamedTuple):
    """What a window adds to any state.

    A state [B, H, D_v + D_k, D_k] holds S in its first D_v rows and the covariance H in the others.
    """

    kept: Tensor
    """[B, H]: by how much the weight of all that was written before shrinks."""
    products: Tensor
    """P, [B, H, D_v, D_k]."""
    covariance: Tensor
    """C, [B, H, D_k, D_k]."""
    ridge: Tensor
    """[H], above 0."""

    def __call__(self, state: Tensor) -> Tensor:
        """The state after the window; B may be 1 on either side."""
        with torch.autocast(state.device.type, enabled=False):
            rows = self.products.shape[2]
            weights, before = state[:, :, :rows], state[:, :, rows:]  # S, H
            kept, ridge = self.kept[:, :, None, None], self.ridge[:, None, None]
            after = kept * before + self.covariance  # H', [B, H, D_k, D_k]
            wrong = self.products - weights @ self.covariance - (1 - kept) * ridge * weights
            regular = after + ridge * torch.eye(after.shape[-1], device=after.device)
            step: Tensor = _Solve.apply(wrong, regular)  # type: ignore[no-untyped-call]
            return torch.cat((weights + step, after), dim=2)

    def repeated(self, times: int) -> "WindowSums":
        """The same window `times` times (at least once)."""
        if times < 1:
            raise ValueError("a window is written at least once")
        faded = torch.stack([self.kept**power for power in range(times)]).sum(0)[:, :, None, None]
        return self._replace(
            kept=self.kept**times,
            products=self.products * faded,
            covariance=self.covariance * faded,
        )


def window_sums(
    k: Tensor, v: Tensor, *, log_decay: Tensor | None, beta: Tensor, ridge: Tensor
) -> WindowSums:
    """Sum up a window; k, v, log_decay and beta as in `gated_delta_rule`, ridge [H].

    A token's weight is its beta, less what decays of it until the window's end. Computed in at
    least float32.
    """
    wide = torch.promote_types(torch.promote_types(k.dtype, v.dtype), torch.float32)
    k, v, weight = (x.to(wide).transpose(1, 2) for x in (k, v, beta))
    kept = torch.ones_like(weight[..., 0])
    if log_decay is not None:
        decays = exact(log_decay).transpose(1, 2)  # [B, H, T]
        total = decays.sum(-1, keepdim=True)
        weight = weight * back((total - decays.cumsum(-1)).exp(), weight)
        kept = back(total[..., 0].exp(), weight)
    with torch.autocast(k.device.type, enabled=False), together(k.numel() * k.shape[-1]):
        weighted = k * weight.unsqueeze(-1)  # [B, H, T, D_k]
        covariance = k.mT @ weighted
        # Symmetric to the last bit, so that half of it is enough to store.
        covariance = (covariance + covariance.mT) / 2
        return WindowSums(kept, v.mT @ weighted, covariance, ridge.to(wide))


class _Solve(torch.autograd.Function):
    """x = b a^-1 for symmetric positive definite a, without the gradient of a factorisation.

    In float64: rows of a that many windows have written differ by far more than float32 can tell.
    """

    @staticmethod
    def forward(context: Any, b: Tensor, a: Tensor) -> Tensor:
        factor = torch.linalg.cholesky(exact(a))
        x = back(torch.cholesky_solve(exact(b).mT, factor).mT, b)
        context.save_for_backward(x, factor)
        return x

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        x, factor = context.saved_tensors
        of_b = back(torch.cholesky_solve(exact(gradients[0]).mT, factor).mT, x)
        return of_b, -(x.mT @ of_b)
