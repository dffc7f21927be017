"""Parts of the passages as one document, what is pooled of it, and what its questions teach."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.ranking import rank
from sleepdoc_model.training.recall_vectors.contrast import Lesson
from sleepdoc_model.training.recall_vectors.states import PooledStates
from sleepdoc_model.training.recall_vectors.texts import Asked, Pages, parts

_WRONG = 6
"""Passages that word search finds wrongly, of each question in a lesson."""


@dataclass(frozen=True)
class Mixture:
    """F is twice the network's width."""

    pages: Pages
    asked: Sequence[Asked]
    passages: Tensor
    """[P, F], in the order of the index."""
    questions: Tensor
    """[Q, F]."""

    @cached_property
    def index(self) -> MemoryIndex:
        return MemoryIndex(self.pages)


def mixture(reading: Path, count: int, states: PooledStates, folder: Path) -> Mixture:
    """The first so many parts; what is pooled of them is kept in a folder."""
    found = list(parts(reading, count))
    pooled = [
        states.kept(
            folder / f"part-{number:02}.safetensors", part.pages, [each.text for each in part.asked]
        )
        for number, part in enumerate(found)
    ]
    passages, questions = zip(*pooled, strict=True)
    return Mixture(
        [page for part in found for page in part.pages],
        [each for part in found for each in part.asked],
        torch.cat(passages),
        torch.cat(questions),
    )


def lessons(of: Mixture) -> Iterator[Lesson]:
    """What the questions of a mixture teach: passages with the answer are right, if any has it."""
    texts = dict(of.pages)
    every = of.index.load(range(of.index.size))
    for number, asked in enumerate(of.asked):
        same = [each for each in every if each.page == asked.page]
        page = texts[asked.page]
        right = [p for p in same if any(w in page[p.start : p.end] for w in asked.wanted)]
        hits = rank(of.index, ask(asked.text), limit=2 * _WRONG).hits
        wrong = [hit.passage.id for hit in hits if hit.passage.page != asked.page]
        yield Lesson(
            number,
            tuple(each.id for each in right or same),
            tuple(each.id for each in same),
            tuple(wrong[:_WRONG]),
        )
