"""What a hidden state in the middle of the network has in mind, read off while it is trained.

An answer that takes two steps is said at the end of the network; what the first step finds is to be
known in the middle. Where lessons say what that is, learning need not come upon two steps at once.
(Deep supervision, arXiv 1409.5185.)
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_model.network import Network
from sleepdoc_model.tokenizer import Tokenizer

KNOWN_AT = 20
"""The layer behind which what stands between is to be known while a question is asked, so that some
are left for the second step. What one step finds begins to stand in the states of the default model
behind layer 23 (`evaluation.lens`)."""
HINTS = 0.5
"""Weight of what stands between beside answers."""
CLOSE = 2
"""Tokens before the one an answer begins at which know what stands between already."""


def first_token(tokenizer: Tokenizer, value: str) -> int:
    """The token by which a value is known."""
    return tokenizer.encode(f" {value}")[0]


@contextmanager
def middle(network: Network) -> Iterator[list[Tensor]]:
    """Receives of every run what comes out of layer `KNOWN_AT`, [B, T, dim]."""
    layer = list(network.layers())[min(KNOWN_AT, len(network.config.layers) - 1)]
    with outputs([layer]) as known:
        yield known


@contextmanager
def outputs(layers: Iterable[nn.Module]) -> Iterator[list[Tensor]]:
    """Receives the hidden states that come out of layers as they run, [B, T, dim] each."""
    found: list[Tensor] = []
    hooks = [
        layer.register_forward_hook(lambda *seen: found.append(seen[-1][0])) for layer in layers
    ]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


class Probe(nn.Module):
    """Tells which of the tokens of a text a hidden state has in mind."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.eye(dim) * 0.1)

    def loss(self, h: Tensor, target: Tensor, embedding: Tensor, ids: Tensor) -> tuple[Tensor, int]:
        """Summed cross-entropy, and how many are right.

        Args:
            h: Hidden states, [N, dim].
            target: Tokens, [N].
            embedding: [vocab, dim].
            ids: The tokens of all texts.
        """
        among = torch.unique(torch.cat((ids.flatten(), target)))
        size = h.shape[-1]
        keys = F.rms_norm(embedding[among].float(), (size,))
        scores = F.linear(F.rms_norm(h.float(), (size,)), self.weight) @ keys.T * size**-0.5
        place = torch.searchsorted(among, target)
        loss = F.cross_entropy(scores, place, reduction="sum")
        return loss, int((scores.argmax(-1) == place).sum())
