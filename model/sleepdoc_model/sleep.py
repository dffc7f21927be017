"""Sleep: N offline passes over the window (Algorithm 1 of arXiv 2605.26099).

The hidden states flow from pass to pass and are thrown away at the end; the fast weights flow from
pass to pass and from window to window, and are all that stays.

Where tokens do not look at the memory while they are consolidated, and hidden states are not fed
back, every pass writes the same keys and values. What the window does to a state is then known
after one run through the network, and a pass does it once: by the delta rule it is one affine map;
by least squares N passes weigh the window N times.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sleepdoc_model.engine import PassReport
from sleepdoc_model.network import Network, Pass, Window
from sleepdoc_model.state import KVCache, Memory, empty_memory, relative_change

See = Callable[[Tensor], Sequence[Window]]
"""From tokens [B, T] to what writing them does to the state of every memory layer."""


@torch.no_grad()
def sleep_passes(
    network: Network,
    tokens: Tensor,
    memory: Memory | None,
    *,
    passes: int,
    prefix: KVCache | None = None,
    see: See | None = None,
) -> Iterator[tuple[Memory, PassReport]]:
    """Consolidate a window, yielding the memory as it stands after each pass.

    Where the config has a threshold for it, a pass that changes less than that is the last one; its
    report says so by counting as many passes as were made.

    Args:
        network: Any hybrid; its config says how the passes are joined.
        tokens: The window without its pinned prefix, [B, T].
        memory: What the window finds; None is empty. It is not changed in place.
        passes: N, at least 1; at most so many are made.
        prefix: Keys and values of the pinned prefix, which is attended to and never written.
        see: Replaces `see_window` where passes write the same, and knows the prefix itself.
    """
    if passes < 1:
        raise ValueError("a sleep has at least one pass")
    before = memory or empty_memory(network.config, len(tokens), str(tokens.device))
    if writes_the_same(network):
        found = _sweeps(see or (lambda ids: see_window(network, ids, prefix)), tokens, before)
    else:
        found = _runs(network, tokens, memory, passes, prefix)
    started = time.perf_counter()
    for number, after in zip(range(1, passes + 1), found):
        change = relative_change(before, after, network.config.memory.value_dim)
        settled = max(change) < network.config.sleep.settled
        seconds = time.perf_counter() - started
        yield after, PassReport(number, number if settled else passes, change, seconds)
        if settled:
            return
        before, started = after, time.perf_counter()


def writes_the_same(network: Network) -> bool:
    """Whether every pass over a window writes what the first one wrote."""
    return not network.config.memory.reads_asleep and network.config.sleep.feedback == 0.0


@torch.no_grad()
def see_window(
    network: Network, tokens: Tensor, prefix: KVCache | None, active: Tensor | None = None
) -> list[Window]:
    """What tokens [B, T] write, not looking at the memory; `active` [B, T] is false on padding."""
    return network.windows(network.taps(tokens, prefix), active, prefix)


@dataclass(frozen=True)
class Prefix:
    """A pinned prefix as a network has it."""

    cache: KVCache
    """Its keys and values."""
    last: Tensor | None
    """The hidden state of its last token, [1, 1, dim]; None if there is none."""


@torch.no_grad()
def computed_prefix(network: Network, prefix: tuple[int, ...]) -> Prefix:
    """The pinned prefix. It neither reads nor writes memory: one fits all."""
    parameter = network.embedding.weight
    cache = KVCache.allocate(
        network.config, len(prefix), dtype=parameter.dtype, device=str(parameter.device)
    )
    if not prefix:
        return Prefix(cache, None)
    tokens = torch.tensor([prefix], dtype=torch.long, device=parameter.device)
    h, _ = network(network.embed(tokens), None, Pass("read", cache))
    return Prefix(cache, h[:, -1:])


def cached_prefix(network: Network, prefix: tuple[int, ...]) -> KVCache:
    """Its keys and values alone."""
    return computed_prefix(network, prefix).cache


def _sweeps(see: See, tokens: Tensor, memory: Memory) -> Iterator[Memory]:
    maps = see(tokens)
    while True:
        memory = tuple(window(state) for window, state in zip(maps, memory, strict=True))
        yield memory


def _runs(
    network: Network, tokens: Tensor, memory: Memory | None, passes: int, prefix: KVCache | None
) -> Iterator[Memory]:
    feedback, blind = network.config.sleep.feedback, not network.config.memory.reads_asleep
    embedded = h = network.embed(tokens)
    for number in range(1, passes + 1):
        fed_back = feedback != 0.0 and number < passes
        end = None if fed_back else network.config.last_memory_layer
        run = Pass("write", prefix, grow=False, blind=blind, end=end)
        out, memory = network(h, memory, run)
        assert memory is not None
        yield memory
        if fed_back:
            h = out if feedback == 1.0 else embedded + feedback * (out - embedded)
