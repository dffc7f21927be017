"""Documents with their questions, and what a sleep knows of both, kept for `by_vectors`."""

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from sleepdoc import locations
from sleepdoc.documents.reader import load_document
from sleepdoc.evaluation.finding import Asked, asked_of, lines_of, mixture
from sleepdoc_model.base import BaseWeights
from sleepdoc_model.base_file import base_path
from sleepdoc_model.checkpoint import read_config
from sleepdoc_model.device import place
from sleepdoc_model.evaluation.pooled import HIGH, LOW, WINDOW, Rarity, States, stretches
from sleepdoc_model.file_hash import file_sha256
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.tensor_file import write_tensors
from sleepdoc_model.weights_cache import WeightsCache

PARTS = 17
SETS = ("afriqa", "boolq", "clapnq")
_KINDS = ("extractive", "abstractive", "yesno", "fact", "how")
"""Of questions that passages answer."""

Pages = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Text:
    """Pages, what is asked about them, and what a sleep knows of both."""

    name: str
    pages: Pages
    asked: Sequence[Asked]
    passages: Tensor
    """[P, F], in the order of the index."""
    questions: Tensor
    """[Q, F]."""
    titles: Mapping[int, str]
    """Of pages that are articles of their own."""

    def group(self, asked: Asked) -> str:
        """What questions have in common that are alike."""
        return self.titles.get(min(asked.pages), self.name)

    @property
    def index(self) -> MemoryIndex:
        return _index(self.pages)


@lru_cache(maxsize=4)
def _index(pages: Pages) -> MemoryIndex:
    return MemoryIndex(pages)


class Kept:
    """Pooled states of pages and questions, computed once and kept in a folder."""

    def __init__(self, folder: Path, heads: Path, rare: Callable[[], Rarity]) -> None:
        self._folder, self._heads, self._rare = folder, heads, rare

    def get(self, name: str, pages: Pages, asked: Sequence[Asked]) -> tuple[Tensor, Tensor]:
        """Those of passages [P, F] and of questions [Q, F]."""
        questions = [each.question for each in asked]
        parts = [self._base, LOW, HIGH, WINDOW, list(pages), questions]
        of = sha256(json.dumps(parts).encode()).hexdigest()
        path = self._folder / f"{name}.safetensors"
        if path.exists():
            with safe_open(path, "pt") as file:
                if (file.metadata() or {}).get("of") == of:
                    return file.get_tensor("passages").float(), file.get_tensor("questions").float()
        tokens, found = stretches(pages, self.tokenizer)
        made = {
            "passages": self._states.passages(tokens, found).half(),
            "questions": self._states.questions(questions).half(),
        }
        write_tensors(path, made, {"of": of})
        return made["passages"].float(), made["questions"].float()

    def milliseconds(self, questions: Sequence[str], count: int = 20) -> float:
        """Of processor time, for the states of one question by itself."""
        self._states.questions(questions[:1])
        started = time.process_time()
        self._states.questions(questions[:count], batch=1)
        return 1000 * (time.process_time() - started) / len(questions[:count])

    @cached_property
    def tokenizer(self) -> GGUFTokenizer:
        return GGUFTokenizer(base_path(), SMOLLM2)

    @cached_property
    def _base(self) -> str:
        return file_sha256(base_path())

    @cached_property
    def _states(self) -> States:
        cache = WeightsCache(locations.cache())
        weights = BaseWeights(base_path(), self._base, place("cpu"), cache)
        network = weights.network(read_config(self._heads), self._heads).eval()
        return States(network, self.tokenizer, self._rare())


def mixed(folder: Path, parts: int, kept: Kept) -> Text:
    """So many parts of all passages as one document."""
    lines = list(passages_of(folder))
    document, asked = mixture(Path("mixture"), lines)
    titles = {number: line["title"] or line["id"] for number, line in enumerate(lines, start=1)}
    found: list[tuple[Pages, list[Asked], Tensor, Tensor]] = []
    for part in range(parts):
        pages = tuple((p.number, p.text) for p in document.pages[part::PARTS])
        numbers = {number for number, _ in pages}
        own = [
            each if each.kind == "extractive" else replace(each, wanted=())
            for each in asked
            if each.kind in _KINDS and each.pages <= numbers
        ]
        found.append((pages, own, *kept.get(f"mixture-{part:02}", pages, own)))
    every, questions, passages, states = zip(*found, strict=True)
    return Text(
        "mixture",
        tuple(page for pages in every for page in pages),
        [each for own in questions for each in own],
        torch.cat(passages),
        torch.cat(states),
        titles,
    )


def read(data: Path, documents: Path, names: Collection[str], kept: Kept) -> Iterator[Text]:
    """The documents of `questions.jsonl` named, or all."""
    for line in lines_of(data):
        if names and line["id"] not in names:
            continue
        document = load_document(documents / line["file"])
        asked = [a for a in asked_of(document, line["questions"]) if a.kind in _KINDS]
        pages = tuple((page.number, page.text) for page in document.pages)
        yield Text(line["id"], pages, asked, *kept.get(line["id"], pages, asked), {})


def passages_of(folder: Path) -> Iterator[dict[str, Any]]:
    """The passages of the mixture, each with its questions."""
    for name in SETS:
        yield from lines_of(folder / name / "train.jsonl")
