"""Lessons that say what stands between: the value that a step of thought is to have found.

Asleep, the end of a sentence is to know what follows from it together with another, wherever that
stands.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from sleepdoc_model.tasks import chains
from sleepdoc_model.tasks.chains import Chain
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training import lessons
from sleepdoc_model.training.batches import CONVERSATION
from sleepdoc_model.training.data import IGNORE, Batch, Lesson, collate
from sleepdoc_model.training.lessons import Sources
from sleepdoc_model.training.probe import first_token

TWO_HOPS: tuple[chains.Kind, ...] = ("hop", "mayor")
"""Kinds of chains that are two facts one behind the other."""
_PLAIN = 0.2


@dataclass(frozen=True)
class Hinted:
    batch: Batch
    asleep: tuple[Tensor, ...]
    """Of every window, [B, T]: the first token of what follows from the sentence that ends there;
    else IGNORE."""


class Lessons(Protocol):
    """One lesson per step; the same step gives the same one."""

    prefix: tuple[int, ...]
    """The pinned prefix of every window."""

    def draw(self, step: int) -> Hinted: ...


class Chains:
    """Draws documents of chains; the same seed and step give the same ones."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        seed: int,
        documents: int = 4,
        windows: Sequence[int] = (1, 2),
        plain: float = _PLAIN,
    ) -> None:
        """
        Args:
            documents: Of a step.
            windows: Of a document, drawn from.
            plain: How often all documents of a step are of facts that nothing follows from.
        """
        self._tokenizer, self._seed, self._documents = tokenizer, seed, documents
        self._windows, self._plain = windows, plain
        self.prefix = tokenizer.frame.prefix

    def draw(self, step: int) -> Hinted:
        rng = random.Random(f"{self._seed}/{step}")
        if rng.random() < self._plain:
            facts = [lessons.few_facts(rng, Sources()) for _ in range(self._documents)]
            return hinted(facts, self._tokenizer)
        made = []
        for _ in range(self._documents):
            people, windows = rng.choice((2, 3, 4, 4, 6)), rng.choice(self._windows)
            made.append(
                chains.make_example(
                    rng,
                    people=people,
                    windows=windows,
                    questions=2 * people,
                    split="train",
                    single=0.3,
                    kinds=TWO_HOPS,
                    towns=2 * people,
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
    return Hinted(batch, tuple(asleep))
