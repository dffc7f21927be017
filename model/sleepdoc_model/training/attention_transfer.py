"""Before training end to end: every memory layer learns what the attention would have given it.

A teacher is the frozen base with the text still in its window. In each layer, the tokens of a
conversation about the text attend to it; once it is evicted, what they miss is the difference
between that attention and the one without the text. A layer's fast weights can be taught this
difference alone, by least squares, from the teacher's own hidden states: no gradient goes through
the base, every token of every head is a target, and layers do not wait for each other. (Attention
transfer, as LoLCATs does it for linear attention, arXiv 2410.10254.)
"""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_model.network import (
    Attention,
    BorrowedProjections,
    FastWeights,
    KeysValues,
    Network,
    Pass,
    Projected,
)
from sleepdoc_model.state import KVCache
from sleepdoc_model.training.batches import Batches
from sleepdoc_model.training.data import IGNORE, Batch
from sleepdoc_model.training.loop import Schedule, optimizer_for
from sleepdoc_model.training.objective import see_alone


@dataclass(frozen=True)
class Seen:
    """A text and a conversation behind it, as every memory layer of the teacher sees them."""

    inputs: Tensor
    """Normed inputs [layers, T, dim], in fp16."""
    window: int
    """How many of the T tokens are the text's."""


def see_conversations(
    network: Network, prefix: KVCache, batches: Batches, count: int
) -> Iterator[Seen]:
    """Run the teacher over the first texts of a training run, and what is said about them."""
    step = 0
    while count > 0:
        for text, said in _conversations(batches.batch(step)):
            if count > 0:
                yield Seen(see_alone(network, prefix, torch.cat((text, said))), len(text))
            count -= 1
        step += 1


def _conversations(batch: Batch) -> Iterator[tuple[Tensor, Tensor]]:
    """Ids of every document that is one window, and of the first conversation about it."""
    documents = int(batch.document.max()) + 1
    told = [window for window in batch.windows if len(window.ids) == documents]
    if len(told) != 1 or batch.plain:
        return
    for document in range(documents):
        row = int((batch.document == document).nonzero()[0])
        length = int((batch.labels[row] != IGNORE).nonzero()[-1]) + 1
        text = told[0].ids[document][told[0].active[document]]
        yield text, batch.questions[row, :length]


def transfer(
    network: Network,
    prefix: KVCache,
    texts: Sequence[Seen],
    held_out: Sequence[Seen],
    *,
    epochs: int,
) -> Iterator[tuple[int, float]]:
    """Train the fast weights of all layers, as many at a time as there are threads.

    Yields:
        Each memory layer with the share of what was to be learnt that its fast weights explain, of
        texts they were not trained on.
    """
    layers = zip(network.memory_blocks(), network.config.memory_layers, strict=True)
    lessons = []
    for index, ((attention, heads), layer) in enumerate(layers):
        assert attention is not None and isinstance(heads.projections, BorrowedProjections)
        lessons.append((index, _Layer(attention, heads, layer, prefix)))
    told, unseen = (
        [(seen, _subjects(network, seen)) for seen in part] for part in (texts, held_out)
    )

    def train(lesson: tuple[int, _Layer]) -> tuple[int, float]:
        index, layer = lesson
        learnt, measured = (
            [layer.prepare(seen.inputs[index], seen.window, subjects) for seen, subjects in part]
            for part in (told, unseen)
        )
        layer.train(learnt, epochs)
        return layer.number, layer.explained(measured)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # small products: two layers at a time beat two threads in one
    try:
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(train, lessons)
    finally:
        torch.set_num_threads(threads)


Subjects = tuple[Tensor | None, Tensor | None]
"""Of the tokens of a text, and of the conversation about it."""


@torch.no_grad()
def _subjects(network: Network, seen: Seen) -> Subjects:
    x = seen.inputs[:1].to(network.embedding.weight.dtype)
    told, asks = x[:, : seen.window], x[:, seen.window :]
    return network.subjects(told, Pass("write")), network.subjects(asks, Pass("read"))


@dataclass(frozen=True)
class _Target:
    text: Tensor
    """[1, n, dim]: the layer's input on the tokens of the text."""
    asked: Tensor
    """[1, T, dim]: and on those of the conversation."""
    text_projected: KeysValues
    asked_projected: Projected
    subjects: Subjects
    local: Tensor
    """[1, T, H*D]: what attention gives these without the text,"""
    full: Tensor
    """and with it."""


class _Layer:
    """The lesson of one layer."""

    batch = 4

    def __init__(
        self, attention: Attention, heads: FastWeights, number: int, prefix: KVCache
    ) -> None:
        self.attention, self.heads, self.number = attention, heads, number
        self.run = Pass("read", prefix, grow=False)

    @torch.no_grad()
    def prepare(self, inputs: Tensor, window: int, subjects: Subjects) -> _Target:
        x = inputs[None].to(self.attention.o.weight.dtype)
        projected = self.attention.project(x)
        q, k, v = projected
        text = k[:, :window], v[:, :window]
        asked = q[:, window:], k[:, window:], v[:, window:]
        full = self.attention.attend(projected, self.number, self.run)[:, window:]
        local = self.attention.attend(asked, self.number, self.run)
        return _Target(x[:, :window], x[:, window:], text, asked, subjects, local, full)

    def train(self, targets: Sequence[_Target], epochs: int) -> None:
        schedule = Schedule(steps=epochs * (len(targets) // self.batch))
        optimizer = optimizer_for(dict(self.heads.named_parameters()), schedule)
        rng = random.Random(self.number)
        for step in range(schedule.steps):
            schedule.set_rates(optimizer, step)
            sums = [self._error(target) for target in rng.sample(targets, self.batch)]
            errors, sizes = (torch.stack(part).sum() for part in zip(*sums, strict=True))
            optimizer.zero_grad()
            (errors / sizes).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.heads.parameters(), schedule.clip)
            optimizer.step()

    @torch.no_grad()
    def explained(self, targets: Sequence[_Target]) -> float:
        sums = (self._error(target) for target in targets)
        errors, sizes = (torch.stack(part).sum() for part in zip(*sums, strict=True))
        return 1 - (errors / sizes).item()

    def _error(self, target: _Target) -> tuple[Tensor, Tensor]:
        """Squared error in the residual stream, and the square of what was to be explained."""
        told, asks = target.subjects
        _, state = self.heads.write(target.text, target.text_projected, told, None, None)
        read, _ = self.heads(target.asked, target.asked_projected, asks, state, self.run)
        attended = self.heads.beside(target.asked, target.local, read, state, None)
        project = self.attention.o.weight
        missed = F.linear(target.full - attended, project) - self.heads.projections.o(read)
        missing = F.linear(target.full - target.local, project)
        return missed.square().sum(), missing.square().sum()
