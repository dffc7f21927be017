"""Where a training run's batches come from: drawn as it goes, or made ahead and read from a file.

A file needs no tokenizer and no stories where it is trained, only torch.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.data import IGNORE, Batch, Window, collate
from sleepdoc_model.training.data import window as make_window
from sleepdoc_model.training.lessons import Sources
from sleepdoc_model.training.recipe import Recipe

FORMAT = "sleepdoc-batches"
CONVERSATION = 120
"""Tokens of questions and answers that are asked in one window."""


class Batches(Protocol):
    """One batch per step; the same step gives the same batch."""

    prefix: tuple[int, ...]
    """The pinned prefix of every window."""
    held_out: dict[str, Batch]

    def batch(self, step: int) -> Batch: ...

    def passes(self, step: int) -> int: ...

    def sample(self) -> Window:
        """Some text."""

    def describe(self) -> dict[str, object]:
        """What decides the batches."""


class DrawnBatches:
    """Draws lessons by a recipe and tokenises them."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        recipe: Recipe,
        sources: Sources,
        held_out: dict[str, Batch],
        seed: int = 0,
    ) -> None:
        self.prefix = tokenizer.frame.prefix
        self.held_out = held_out
        self._tokenizer, self._recipe, self._sources, self._seed = tokenizer, recipe, sources, seed

    def batch(self, step: int) -> Batch:
        lesson = self._recipe.draw(self._seed, step, self._sources)
        return collate(lesson, self._tokenizer, row=CONVERSATION)

    def passes(self, step: int) -> int:
        return self._recipe.passes(self._seed, step)

    def sample(self) -> Window:
        stories = self._sources.stories
        if not stories:
            return self.batch(-1).windows[0]
        return make_window([s.windows[0].text for s in stories[:4]], self._tokenizer)

    def describe(self) -> dict[str, object]:
        recipe = asdict(self._recipe)
        sources = {"stories": len(self._sources.stories), "plain": [*map(len, self._sources.plain)]}
        return {"seed": self._seed, "recipe": recipe, **sources}


class PreparedBatches:
    """Reads what `prepare` wrote."""

    def __init__(self, path: Path) -> None:
        """Open a file of batches.

        Raises:
            OSError: It cannot be read.
            ValueError: It is no such file.
        """
        self._file: Any = safe_open(path, "pt")
        metadata = self._file.metadata() or {}  # type: ignore[no-untyped-call]
        if metadata.get("format") != FORMAT:
            raise ValueError(f"{path.name} is not a file of batches")
        self._about = json.loads(metadata["about"])
        self._names = set(self._file.keys())  # type: ignore[no-untyped-call]
        self.prefix = tuple(self._about["prefix"])
        self.steps = len(self._about["passes"])
        self.held_out = {name: self._read(name) for name in self._about["held_out"]}

    def batch(self, step: int) -> Batch:
        return self._read(str(step))

    def passes(self, step: int) -> int:
        return int(self._about["passes"][step])

    def sample(self) -> Window:
        return self._read("sample").windows[0]

    def describe(self) -> dict[str, object]:
        described: dict[str, object] = self._about["described"]
        return described

    def _read(self, name: str) -> Batch:
        def tensor(part: str) -> Tensor:
            found: Tensor = self._file.get_tensor(f"{name}/{part}")
            return found.long()

        windows: list[Window] = []
        while f"{name}/{len(windows)}/ids" in self._names:
            at = f"{len(windows)}"
            ids, lengths = tensor(f"{at}/ids"), tensor(f"{at}/lengths")
            active = torch.arange(ids.shape[1]) < lengths[:, None]
            windows.append(Window(ids, active, bool(tensor(f"{at}/kept"))))
        labels = tensor("labels") - 1
        labels = torch.where(labels < 0, IGNORE, labels)
        plain = bool(tensor("plain"))
        return Batch(tuple(windows), tensor("questions"), labels, tensor("document"), plain)


def prepare(path: Path, batches: Batches, steps: int, done: Callable[[int], None]) -> None:
    """Write the batches of so many steps, calling `done` after each."""
    tensors: dict[str, Tensor] = {}
    for step in range(steps):
        tensors |= _tensors(str(step), batches.batch(step))
        done(step)
    for name, batch in batches.held_out.items():
        tensors |= _tensors(name, batch)
    nothing = torch.zeros(0, 1, dtype=torch.long)
    sample = Batch((batches.sample(),), nothing, nothing, nothing[:, 0])
    tensors |= _tensors("sample", sample)
    about = {
        "prefix": batches.prefix,
        "passes": [batches.passes(step) for step in range(steps)],
        "held_out": list(batches.held_out),
        "described": batches.describe(),
    }
    save_file(tensors, path, {"format": FORMAT, "about": json.dumps(about)})


def _tensors(name: str, batch: Batch) -> dict[str, Tensor]:
    tensors = {
        f"{name}/questions": batch.questions.to(torch.int32),
        f"{name}/labels": torch.where(batch.labels == IGNORE, -1, batch.labels).add(1).int(),
        f"{name}/document": batch.document.to(torch.int32),
        f"{name}/plain": torch.tensor(batch.plain).int(),
    }
    for index, window in enumerate(batch.windows):
        tensors |= {
            f"{name}/{index}/ids": window.ids.to(torch.int32),
            f"{name}/{index}/lengths": window.active.sum(-1).to(torch.int32),
            f"{name}/{index}/kept": torch.tensor(window.kept).int(),
        }
    return {key: value.contiguous() for key, value in tensors.items()}
