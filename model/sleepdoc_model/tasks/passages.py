"""Questions of Natural Questions with the Wikipedia passages that answer them, several packed into
one document (arXiv 2307.03172, MIT; passages CC BY-SA 3.0).

Expects ``nq-open-oracle.jsonl.gz`` of that paper: one question with one passage per line.
"""

import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepdoc_model.tasks.types import Example, Question


@dataclass(frozen=True)
class Passage:
    title: str
    text: str
    question: Question


def load(path: Path) -> list[Passage]:
    """Every passage of the file that holds the answer to its question."""
    passages = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            context, answer = row["ctxs"][0], row["answers"][0]
            if answer.casefold() in context["text"].casefold():
                question = Question(_sentence(row["question"]), answer)
                passages.append(Passage(context["title"], context["text"], question))
    return passages


def make_example(rng: random.Random, passages: Sequence[Passage], *, count: int) -> Example:
    """A document of `count` passages under their titles, one window, and all their questions."""
    chosen = rng.sample(passages, count)
    text = "\n\n".join(f"{passage.title}\n{passage.text}" for passage in chosen) + "\n\n"
    return Example((text,), tuple(passage.question for passage in chosen))


def _sentence(question: str) -> str:
    return question[:1].upper() + question[1:].rstrip("?") + "?"
