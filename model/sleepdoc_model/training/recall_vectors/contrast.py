"""Vectors of sentences and of questions that find each other: projections learnt by contrast.

A question is to be nearer to a sentence that answers it than to those of the other questions of its
batch and to what word search finds wrongly (InfoNCE, arXiv 1807.03748).
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_model.pooling import Pooling
from sleepdoc_model.recall_heads import Projection, RecallHeads

_SHARPNESS = 12.0


@dataclass(frozen=True)
class Lesson:
    """A question by its number, and sentences by theirs."""

    question: int
    right: tuple[int, ...]
    """Any of them answers it."""
    same: tuple[int, ...]
    """Never called wrong, as they may answer it as well."""
    wrong: tuple[int, ...]
    """What word search finds besides."""


class Projections(nn.Module):
    """From pooled states, centred and scaled, to vectors of length 1."""

    sentence_mean: Tensor
    sentence_scale: Tensor
    question_mean: Tensor
    question_scale: Tensor

    def __init__(self, sentences: Tensor, questions: Tensor, size: int) -> None:
        """Take centre and scale from the states of sentences [S, F] and questions [Q, F], and begin
        with the principal components of the sentences for both."""
        super().__init__()
        self.sentence = nn.Linear(sentences.shape[1], size, bias=False)
        self.question = nn.Linear(questions.shape[1], size, bias=False)
        self.log_sharpness = nn.Parameter(torch.tensor(math.log(_SHARPNESS)))
        for name, states in (("sentence", sentences), ("question", questions)):
            self.register_buffer(f"{name}_mean", states.mean(0))
            self.register_buffer(f"{name}_scale", states.std(0).clamp(min=1e-4))
        centred = (sentences - self.sentence_mean) / self.sentence_scale
        _, components = torch.linalg.eigh(centred.T @ centred)  # the largest come last
        with torch.no_grad():
            for projection in (self.sentence, self.question):
                projection.weight.copy_(components[:, -size:].T)

    def heads(self, pooling: Pooling) -> RecallHeads:
        """What ships: centre and scale are part of the projections."""
        return RecallHeads(
            pooling,
            _folded(self.sentence, self.sentence_mean, self.sentence_scale),
            _folded(self.question, self.question_mean, self.question_scale),
        )

    def sentences(self, states: Tensor) -> Tensor:
        """[S, size]."""
        centred = (states - self.sentence_mean) / self.sentence_scale
        return F.normalize(self.sentence(centred), dim=-1)

    def questions(self, states: Tensor) -> Tensor:
        """[Q, size]."""
        centred = (states - self.question_mean) / self.question_scale
        return F.normalize(self.question(centred), dim=-1)


def learn(
    sentences: Tensor,
    questions: Tensor,
    lessons: Sequence[Lesson],
    *,
    size: int = 128,
    steps: int = 500,
    batch: int = 256,
    rate: float = 3e-4,
    decay: float = 0.1,
    drop: float = 0.1,
    seed: int = 0,
) -> Projections:
    """Train projections on pooled states of sentences [S, F] and questions [Q, F]."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    used = sorted({number for each in lessons for number in each.right})
    asked = sorted({each.question for each in lessons})
    made = Projections(sentences[used], questions[asked], size)
    optimizer = torch.optim.AdamW(made.parameters(), lr=rate, weight_decay=decay)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, 20 * (step + 1) / steps, 1.25 * (steps - step) / steps)
        drawn = rng.sample(lessons, min(batch, len(lessons)))
        loss = _loss(made, sentences, questions, drawn, drop)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return made.eval()


def _folded(linear: nn.Linear, mean: Tensor, scale: Tensor) -> Projection:
    weight = linear.weight.detach() / scale
    return Projection(weight, -weight @ mean)


def _loss(
    made: Projections, sentences: Tensor, questions: Tensor, drawn: Sequence[Lesson], drop: float
) -> Tensor:
    shown = sorted({n for each in drawn for n in (*each.right, *each.wrong)})
    place = {number: index for index, number in enumerate(shown)}
    right = torch.zeros(len(drawn), len(shown), dtype=torch.bool)
    left_out = torch.zeros_like(right)
    for row, each in enumerate(drawn):
        left_out[row, [place[n] for n in each.same if n in place]] = True
        right[row, [place[n] for n in each.right]] = True
    told = made.sentences(F.dropout(sentences[shown], drop))
    asks = made.questions(F.dropout(questions[[each.question for each in drawn]], drop))
    scores = asks @ told.T * made.log_sharpness.exp()
    every = scores.masked_fill(left_out & ~right, -torch.inf).logsumexp(1)
    return (every - scores.masked_fill(~right, -torch.inf).logsumexp(1)).mean()
