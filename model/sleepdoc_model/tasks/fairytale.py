"""FairytaleQA (arXiv 2203.13947, Apache-2.0): children's stories with questions by educators.

Expects a checkout's folders ``questions/SPLIT/*.csv`` and ``section-stories/SPLIT/*.csv``. The test
split is never read here.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Literal

from sleepdoc_model.tasks.types import Example, Question

WINDOW = 3400
"""Characters, about 850 tokens."""

Split = Literal["train", "val"]


Numbered = tuple[tuple[int, Question], ...]
"""Questions with the index of the section each is about."""


@dataclass(frozen=True)
class StoryWindow:
    """Sections in a row that fill a window, and the questions about them."""

    text: str
    questions: Numbered


@dataclass(frozen=True)
class Story:
    name: str
    sections: tuple[str, ...]
    questions: Numbered
    """Those about several sections are left out."""

    @cached_property
    def windows(self) -> tuple[StoryWindow, ...]:
        """The story in windows of at most about `WINDOW` characters."""
        starts, size = [0], 0
        for index, section in enumerate(self.sections):
            if size and size + len(section) > WINDOW:
                starts.append(index)
                size = 0
            size += len(section)
        return tuple(
            StoryWindow(
                "\n\n".join(self.sections[first:last]) + "\n\n",
                tuple((i, q) for i, q in self.questions if first <= i < last),
            )
            for first, last in pairwise((*starts, len(self.sections)))
        )


def load(folder: Path, split: Split) -> list[Story]:
    """All stories of a split, in the order of their names."""
    return [
        _story(path, folder, split) for path in sorted((folder / "questions" / split).iterdir())
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _story(path: Path, folder: Path, split: Split) -> Story:
    name = path.name.removesuffix("-questions.csv")
    story = folder / "section-stories" / split / f"{name}-story.csv"
    sections = {row["section"].strip(): i for i, row in enumerate(_rows(story))}
    texts = tuple(" ".join(row["text"].split()) for row in _rows(story))
    questions = tuple(
        (
            sections[row["cor_section"].strip()],
            Question(row["question"].strip(), row["answer1"].strip()),
        )
        for row in _rows(path)
        if row["cor_section"].strip() in sections and row["answer1"].strip()
    )
    return Story(name, texts, questions)


def make_example(
    rng: random.Random, stories: Sequence[Story], *, sections: int, windows: int, questions: int
) -> Example:
    """`sections` sections in a row from one story per window, and questions about them."""
    while True:
        story = rng.choice(stories)
        start = rng.randint(0, max(0, len(story.sections) - sections * windows))
        known = [q for i, q in story.questions if start <= i < start + sections * windows]
        if known:
            break
    texts = [
        "\n\n".join(story.sections[first : first + sections]) + "\n\n"
        for first in range(start, start + sections * windows, sections)
        if first < len(story.sections)
    ]
    return Example(tuple(texts), tuple(rng.sample(known, min(questions, len(known)))))
