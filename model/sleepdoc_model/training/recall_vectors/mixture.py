"""Parts of the passages as one document, what is pooled of it, and what its questions teach."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.query import ask
from sleepdoc_model.recall.ranking import rank
from sleepdoc_model.training.recall_vectors.contrast import Lesson
from sleepdoc_model.training.recall_vectors.states import PooledStates
from sleepdoc_model.training.recall_vectors.texts import Asked, Pages, Part

_WRONG = 4
"""Passages that word search finds wrongly, of each question in a lesson."""
_TELLING = 9
"""Letters of a sentence, at least, that tell which evidence it is part of."""


@dataclass(frozen=True)
class Mixture:
    """F is twice the network's width."""

    pages: Pages
    asked: Sequence[Asked]
    sentences: Tensor
    """[S, F], in the order of the text."""
    questions: Tensor
    """[Q, F]."""

    @cached_property
    def index(self) -> MemoryIndex:
        return MemoryIndex(self.pages)


def named(name: str, parts: Iterable[Part]) -> Iterator[tuple[str, Part]]:
    """Parts with names of their own, by a common one and their number."""
    return ((f"{name}-{number:03}", part) for number, part in enumerate(parts))


def mixture(parts: Iterable[tuple[str, Part]], states: PooledStates, folder: Path) -> Mixture:
    """All of them as one document, their pages numbered anew; what is pooled of each is kept in a
    folder, in a file by its name."""
    pages, asked = list[tuple[int, str]](), list[Asked]()
    pooled = list[tuple[Tensor, Tensor]]()
    for name, part in parts:
        path = folder / f"{name}.safetensors"
        pooled.append(states.kept(path, part.pages, [each.text for each in part.asked]))
        anew = {page: len(pages) + n for n, (page, _) in enumerate(part.pages, start=1)}
        pages += [(anew[page], text) for page, text in part.pages]
        asked += [replace(each, page=anew[each.page]) for each in part.asked]
    told, asks = zip(*pooled, strict=True)
    return Mixture(pages, asked, torch.cat(told), torch.cat(asks))


def lessons(of: Mixture) -> Iterator[Lesson]:
    """What the questions of a mixture teach: sentences with the answer are right, if any has it."""
    places: dict[int, range] = {}
    texts: dict[int, list[str]] = {}
    before = 0
    for page, text in of.pages:
        texts[page] = [_letters(text[start:end]) for start, end in sentences(text)]
        places[page] = range(before, before + len(texts[page]))
        before += len(texts[page])
    for number, asked in enumerate(of.asked):
        wanted = [_letters(each) for each in asked.wanted]
        here = places[asked.page]
        right = [
            n
            for n, said in zip(here, texts[asked.page], strict=True)
            if any(_told(said, each, asked.alone) for each in wanted)
        ]
        hits = rank(of.index, ask(asked.text), limit=2 * _WRONG).hits
        others = [hit.passage.sentences for hit in hits if hit.passage.page != asked.page]
        wrong = {n for first, last in others[:_WRONG] for n in range(first, last + 1)}
        if asked.alone:
            wrong |= {*here} - {*right}
        yield Lesson(
            number,
            tuple(right or here),
            tuple(right if asked.alone else here),
            tuple(sorted(wrong)),
        )


def _letters(text: str) -> str:
    """Letters and digits alone."""
    return "".join(filter(str.isalnum, text.casefold()))


def _told(said: str, wanted: str, whole: bool) -> bool:
    """Whether a sentence has what is wanted, or is part of it, where that is whole sentences."""
    return wanted in said or (whole and len(said) >= _TELLING and said in wanted)
