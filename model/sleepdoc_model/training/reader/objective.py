"""What a reader is trained for: answers, where they stand, and to leave plain talk as it was."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_model.network import Network, Pass
from sleepdoc_model.reader import Corrected, Pointer, pointing_states, seen_by_layers
from sleepdoc_model.training.reader.conversation import NOTHING, Pointed
from sleepdoc_model.training.reader.packed import Packed

POINTING = 0.3
"""Weight of pointing beside that of writing."""


PLAIN = 2.0
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


def hidden(network: Network, packed: Packed) -> tuple[Tensor, Tensor]:
    """Output hidden states of the conversations' tokens [T, dim], and those to point from."""
    with seen_by_layers(network) as found:
        h, _ = network(network.embed(packed.ids), None, Pass("read", seen=packed))
    return h[0, packed.prefix :], pointing_states(found)[0, packed.prefix :]


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
            base, _ = hidden(network, alone)
            expected = network.logits(base[alone.target != NOTHING]).log_softmax(-1)
        found = logits[plain].log_softmax(-1)
        apart = F.kl_div(found, expected, reduction="none", log_target=True).sum(-1)
        figures["plain"] = apart.mean().item()
        loss = loss + PLAIN * (apart * weight[plain]).sum()
    return loss / weight.sum(), figures


def pointing_loss(
    pointer: Pointer, packed: Packed, states: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """Minus the log share of all right starts, and of all right ends, mean over questions."""
    losses, right = [], 0
    for start, conversation in zip(packed.starts, packed.conversations, strict=True):
        first = start - packed.prefix
        can = torch.tensor(conversation.passage, dtype=torch.bool).nonzero().flatten()
        place = {int(token): index + 1 for index, token in enumerate(can)}
        for pointed in conversation.pointed:
            scores = pointer(states[first + pointed.asked], states[first + can])
            wanted = _wanted(pointed, place)
            log = scores.log_softmax(-1)
            losses += [-log[side, wanted[side]].logsumexp(0) for side in (0, 1)]
            right += all(int(log[side].argmax()) in wanted[side] for side in (0, 1))
    if not losses:
        return states.new_zeros(()), {}
    loss = torch.stack(losses).mean()
    return loss, {"pointing": loss.item(), "pointed": right / (len(losses) / 2)}


def _wanted(pointed: Pointed, place: dict[int, int]) -> tuple[list[int], list[int]]:
    if not pointed.starts:
        return [0], [0]
    starts = sorted({place[t] for t in pointed.starts})
    return starts, sorted({place[t] for t in pointed.ends})
