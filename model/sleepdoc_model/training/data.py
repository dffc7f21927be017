"""From examples to padded batches of token ids."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sleepdoc_model.tasks.types import Example, Question
from sleepdoc_model.tokenizer import Tokenizer

IGNORE = -100


@dataclass(frozen=True)
class Window:
    """One window of each of B documents, padded to T tokens; or one that all of them share."""

    ids: Tensor
    """[B, T], or [1, T] if shared."""
    active: Tensor
    """Of the same shape, false on padding."""
    kept: bool = False
    """Whether it comes again, so that what the base makes of it is worth keeping."""

    def of(self, documents: Tensor) -> "Window":
        """Only of these documents; a window they share stays as it is."""
        if len(self.ids) == 1:
            return self
        return Window(self.ids[documents], self.active[documents], self.kept)

    def to(self, device: str) -> "Window":
        return Window(self.ids.to(device), self.active.to(device), self.kept)


@dataclass(frozen=True)
class Lesson:
    """The documents of one training step, with text that is read before and after all of them."""

    examples: Sequence[Example]
    before: Sequence[str] = ()
    after: Sequence[str] = ()
    kept: bool = False
    """Whether the documents come again (the texts around them always do)."""
    plain: bool = False
    """Whether the questions have nothing to do with the documents: the base answers best."""


@dataclass(frozen=True)
class Batch:
    """Documents to read window by window, and questions to answer afterwards.

    Shapes: Q questions padded to U tokens.
    """

    windows: tuple[Window, ...]
    questions: Tensor
    """[Q, U]: question and answer, framed as in a conversation."""
    labels: Tensor
    """[Q, U]: the id that follows, on the tokens an answer is predicted from; else IGNORE."""
    document: Tensor
    """[Q]: which document each question is about."""
    plain: bool = False
    """Whether the base is to be imitated, which has read nothing."""

    @property
    def context_tokens(self) -> int:
        return int(sum(window.active.sum().item() for window in self.windows))

    def windows_of(self, document: int) -> tuple[Window, ...]:
        """What one document has read, without padding."""
        mine = [window.of(torch.tensor([document])) for window in self.windows]
        return tuple(
            Window(w.ids[w.active][None], w.active[w.active][None], w.kept)
            for w in mine
            if w.active.any()
        )

    def share(self, rank: int, size: int) -> "Batch":
        """Every `size`-th document from `rank` on, and the questions about those."""
        documents = torch.arange(rank, int(self.document.max()) + 1, size)
        mine = self.document % size == rank
        return Batch(
            tuple(window.of(documents) for window in self.windows),
            self.questions[mine],
            self.labels[mine],
            self.document[mine] // size,
            self.plain,
        )

    def to(self, device: str) -> "Batch":
        windows = tuple(window.to(device) for window in self.windows)
        questions, labels = self.questions.to(device), self.labels.to(device)
        return Batch(windows, questions, labels, self.document.to(device), self.plain)


def collate(lesson: Lesson, tokenizer: Tokenizer, row: int = 0) -> Batch:
    """Tokenise and pad. Documents of fewer windows than others have empty ones at the end.

    Questions about a document are asked one after the other in conversations of about `row` tokens,
    or, if that is 0, each on its own.
    """
    rows, labels, document = [], [], []
    for index, example in enumerate(lesson.examples):
        before = tokenizer.encode(example.unslept)
        for ids, following in _conversations(example.questions, tokenizer, row):
            rows.append(before + ids)
            labels.append([IGNORE] * len(before) + following)
            document.append(index)
    count = max(len(example.windows) for example in lesson.examples)
    columns = [
        [e.windows[w] if w < len(e.windows) else "" for e in lesson.examples] for w in range(count)
    ]
    return Batch(
        (
            *(window([text], tokenizer, kept=True) for text in lesson.before),
            *(window(column, tokenizer, kept=lesson.kept) for column in columns),
            *(window([text], tokenizer, kept=True) for text in lesson.after),
        ),
        pad(rows, 0),
        pad(labels, IGNORE),
        torch.tensor(document),
        lesson.plain,
    )


def _conversations(
    questions: Sequence[Question], tokenizer: Tokenizer, row: int
) -> Iterator[tuple[list[int], list[int]]]:
    """Ids of questions and answers, framed as in the application, and labels."""
    frame = tokenizer.frame
    ids: list[int] = []
    labels: list[int] = []
    for question in questions:
        asked = frame.asked(tokenizer.encode(question.text))
        answer = tokenizer.encode(question.answer)
        if ids and len(ids) + len(asked) + len(answer) > row:
            yield ids, labels
            ids, labels = [], []
        elif ids:
            ids += frame.answer_close
            labels += [IGNORE] * len(frame.answer_close)
        ids += asked + answer
        labels += [IGNORE] * (len(asked) - 1) + answer + [frame.answer_close[0]]
    yield ids, labels


def window(texts: Sequence[str], tokenizer: Tokenizer, *, kept: bool = False) -> Window:
    rows = [tokenizer.encode(text) for text in texts]
    ids = pad(rows, 0)
    lengths = torch.tensor([[len(row)] for row in rows])
    return Window(ids, torch.arange(ids.shape[1]) < lengths, kept)


def pad(rows: Sequence[Sequence[int]], value: int) -> Tensor:
    width = max(1, max(len(row) for row in rows))
    return torch.tensor([[*row, *[value] * (width - len(row))] for row in rows])
