"""Read, sleep, evict, ask: the loss of one batch.

Reading runs the frozen base without gradients; they flow through what is written from there on. As
long as tokens do not read the memory while they are consolidated, that is exact.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils.rnn import pad_sequence

from sleepdoc_model.network import BorrowedProjections, Network, Pass
from sleepdoc_model.sleep import sleep_passes
from sleepdoc_model.state import KVCache, Memory, empty_memory
from sleepdoc_model.training.data import IGNORE, Batch, Window

Taps = list[Tensor]
"""Every memory layer's normed input [B, T, dim] over one window."""


class TapStore:
    """Remembers what the base makes of windows that come again.

    It does not depend on what is trained, and costs far more to compute than to keep: 22 MB for a
    window of 850 tokens of the default model, in fp16. What is over `limit` bytes is computed
    every time.
    """

    def __init__(self, network: Network, cache: KVCache, limit: int) -> None:
        self.network, self.cache = network, cache
        self._kept: dict[tuple[int, ...], Tensor] = {}
        self._left = limit

    def __call__(self, window: Window) -> Taps:
        if not window.kept and window.ids.device.type != "cpu":
            return self.network.taps(window.ids, self.cache)
        rows = [ids[active] for ids, active in zip(window.ids, window.active, strict=True)]
        config, weight = self.network.config, self.network.embedding.weight
        taps = weight.new_zeros(len(config.memory_layers), *window.ids.shape, config.dim)
        for alike in _alike(rows, one_by_one=window.kept):
            for index, row in zip(alike, self._rows([rows[i] for i in alike]), strict=True):
                taps[:, index, : row.shape[1]] = row
                if window.kept:
                    self._keep(rows[index], row)
        return list(taps)

    def _rows(self, rows: Sequence[Tensor]) -> Sequence[Tensor]:
        if len(rows) > 1:
            return see_together(self.network, self.cache, rows)
        known = self._kept.get(tuple(rows[0].tolist()))
        return [see_alone(self.network, self.cache, rows[0]) if known is None else known]

    def _keep(self, ids: Tensor, row: Tensor) -> None:
        key = tuple(ids.tolist())
        if key not in self._kept and row.nbytes <= self._left:
            self._kept[key] = row
            self._left -= row.nbytes


def _alike(rows: Sequence[Tensor], *, one_by_one: bool) -> Iterator[list[int]]:
    """Rows to see at a time, shortest first.

    On a CPU a batch of short texts is faster than one after the other, unless most is padding.
    """
    group: list[int] = []
    for index in sorted((i for i, row in enumerate(rows) if len(row)), key=lambda i: len(rows[i])):
        if group and (one_by_one or len(rows[index]) > 1.3 * len(rows[group[0]])):
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def see_alone(network: Network, cache: KVCache, ids: Tensor) -> Tensor:
    """What the base makes of one text: every memory layer's input [layers, T, dim], in fp16."""
    return see_together(network, cache, [ids])[0]


def see_together(network: Network, cache: KVCache, rows: Sequence[Tensor]) -> Sequence[Tensor]:
    """The same of several texts at a time."""
    ids = pad_sequence(list(rows), batch_first=True).to(network.embedding.weight.device)
    taps = torch.stack(network.taps(ids, cache)).half()
    return [taps[:, i, : len(row)] for i, row in enumerate(rows)]


def read_and_sleep(
    network: Network, cache: KVCache, batch: Batch, passes: int, store: TapStore | None = None
) -> Memory:
    """The memory after every window was read, slept on and evicted."""
    assert batch.windows
    memory = empty_memory(network.config, device=str(batch.windows[0].ids.device))
    reads = network.config.memory.reads_asleep
    for window in batch.windows:
        if not reads:
            taps = store(window) if store else network.taps(window.ids, cache)
            memory = _write(network, taps, window.active, memory, passes)
            continue
        for _ in range(passes):
            known = tuple(state.expand(len(window.ids), -1, -1, -1) for state in memory)
            taps = network.taps(window.ids, cache, memory=known, active=window.active)
            memory = _write(network, taps, window.active, memory, 1)
    return memory


def _write(network: Network, taps: Taps, active: Tensor, memory: Memory, passes: int) -> Memory:
    """Sweeps over one window; the way of the gradient into the fast weights."""
    if network.config.memory.rule != "delta" or len(memory[0]) not in (1, len(active)):
        windows = network.windows(taps, active)
        return tuple(w.repeated(passes)(state) for w, state in zip(windows, memory, strict=True))
    after = []
    writers = network.writers(taps, active)
    for (heads, x, borrowed, subject), state in zip(writers, memory, strict=True):
        state = state.expand(len(active), -1, -1, -1)
        for _ in range(passes):  # cheaper than what the window does to any state
            state = heads.write(x, borrowed, subject, state, active)[1]
        after.append(state)
    return tuple(after)


class MemoryStore:
    """Remembers the memories of documents that come again, where what is written is not trained.

    What is over `limit` bytes is computed every time.
    """

    def __init__(self, network: Network, cache: KVCache, limit: int = 8 << 30) -> None:
        self.network, self.cache = network, cache
        self._kept: dict[tuple[tuple[int, ...], ...], Memory] = {}
        self._left = limit

    @torch.no_grad()
    def __call__(self, batch: Batch, passes: int) -> Memory:
        """The same as `read_and_sleep`."""
        if not all(window.kept for window in batch.windows):
            return read_and_sleep(self.network, self.cache, batch, passes)
        documents = range(int(batch.document.max()) + 1)
        known = [self._of(batch.windows_of(document), passes) for document in documents]
        return tuple(torch.cat(states) for states in zip(*known, strict=True))

    def _of(self, windows: Sequence[Window], passes: int) -> Memory:
        key = ((passes,), *(tuple(window.ids[0].tolist()) for window in windows))
        if key in self._kept:
            return self._kept[key]
        memory: Memory | None = None
        for window in windows:
            slept = sleep_passes(self.network, window.ids, memory, passes=passes, prefix=self.cache)
            *_, (memory, _) = slept
        assert memory is not None
        size = sum(state.nbytes for state in memory)
        if size <= self._left:
            self._kept[key] = memory
            self._left -= size
        return memory


def answer_loss(
    network: Network, cache: KVCache, batch: Batch, memory: Memory | None
) -> tuple[Tensor, Tensor]:
    """The loss summed over answer tokens, and logits there [N, vocab].

    It is cross-entropy, or, where the memory has nothing to say, the divergence from what the base
    would answer.
    """
    states = None if memory is None else tuple(s[batch.document] for s in memory)
    embedded = network.embed(batch.questions)
    asked = batch.labels != IGNORE
    run = Pass("read", cache, grow=False)

    def answers(seen: Memory | None) -> Tensor:
        with _short_attention(batch.questions.device):
            h, _ = network(embedded, seen, run)
        return network.logits(h[asked])

    logits = answers(states)
    if not batch.plain:
        return F.cross_entropy(logits, batch.labels[asked], reduction="sum"), logits
    with torch.no_grad():
        base = answers(None).log_softmax(-1)
    return F.kl_div(logits.log_softmax(-1), base, reduction="sum", log_target=True), logits


def _short_attention(device: torch.device) -> AbstractContextManager[None]:
    """On a CPU fused attention is made for long windows; on conversations plain products take half
    the time of a step."""
    return sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" else nullcontext()


@torch.no_grad()
def calibrate(network: Network, cache: KVCache, window: Window) -> None:
    """Start the key and query biases at minus the mean key and query of some text.

    Keys of a transformer share a large common part. Attention does not see it (softmax ignores
    what all keys have in common), but to a delta rule it makes all tokens look alike.
    """
    taps = network.taps(window.ids, cache)
    for x, (attention, heads) in zip(taps, network.memory_blocks(), strict=True):
        own = heads.projections
        assert attention is not None and isinstance(own, BorrowedProjections)
        q, k, _ = (t[window.active].float().mean(0) for t in attention.project(x))
        own.q_bias.copy_(-q.reshape(own.q_bias.shape))
        k = k.reshape(-1, own.k_bias.shape[-1]).repeat_interleave(own.copies, dim=0)
        own.k_bias.copy_(-k)
