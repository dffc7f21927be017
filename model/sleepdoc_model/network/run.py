"""What all blocks of one run share."""

from dataclasses import dataclass
from typing import Literal, Protocol

from torch import Tensor

from sleepdoc_model.state import KVCache

Mode = Literal["read", "write"]


class Seen(Protocol):
    """What tokens see of each other, where that is not one window that grows."""

    def attend(self, q: Tensor, k: Tensor, v: Tensor, layer: int, rope_base: float) -> Tensor:
        """Weighted values [B, Q, T, D] of q [B, Q, T, D], k and v [B, KV, T, D], not rotated."""


@dataclass(frozen=True)
class Pass:
    """What one run through the blocks does and sees.

    `read` leaves the memory alone, `write` updates it; `blind` tokens do not look at it. With
    `grow` the cache receives the keys and values of this run; without, it is a fixed prefix
    (batch 1) that all sequences attend to. `active` [B, T] is false for tokens that neither read
    nor write: pinned prefix and padding. `taps` receives every memory layer's normed input. `end`
    is the last memory layer of interest: nothing is computed above what it writes, or above its
    tap, and the hidden states that come out mean nothing. `whole` tokens see all of each other, not
    only those before them. `seen` takes the place of all that, where tokens are not one window.
    """

    mode: Mode
    cache: KVCache | None = None
    grow: bool = True
    active: Tensor | None = None
    taps: list[Tensor] | None = None
    blind: bool = False
    end: int | None = None
    whole: bool = False
    seen: Seen | None = None

    @property
    def asleep(self) -> bool:
        """Whether the window is consolidated, so that all of it is known to every token."""
        return self.mode == "write"
