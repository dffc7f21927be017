"""Documents with questions, one JSON object per line.

{"id": "story", "document": "...", "questions": [{"question": "...", "answers": ["..."]}]}

`windows` may say in which pieces a document is read: texts that make it up, one after the other.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleepdoc_model.tasks.types import Example


@dataclass(frozen=True)
class Asked:
    """A question and the answers that count as right, the first being the one to score."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    id: str
    text: str
    questions: tuple[Asked, ...]
    windows: tuple[str, ...] = ()
    """Where it is cut; empty: wherever a window is full."""


class BadLine(ValueError):
    """A line is not what this format asks for; the message says which and why."""


def of_example(name: str, example: Example) -> Document:
    """A task's example as a document, its windows one after the other."""
    questions = tuple(Asked(each.text, (each.answer,)) for each in example.questions)
    windows = example.windows if len(example.windows) > 1 else ()
    return Document(name, "".join(example.windows), questions, windows)


def load_documents(path: Path) -> list[Document]:
    """Every document of a file; empty lines are skipped.

    Raises:
        OSError: The file cannot be read.
        BadLine: A line is no such object, two have the same id, or there is no document at all.
    """
    documents = list(_documents(path))
    if not documents:
        raise BadLine(f"{path.name} holds no document")
    (name, count), *_ = Counter(document.id for document in documents).most_common(1)
    if count > 1:
        raise BadLine(f"{path.name} holds {count} documents with the id {name!r}")
    return documents


def dump(document: Document) -> str:
    """One line of such a file."""
    questions = [{"question": a.question, "answers": list(a.answers)} for a in document.questions]
    line = {"id": document.id, "document": document.text, "questions": questions}
    if document.windows:
        line["windows"] = list(document.windows)
    return json.dumps(line, ensure_ascii=False)


def _documents(path: Path) -> Iterator[Document]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield _document(json.loads(line))
            except (ValueError, TypeError, KeyError) as error:
                reason = f"no {error}" if isinstance(error, KeyError) else str(error)
                raise BadLine(f"{path.name}, line {number}: {reason}") from error


def _document(line: Any) -> Document:
    if not isinstance(line, dict):
        raise TypeError("not a JSON object")
    questions = tuple(_asked(each) for each in line["questions"])
    if not questions or not all(each.answers for each in questions):
        raise ValueError("a document needs questions, and every question an answer")
    text = _text(line["document"], "document")
    windows = tuple(_text(each, "window") for each in line.get("windows", ()))
    if windows and "".join(windows) != text:
        raise ValueError("the windows are not the document")
    return Document(str(line["id"]), text, questions, windows)


def _asked(each: Any) -> Asked:
    answers = tuple(_text(answer, "answer") for answer in each["answers"])
    return Asked(_text(each["question"], "question"), answers)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{name} must be a text that is not empty")
    return value
