"""From examples to padded batches of token ids. A step's batch depends on seed and step alone."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sleepdoc_model.tasks import facts, fairytale
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tokenizer import Tokenizer

IGNORE = -100


@dataclass(frozen=True)
class Batch:
    """Documents to read window by window, and questions to answer afterwards.

    Shapes: W windows of B documents padded to T tokens; Q questions padded to U tokens.
    """

    windows: tuple[Tensor, ...]
    """W tensors [B, T] of ids."""
    active: tuple[Tensor, ...]
    """W tensors [B, T], false on padding."""
    questions: Tensor
    """[Q, U]: question and answer, framed as in a conversation."""
    labels: Tensor
    """[Q, U]: the id that follows, on the tokens an answer is predicted from; else IGNORE."""
    document: Tensor
    """[Q]: which document each question is about."""

    @property
    def context_tokens(self) -> int:
        return int(sum(a.sum().item() for a in self.active))


def collate(examples: Sequence[Example], tokenizer: Tokenizer) -> Batch:
    """Tokenise and pad examples of equally many windows."""
    frame = tokenizer.frame
    stop = frame.answer_close[0]
    rows, labels, document = [], [], []
    for index, example in enumerate(examples):
        for question in example.questions:
            asked = [*frame.question_open, *tokenizer.encode(question.text), *frame.answer_open]
            answer = tokenizer.encode(question.answer)
            rows.append(asked + answer)
            labels.append([IGNORE] * (len(asked) - 1) + answer + [stop])
            document.append(index)
    count = max(len(example.windows) for example in examples)
    texts = [[*example.windows, *[""] * (count - len(example.windows))] for example in examples]
    windows = [pad([tokenizer.encode(text[w]) for text in texts], 0) for w in range(count)]
    active = [
        torch.arange(ids.shape[1]) < torch.tensor([[len(tokenizer.encode(t[w]))] for t in texts])
        for w, ids in enumerate(windows)
    ]
    return Batch(
        tuple(windows), tuple(active), pad(rows, 0), pad(labels, IGNORE), torch.tensor(document)
    )


def pad(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    width = max(1, max(len(row) for row in rows))
    return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows])


@dataclass(frozen=True)
class Recipe:
    """How batches are drawn as training goes on; `progress` runs from 0 to 1."""

    facts_documents: int = 24
    story_documents: int = 8
    questions: int = 2
    story_share: tuple[float, float] = (0.5, 0.7)
    """Before and after a quarter of the steps: facts are learnt first and sooner."""

    def passes(self, seed: int, step: int, progress: float) -> int:
        """One pass at first; later sometimes two, so that a second does no harm."""
        chance = random.Random(f"passes/{seed}/{step}").random()
        return 2 if progress > 0.4 and chance < 0.2 else 1

    def draw(
        self, seed: int, step: int, progress: float, stories: list[fairytale.Story]
    ) -> list[Example]:
        """The documents of one step: facts or stories, over one window or two."""
        rng = random.Random(f"{seed}/{step}")
        windows = 2 if progress > 0.4 and rng.random() < 0.3 else 1
        if stories and rng.random() < self.story_share[progress >= 0.25]:
            sections = 1 if rng.random() < 0.7 else 2
            return [
                fairytale.make_example(
                    rng, stories, sections=sections, windows=windows, questions=self.questions + 1
                )
                for _ in range(max(1, self.story_documents // (sections * windows)))
            ]
        most = 4 if progress < 0.3 else 8
        return [
            facts.make_example(
                rng,
                facts=rng.randint(2, most) * windows,
                windows=windows,
                questions=self.questions,
                split="train",
            )
            for _ in range(self.facts_documents // windows)
        ]
