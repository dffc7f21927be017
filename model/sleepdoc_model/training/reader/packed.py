"""Several conversations behind one prefix in one row of tokens.

Products with matrices see one long row without padding; attention sees each conversation alone.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor

from sleepdoc_model.training.reader.conversation import Conversation


class Packed:
    """A prefix of P tokens, then conversations; `Seen` for a `Pass` over `ids` [1, P + ...]."""

    def __init__(self, prefix: Sequence[int], conversations: Sequence[Conversation]) -> None:
        self.prefix, self.conversations = len(prefix), conversations
        self.ids = torch.tensor([[*prefix, *(i for c in conversations for i in c.ids)]])
        self.target = torch.tensor([t for c in conversations for t in c.target])
        self.weight = torch.tensor([w for c in conversations for w in c.weight])
        self.hint = torch.tensor([t for c in conversations for t in c.hint])
        self._lengths = [self.prefix, *(len(c.ids) for c in conversations)]
        self.starts = list(accumulate(self._lengths))[:-1]
        self._masks = [_causal(self.prefix), *(_mask(c, self.prefix) for c in conversations)]
        places = [torch.arange(self.prefix), *(_places(c, self.prefix) for c in conversations)]
        self._places = torch.cat(places)
        self._turns: Tensor | None = None

    def attend(self, q: Tensor, k: Tensor, v: Tensor, layer: int, rope_base: float) -> Tensor:
        if self._turns is None:
            self._turns = turns(self._places, q.shape[-1], rope_base)
        q, k = turn(q, self._turns), turn(k, self._turns)
        parts = [torch.split(t, self._lengths, dim=2) for t in (q, k, v)]
        _, before_k, before_v = (part[0] for part in parts)
        out = []
        for index, (queries, keys, values) in enumerate(zip(*parts, strict=True)):
            if index:
                keys = torch.cat((before_k, keys), dim=2)
                values = torch.cat((before_v, values), dim=2)
            out.append(attention(queries, keys, values, self._masks[index].to(q.dtype)))
        return torch.cat(out, dim=2)


def turns(places: Tensor, dim: int, rope_base: float) -> Tensor:
    """Rotations [T, dim / 2] of rotary pairs as complex numbers; see `network.rotate`."""
    inverse = rope_base ** (-torch.arange(0, dim, 2, dtype=torch.float32) / dim)
    angle = places[:, None] * inverse
    return torch.polar(torch.ones_like(angle), angle)


def turn(x: Tensor, by: Tensor) -> Tensor:
    """Rotate x [B, H, T, D]."""
    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * by).flatten(-2).to(x.dtype)


def _causal(count: int) -> Tensor:
    return torch.full((count, count), -torch.inf).triu(1)


def _places(conversation: Conversation, prefix: int) -> Tensor:
    """Positions [T]; every turn begins right behind turn 0."""
    shared = conversation.turn.count(0)
    seen: Counter[int] = Counter()
    places = []
    for turn in conversation.turn:
        places.append(prefix + (shared if turn else 0) + seen[turn])
        seen[turn] += 1
    return torch.tensor(places)


def _mask(conversation: Conversation, prefix: int) -> Tensor:
    """What is added to scores [T, P + T]: minus infinity where a token does not see another."""
    block = torch.tensor(conversation.block)
    count = len(block)
    sees = torch.ones(count, count, dtype=torch.bool).tril()
    sees |= (block[:, None] == block) & (block >= 0)
    turn = torch.tensor(conversation.turn)
    sees &= (turn[:, None] == turn) | (turn == 0)
    mask = torch.zeros(count, prefix + count)
    mask[:, prefix:].masked_fill_(~sees, -torch.inf)
    return mask


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Plain products: on a CPU, for a few hundred tokens, faster than the fused kernel backwards.

    The heads of a group are so many more queries of their keys, which need no copies then.
    """
    batch, heads, length, dim = q.shape
    grouped = (q * dim**-0.5).reshape(batch, k.shape[1], -1, dim)
    scores = (grouped @ k.mT).view(batch, heads, length, -1)
    scores = scores if mask is None else scores + mask
    weights = scores.softmax(-1).view(batch, k.shape[1], -1, k.shape[2])
    out: Tensor = (weights @ v).view(batch, heads, length, dim)
    return out
