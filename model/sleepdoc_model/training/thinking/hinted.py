"""Lessons that say what stands between: the value that a step of thought is to have found.

Awake, what the first of two steps finds is to be known in the middle of the network. Asleep, the
end of a sentence is to know what follows from it together with another, wherever that stands.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from sleepdoc_model.tasks import chains
from sleepdoc_model.tasks.chains import Chain, Chained
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training import lessons
from sleepdoc_model.training.batches import CONVERSATION
from sleepdoc_model.training.data import IGNORE, Batch, Lesson, collate
from sleepdoc_model.training.lessons import Sources
from sleepdoc_model.training.probe import CLOSE, first_token

_PLAIN = 0.2
"""How often all documents of a step are of facts that nothing follows from."""


@dataclass(frozen=True)
class Hinted:
    batch: Batch
    asleep: tuple[Tensor, ...]
    """Of every window, [B, T]: the first token of what follows from the sentence that ends there;
    else IGNORE."""
    awake: Tensor
    """[Q, U]: that of what stands between a question and its answer; else IGNORE."""


class Lessons(Protocol):
    """One lesson per step; the same step gives the same one."""

    prefix: tuple[int, ...]
    """The pinned prefix of every window."""

    def draw(self, step: int) -> Hinted: ...


class Chains:
    """Draws documents of chains; the same seed and step give the same ones."""

    def __init__(self, tokenizer: Tokenizer, seed: int, documents: int = 4) -> None:
        self._tokenizer, self._seed, self._documents = tokenizer, seed, documents
        self.prefix = tokenizer.frame.prefix

    def draw(self, step: int) -> Hinted:
        rng = random.Random(f"{self._seed}/{step}")
        if rng.random() < _PLAIN:
            facts = [lessons.few_facts(rng, Sources()) for _ in range(self._documents)]
            return hinted(facts, self._tokenizer)
        made = []
        for _ in range(self._documents):
            people, windows = rng.choice((2, 3, 4, 4, 6)), rng.choice((1, 2))
            made.append(
                chains.make_example(
                    rng,
                    people=people,
                    windows=windows,
                    questions=3 * people,
                    split="train",
                    single=0.3,
                )
            )
        return hinted(made, self._tokenizer)


def hinted(documents: Sequence[Example], tokenizer: Tokenizer) -> Hinted:
    """Tokenise and pad documents and their questions, and what stands between."""
    batch = collate(Lesson(documents), tokenizer, row=CONVERSATION)
    asleep = []
    for number, window in enumerate(batch.windows):
        target = torch.full_like(window.ids, IGNORE)
        for row, document in enumerate(documents):
            # What a sentence needs may come later, but not behind the last window.
            if not isinstance(document, Chain) or number != len(document.told) - 1:
                continue
            told = document.told[number]
            for count, sentence in enumerate(told, start=1):
                if sentence.then:
                    text = " ".join(each.text for each in told[:count])
                    end = len(tokenizer.encode(text)) - 1
                    target[row, end] = first_token(tokenizer, sentence.then)
        asleep.append(target)
    awake = torch.full_like(batch.labels, IGNORE)
    asked = iter([question for document in documents for question in document.questions])
    for target, labels in zip(awake, batch.labels.tolist(), strict=True):
        for start, end in _runs(labels):
            question = next(asked)
            if isinstance(question, Chained) and question.through:
                target[max(0, start - CLOSE) : end] = first_token(tokenizer, question.through)
    return Hinted(batch, tuple(asleep), awake)


def _runs(labels: Sequence[int]) -> list[tuple[int, int]]:
    """From where to where an answer is predicted."""
    edges = [n for n, (a, b) in enumerate(pairwise((IGNORE, *labels, IGNORE))) if _ends(a, b)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _ends(label: int, after: int) -> bool:
    """Whether an answer begins or ends between two labels."""
    return (label == IGNORE) != (after == IGNORE)
