"""A window asleep in several passes, each of which sees what the ones before found.

Algorithm 1 of arXiv 2605.26099 for a network that was trained to run once, from left to right:

    h_1 = E,  h_(k+1) = E + F(Blocks(h_k, S))

E are the embedded tokens, S what the windows before left, F a map that is zero before training, so
that every number of passes begins as the network it is. A pass sees all of the pass before, as one
who reads a second time does (the text twice in a row helps a memory of fixed size to know what it
is to keep: arXiv 2407.05483). What the last pass makes of the window is written.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_model.network.network import Network
from sleepdoc_model.network.run import Pass
from sleepdoc_model.network.trunk import rotate
from sleepdoc_model.state import KVCache, Memory, empty_memory


class Feedback(nn.Module):
    """What a pass tells the next one, [..., dim] of its output to [..., dim] beside embeddings."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(dim, dim))

    def forward(self, out: Tensor) -> Tensor:
        normed = F.rms_norm(out.float(), out.shape[-1:])
        return F.linear(normed, self.weight).to(out.dtype)


class Again:
    """What tokens of one pass see: the prefix, all of the pass before, and their own up to them."""

    def __init__(self, prefix: KVCache | None, active: Tensor, before: "Again | None") -> None:
        """
        Args:
            active: False for padding, [B, T].
        """
        self._prefix, self._start = prefix, prefix.length if prefix is not None else 0
        self._before = None if before is None else before._own
        self._own: list[tuple[Tensor, Tensor]] = []
        batch, length = active.shape
        sees = torch.ones(length, length, dtype=torch.bool, device=active.device).tril()
        parts = [sees.new_ones(batch, length, self._start), sees.expand(batch, -1, -1)]
        if before is not None:
            parts.insert(1, active[:, None].expand(-1, length, -1))
        self._mask = torch.cat(parts, dim=-1)[:, None]

    def attend(self, q: Tensor, k: Tensor, v: Tensor, layer: int, rope_base: float) -> Tensor:
        """As `network.run.Seen`; called once for every layer, the lowest first."""
        self._own.append((k, v))
        place, keys, values = self._start, list[Tensor](), list[Tensor]()
        if self._prefix is not None:
            before_k, before_v = self._prefix.prefix(layer, len(k))
            keys.append(before_k)
            values.append(before_v)
        if self._before is not None:
            # Only distances count: the pass before always lies where a first one does.
            seen_k, seen_v = self._before[layer]
            keys.append(rotate(seen_k, place, rope_base))
            values.append(seen_v)
            place += k.shape[2]
        return F.scaled_dot_product_attention(
            rotate(q, place, rope_base),
            torch.cat((*keys, rotate(k, place, rope_base)), dim=2),
            torch.cat((*values, v), dim=2),
            attn_mask=self._mask,
            enable_gqa=True,
        )


def passes_over(
    network: Network,
    tokens: Tensor,
    memory: Memory | None,
    feedback: Feedback,
    *,
    passes: int,
    prefix: KVCache | None = None,
    active: Tensor | None = None,
    learning: int | None = None,
) -> tuple[list[Tensor], list[Tensor]]:
    """What every pass over a window finds, [B, T, dim], and the memory layers' normed inputs in the
    last one.

    Args:
        network: A retrofit whose layers all have an attention.
        tokens: The window without its pinned prefix, [B, T].
        memory: What the windows before left, B or 1 of them; None: nothing.
        passes: N, at least 1.
        prefix: Keys and values of the pinned prefix.
        active: False for padding, [B, T].
        learning: Through so many of the last passes gradients flow; None: through all.

    Raises:
        ValueError: no pass.
    """
    if passes < 1:
        raise ValueError("a sleep has at least one pass")
    active = torch.ones_like(tokens, dtype=torch.bool) if active is None else active
    before = None if memory is None else tuple(s.expand(len(tokens), -1, -1, -1) for s in memory)
    embedded = h = network.embed(tokens)
    again: Again | None = None
    found: list[Tensor] = []
    taps: list[Tensor] = []
    for left in range(passes, 0, -1):
        again, taps = Again(prefix, active, again), []
        run = Pass("read", prefix, grow=False, active=active, taps=taps, seen=again)
        with torch.set_grad_enabled(torch.is_grad_enabled() and left <= (learning or passes)):
            out, _ = network(h, before, run)
        found.append(out)
        h = embedded + feedback(out)
    return found, taps


def consolidated(
    network: Network,
    tokens: Tensor,
    memory: Memory | None,
    feedback: Feedback,
    *,
    passes: int,
    prefix: KVCache | None = None,
    active: Tensor | None = None,
) -> tuple[Memory, Tensor]:
    """The memory after a window was slept on, and what the last pass found; see `passes_over`."""
    found, taps = passes_over(
        network, tokens, memory, feedback, passes=passes, prefix=prefix, active=active
    )
    before = memory or empty_memory(network.config, len(tokens), str(tokens.device))
    windows = network.windows(taps, active, prefix)
    return tuple(w(s) for w, s in zip(windows, before, strict=True)), found[-1]
