"""A window asleep in several passes over the middle layers, each of which sees the ones before.

Algorithm 1 of arXiv 2605.26099 for a network that was trained to run its layers once. Hidden states
flow from pass to pass, and every pass goes an N-th of its way, so that one pass is that network:

    h <- h + (Blocks(h, S) - h) / N

A pass reads S as the windows before left it, with what the pass before made of this one. What is
written in the end is what the last pass makes of the window.
"""

from collections.abc import Sequence

from torch import Tensor
from torch.utils.checkpoint import checkpoint

from sleepdoc_model.network.network import Block, Network
from sleepdoc_model.network.run import Pass
from sleepdoc_model.state import KVCache, Memory, empty_memory

Judged = tuple[Tensor | None, Tensor | None]
"""Relevance and subject."""


def consolidated(
    network: Network,
    tokens: Tensor,
    memory: Memory | None,
    *,
    passes: int,
    loop: tuple[int, int],
    prefix: KVCache | None = None,
    active: Tensor | None = None,
    found: list[Tensor] | None = None,
) -> Memory:
    """The memory after a window was slept on. Gradients flow through all passes.

    Args:
        network: A retrofit whose memory layers have an attention beside them.
        tokens: The window without its pinned prefix, [B, T].
        memory: What the windows before left, B or 1 of them; None: nothing.
        passes: N, at least 1.
        loop: The first of the layers that run N times, and the first behind them. The first is not
            above the lowest memory layer.
        prefix: Keys and values of the pinned prefix.
        active: False for padding, [B, T].
        found: Receives what comes out of the loop in each pass, [B, T, dim].

    Raises:
        ValueError: no pass, or a loop that begins too high.
    """
    first, end = loop
    if passes < 1 or first > network.config.memory_layers[0]:
        raise ValueError("a sleep has a pass, and its loop begins below what it writes")
    blocks = list(network.layers())
    layers = network.config.memory_layers
    before = None if memory is None else tuple(s.expand(len(tokens), -1, -1, -1) for s in memory)

    def run(
        h: Tensor, part: Sequence[Block], seen: Memory | None, judged: Judged
    ) -> tuple[Tensor, list[Tensor], Judged]:
        taps: list[Tensor] = []
        pass_ = Pass("read", prefix, grow=False, active=active, taps=taps, end=layers[-1])
        states = {} if seen is None else dict(zip(layers, seen, strict=True))
        for block in part:
            if block.layer == layers[0]:
                judged = network.judge(block, h, seen, pass_)
            h, _ = block(h, states.get(block.layer), pass_, *judged)
        return h, taps, judged

    h, _, judged = run(network.embed(tokens), blocks[:first], None, (None, None))
    seen, taps = before, list[Tensor]()
    for number in range(1, passes + 1):
        out, taps, judged = checkpoint(run, h, blocks[first:end], seen, judged, use_reentrant=False)
        h = h + (out - h) / passes
        if found is not None:
            found.append(out)
        if number < passes:
            seen = _written(network, taps, before, active, prefix)
    _, above, _ = run(h, blocks[end:], before, judged)
    return _written(network, [*taps, *above], before, active, prefix)


def _written(
    network: Network,
    taps: Sequence[Tensor],
    memory: Memory | None,
    active: Tensor | None,
    prefix: KVCache | None,
) -> Memory:
    """The memory with the window written by its lowest layers, as many as there are taps."""
    memory = memory or empty_memory(network.config, len(taps[0]), str(taps[0].device))
    windows = network.windows(taps, active, prefix)
    written = tuple(w(state) for w, state in zip(windows, memory, strict=False))
    return (*written, *memory[len(written) :])
