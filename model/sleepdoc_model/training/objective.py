"""Read, sleep, evict, ask: the loss of one batch.

Reading and sleeping run the frozen base without gradients. That is exact for one pass over the
first window, where the hidden states do not depend on what is trained; for later passes and windows
it cuts the path through what was read, and keeps the one through the fast weights themselves.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_model.network import Network, Pass, SharedFastWeights
from sleepdoc_model.state import KVCache, Memory
from sleepdoc_model.training.data import IGNORE, Batch


def cached_prefix(network: Network, prefix: tuple[int, ...]) -> KVCache:
    """Keys and values of the pinned prefix. It neither reads nor writes memory: one fits all."""
    parameter = network.embedding.weight
    cache = KVCache.allocate(
        network.config, len(prefix), dtype=parameter.dtype, device=str(parameter.device)
    )
    with torch.no_grad():
        network(network.embed(torch.tensor([prefix])), None, Pass("read", cache))
    return cache


def read_and_sleep(network: Network, cache: KVCache, batch: Batch, passes: int) -> Memory:
    """The memory after every window was read, slept on and evicted."""
    memory: Memory | None = None
    for ids, active in zip(batch.windows, batch.active, strict=True):
        for _ in range(passes):
            memory = sleep_pass(network, cache, ids, active, memory)
    assert memory is not None
    return memory


def sleep_pass(
    network: Network, cache: KVCache, ids: Tensor, active: Tensor, memory: Memory | None
) -> Memory:
    """One window-level pass, differentiable in what is written but not in what is read."""
    taps: list[Tensor] = []
    held = tuple(s.detach() for s in memory) if memory is not None else None
    run = Pass("read", cache, grow=False, active=active, taps=taps)
    with torch.no_grad():
        network(network.embed(ids), held, run)
    after = []
    for index, (attention, heads) in enumerate(network.memory_blocks()):
        x = taps[index]
        with torch.no_grad():
            projected = attention.project(x) if attention is not None else None
        state = memory[index] if memory is not None else None
        after.append(heads.write(x, projected, state, active)[1])
    return tuple(after)


def answer_loss(
    network: Network, cache: KVCache, batch: Batch, memory: Memory | None
) -> tuple[Tensor, Tensor]:
    """Cross-entropy summed over answer tokens, and logits there [N, vocab]."""
    states = None if memory is None else tuple(s[batch.document] for s in memory)
    embedded = network.embed(batch.questions)
    h, _ = network(embedded, states, Pass("read", cache, grow=False))
    asked = batch.labels != IGNORE
    logits = network.logits(h[asked])
    return F.cross_entropy(logits, batch.labels[asked], reduction="sum"), logits


@torch.no_grad()
def calibrate(network: Network, cache: KVCache, batch: Batch) -> None:
    """Start the key and query biases at minus the mean key and query of some text.

    Keys of a transformer share a large common part. Attention does not see it (softmax ignores
    what all keys have in common), but to a delta rule it makes all tokens look alike.
    """
    taps: list[Tensor] = []
    ids, active = batch.windows[0], batch.active[0]
    network(network.embed(ids), None, Pass("read", cache, grow=False, taps=taps))
    for x, (attention, heads) in zip(taps, network.memory_blocks(), strict=True):
        assert attention is not None and isinstance(heads, SharedFastWeights)
        q, k, _ = (t[active].float().mean(0) for t in attention.project(x))
        heads.q_bias.copy_(-q.reshape(heads.q_bias.shape))
        k = k.reshape(-1, heads.config.key_dim).repeat_interleave(heads.group, dim=0)
        heads.k_bias.copy_(-k)
