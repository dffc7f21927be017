"""Sleep: N offline passes over the window (Algorithm 1 of arXiv 2605.26099).

The hidden states flow from pass to pass and are thrown away at the end; the fast weights flow from
pass to pass and from window to window, and are all that stays.
"""

import time
from collections.abc import Iterator

import torch
from torch import Tensor

from sleepdoc_model.engine import PassReport
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.state import KVCache, Memory, empty_memory, relative_change


@torch.no_grad()
def sleep_passes(
    network: Network,
    tokens: Tensor,
    memory: Memory | None,
    *,
    passes: int,
    prefix: KVCache | None = None,
) -> Iterator[tuple[Memory, PassReport]]:
    """Consolidate a window, yielding the memory as it stands after each pass.

    Args:
        network: Any hybrid; its config says how the passes are joined.
        tokens: The window without its pinned prefix, [B, T].
        memory: What the window finds; None is empty. It is not changed in place.
        passes: N, at least 1.
        prefix: Keys and values of the pinned prefix, which is attended to and never written.
    """
    if passes < 1:
        raise ValueError("a sleep has at least one pass")
    feedback, blind = network.config.sleep.feedback, not network.config.memory.reads_asleep
    embedded = network.embed(tokens)
    before = memory or empty_memory(network.config, len(tokens), str(embedded.device))
    h = embedded
    taps: list[Tensor] = []
    for number in range(1, passes + 1):
        started = time.perf_counter()
        if number > 1 and blind and feedback == 0.0:
            after = _sweep(network, taps, before)
        else:
            taps.clear()
            run = Pass("write", prefix, grow=False, blind=blind, taps=taps)
            out, written = network(h, memory, run)
            assert written is not None
            after = written
            h = out if feedback == 1.0 else embedded + feedback * (out - embedded)
        change = relative_change(before, after)
        yield after, PassReport(number, passes, change, time.perf_counter() - started)
        before = memory = after


def _sweep(network: Network, taps: list[Tensor], memory: Memory) -> Memory:
    """A pass whose tokens would be what they were in the last one: only the writes are done."""
    return tuple(
        heads.write(x, attention.project(x) if attention else None, state, None)[1]
        for x, (attention, heads), state in zip(taps, network.memory_blocks(), memory, strict=True)
    )
