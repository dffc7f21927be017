"""Sleep: N offline passes over the window (Algorithm 1 of arXiv 2605.26099).

The hidden states flow from pass to pass and are thrown away at the end; the fast weights flow from
pass to pass and from window to window, and are all that stays.
"""

import time
from collections.abc import Iterator, Sequence

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
            # The tokens would be what they were in the last pass.
            after = write_window(network, taps, None, before)
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


def write_window(
    network: Network, taps: Sequence[Tensor], active: Tensor | None, memory: Memory | None
) -> Memory:
    """Only the writes of a pass: one window per document, or one that all documents share.

    Args:
        network: The fast weights that write.
        taps: Every memory layer's normed input [B, T, dim], B being 1 if the window is shared.
        active: False on padding, [B, T].
        memory: What the window finds; None is empty.
    """
    after = []
    for index, (x, (attention, heads)) in enumerate(
        zip(taps, network.memory_blocks(), strict=True)
    ):
        state = memory[index] if memory is not None else None
        with torch.no_grad():  # a retrofit's attention is frozen
            projected = attention.project(x) if attention is not None else None
        if state is not None and len(state) > len(x):
            after.append(heads.write_into_all(x, projected, state, active))
            continue
        if state is not None and len(state) < len(x):
            state = state.expand(len(x), -1, -1, -1)
        after.append(heads.write(x, projected, state, active)[1])
    return tuple(after)
