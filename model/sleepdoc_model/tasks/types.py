"""What every task produces."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    text: str
    answer: str


@dataclass(frozen=True)
class Example:
    """A document, cut into windows that are read and evicted in turn, and questions about it."""

    windows: tuple[str, ...]
    questions: tuple[Question, ...]
    unslept: str = ""
    """Text that still stands in the window when the questions are asked."""
