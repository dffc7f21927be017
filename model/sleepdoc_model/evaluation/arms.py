"""The same questions under every condition a memory figure has to stand beside.

- own: the document was read, slept on and evicted; the question is asked in an empty window
- swapped: the same, with another document's memory (the floor: format without content)
- empty: no document and no memory, which is the base itself
- full: the whole document in the window, beside another document's memory (the ceiling: without
  a memory at all the base answers in whole sentences, and format would count as knowledge)
- recall: the same, with only the sentences a text search finds, up to a token budget
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from sleepdoc_model.evaluation.recall import find_sentences
from sleepdoc_model.network import Network
from sleepdoc_model.state import KVCache, Memory, of_others
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.data import IGNORE, Batch, Lesson, collate, pad
from sleepdoc_model.training.objective import TapStore, answer_loss, read_and_sleep

ARMS = ("own", "swapped", "empty", "full", "recall")


@dataclass(frozen=True)
class Score:
    """One question under one arm."""

    document: int
    nll: float
    """Summed over the answer's tokens, the closing token included."""
    tokens: int
    exact: bool
    """Greedy decoding gives exactly this answer. Greedy decoding follows the answer if and only if
    every best guess along it is right, so one forward pass decides."""


@torch.no_grad()
def evaluate(
    network: Network,
    tokenizer: Tokenizer,
    prefix: KVCache,
    examples: Sequence[Example],
    *,
    passes: int = 1,
    batch: int = 16,
    recall_budget: int = 64,
    after: Sequence[str] = (),
) -> dict[str, list[Score]]:
    """Score every question of `examples` under every arm; batches of `batch` documents.

    Where the document is read and slept on, the windows `after` are read and slept on since.
    """
    scores: dict[str, list[Score]] = {arm: [] for arm in ARMS}
    store = TapStore(network, prefix)  # `after` is the same for every batch
    for first, part in in_batches(examples, batch):
        closed = collate(Lesson(part, after=after), tokenizer)
        memory = read_and_sleep(network, prefix, closed, passes, store)
        swapped = of_others(memory)
        found = [
            [find_sentences("".join(e.windows), q.text, tokenizer, recall_budget)]
            for e in part
            for q in e.questions
        ]
        whole = [["".join(e.windows)] for e in part for q in e.questions]
        runs: list[tuple[str, Batch, Memory | None]] = [
            ("own", closed, memory),
            ("swapped", closed, swapped),
            ("empty", closed, None),
            ("full", in_window(closed, whole, tokenizer), swapped),
            ("recall", in_window(closed, found, tokenizer), swapped),
        ]
        for arm, asked, state in runs:
            scores[arm] += score(network, prefix, asked, state, first)
    return scores


def in_batches(examples: Sequence[Example], size: int) -> Iterator[tuple[int, Sequence[Example]]]:
    """Examples `size` at a time, each time with the number of the first.

    A last one alone would find no other document's memory in its batch, so it joins the one before.
    """
    starts = range(0, len(examples) - (len(examples) > 1), size)
    for first in starts:
        yield first, examples[first : None if first == starts[-1] else first + size]


def in_window(asked: Batch, texts: Sequence[Sequence[str]], tokenizer: Tokenizer) -> Batch:
    """The same questions, each behind some text in the window."""
    rows, labels = [], []
    for row, label, text in zip(
        asked.questions.tolist(), asked.labels.tolist(), texts, strict=True
    ):
        before = [token for piece in text for token in tokenizer.encode(piece)]
        rows.append(before + row)
        labels.append([IGNORE] * len(before) + label)
    return Batch((), pad(rows, 0), pad(labels, IGNORE), asked.document)


def score(
    network: Network, prefix: KVCache, asked: Batch, memory: Memory | None, first: int
) -> list[Score]:
    """Scores of one batch; `first` is the number of its first document."""
    _, logits = answer_loss(network, prefix, asked, memory)
    kept = asked.labels != IGNORE
    labels = asked.labels[kept]
    nll = -logits.log_softmax(-1).gather(-1, labels[:, None])[:, 0]
    right = logits.argmax(-1) == labels
    scores, start = [], 0
    for document, count in zip(asked.document.tolist(), kept.sum(-1).tolist(), strict=True):
        taken = slice(start, start + count)
        scores.append(
            Score(first + document, nll[taken].sum().item(), count, bool(right[taken].all()))
        )
        start += count
    return scores
