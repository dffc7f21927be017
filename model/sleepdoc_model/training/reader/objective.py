"""What a reader is trained for: answers, and to leave plain talk as it was."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_model.network import Network, Pass
from sleepdoc_model.reader import Corrected
from sleepdoc_model.training.reader.conversation import NOTHING
from sleepdoc_model.training.reader.packed import Packed

PLAIN = 3.0
"""Weight of staying near the base in plain talk."""


@contextmanager
def bare(corrections: Iterable[Corrected]) -> Iterator[None]:
    """Without corrections, for as long as it lasts."""
    for each in corrections:
        each.enabled = False
    try:
        yield
    finally:
        for each in corrections:
            each.enabled = True


def hidden(network: Network, packed: Packed) -> Tensor:
    """Output hidden states of the conversations' tokens, [T, dim]."""
    h: Tensor
    h, _ = network(network.embed(packed.ids), None, Pass("read", seen=packed))
    return h[0, packed.prefix :]


def writing_loss(
    network: Network, corrections: Iterable[Corrected], packed: Packed, h: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """Cross-entropy of answers; of plain talk, the divergence from what the base says. An answer
    counts as the root of its length, so that sentences do not drown facts."""
    learnt = packed.target != NOTHING
    logits = network.logits(h[learnt])
    target, weight = packed.target[learnt], packed.weight[learnt]
    plain = torch.cat([torch.full((len(c.ids),), c.plain) for c in packed.conversations])[learnt]
    each = F.cross_entropy(logits[~plain], target[~plain], reduction="none")
    figures = {"answer": each.mean().item()} if len(each) else {}
    loss = (each * weight[~plain]).sum()
    if plain.any():
        with torch.no_grad(), bare(corrections):
            alone = Packed(
                packed.ids[0, : packed.prefix].tolist(),
                [c for c in packed.conversations if c.plain],
            )
            base = hidden(network, alone)
            expected = network.logits(base[alone.target != NOTHING]).log_softmax(-1)
        found = logits[plain].log_softmax(-1)
        apart = F.kl_div(found, expected, reduction="none", log_target=True).sum(-1)
        figures["plain"] = apart.mean().item()
        loss = loss + PLAIN * (apart * weight[plain]).sum()
    return loss / weight.sum(), figures
