"""What a window does to any state: S -> S A + C. Many sweeps over it cost few small products.

This holds for sweeps that write the same keys, values and gates again. Where a pass feeds on what
the one before it made of the tokens, every pass is another window.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class WindowMap(NamedTuple):
    """``S @ kept + written`` is the state after the window, for the state S before it."""

    kept: Tensor
    """A, [B, H, D_k, D_k]: what the writes leave of each direction. Its 2-norm is at most 1 as
    long as ``beta * |k|^2 <= 2``, so its powers never grow."""
    written: Tensor
    """C, [B, H, D_v, D_k]: what the window makes of an empty state."""

    def __call__(self, state: Tensor) -> Tensor:
        """The state after one sweep from `state` [B, H, D_v, D_k]; B may be 1 on either side."""
        with torch.autocast(state.device.type, enabled=False):
            return state @ self.kept + self.written

    def then(self, later: "WindowMap") -> "WindowMap":
        """This window, and then a later one, as one map."""
        with torch.autocast(self.kept.device.type, enabled=False):
            return WindowMap(self.kept @ later.kept, self.written @ later.kept + later.written)

    def repeated(self, sweeps: int) -> "WindowMap":
        """The same window `sweeps` times (at least once), by doubling: 2 log2(N) compositions.

        A geometric series through (I - A)^-1 is not an option: A keeps every direction that no key
        covers, so I - A is singular whenever nothing decays and the window is short.
        """
        if sweeps < 1:
            raise ValueError("a window is swept at least once")
        half = self
        whole: WindowMap | None = None
        while True:
            if sweeps % 2:
                whole = half if whole is None else whole.then(half)
            sweeps //= 2
            if sweeps == 0:
                assert whole is not None
                return whole
            half = half.then(half)
