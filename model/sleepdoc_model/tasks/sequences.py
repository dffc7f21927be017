"""What the paper's synthetic tasks produce: sequences of token ids, some of which are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


@dataclass(frozen=True)
class Sequences:
    """B sequences of T tokens, cut into windows of equal length; the last may be shorter."""

    tokens: Tensor
    """[B, T]"""
    asked: Tensor
    """[B, T], true on the tokens that are to be predicted, each from those before it in its
    window."""
    kind: Tensor
    """[B, T]: on those, by what they are counted, such as the number of hops."""

    def kinds(self) -> Tensor | None:
        """The kind of every sequence, [B]; None if one asks for several."""
        low = self.kind.masked_fill(~self.asked, int(self.kind.max())).amin(1)
        high = self.kind.masked_fill(~self.asked, int(self.kind.min())).amax(1)
        return low if bool((low == high).all()) else None

    def windows(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Tokens and `asked` of every window of `size` tokens, [B, size] each."""
        for start in range(0, self.tokens.shape[1], size):
            part = slice(start, start + size)
            yield self.tokens[:, part], self.asked[:, part]


class SequenceTask(Protocol):
    """A task with seeds: the same seed gives the same sequences; those of a test are others."""

    @property
    def vocab(self) -> int: ...

    @property
    def window(self) -> int:
        """Tokens in a window."""

    def draw(self, count: int, seed: int, *, test: bool = False) -> Sequences: ...
