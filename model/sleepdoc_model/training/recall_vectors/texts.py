"""Passages with questions, of several data sets, shuffled into documents of one passage a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleepdoc_model.training.reader.sources import lines, part_of, title_of

PARTS = 68
"""Every so manieth passage of all is one part."""
SETS = ("afriqa", "boolq", "clapnq")
_ANSWERED = ("extractive", "abstractive", "yesno")

Pages = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Asked:
    """A question about one page."""

    text: str
    page: int
    kind: str
    wanted: tuple[str, ...]
    """Any of them answers it; none where the page as a whole does."""
    title: str
    """Of the article that the page is from."""
    held_out: bool
    """Whether nothing may be learnt from it."""


@dataclass(frozen=True)
class Part:
    """Numbered pages, and what is asked about them."""

    pages: Pages
    asked: Sequence[Asked]


def parts(folder: Path, count: int) -> Iterator[Part]:
    """The first so many of `PARTS`."""
    every = list(_records(folder))
    for part in range(count):
        own = list(enumerate(every, start=1))[part::PARTS]
        yield Part(
            tuple((number, record["passage"]) for number, (_, record) in own),
            [asked for number, (name, record) in own for asked in _asked(number, name, record)],
        )


def learnt_from(folder: Path) -> Iterator[str]:
    """The passages that are not held out."""
    for name, record in _records(folder):
        if part_of(name, title_of(record)) == "train":
            yield record["passage"]


def _records(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in SETS:
        yield from ((name, record) for record in lines(folder / name / "train.jsonl"))


def _asked(page: int, name: str, record: dict[str, Any]) -> Iterator[Asked]:
    title = title_of(record)
    held_out = part_of(name, title) == "held out"
    for each in record["questions"]:
        if (kind := each["kind"]) in _ANSWERED:
            wanted = tuple(each["answers"]) if kind == "extractive" else ()
            yield Asked(each["question"], page, kind, wanted, title, held_out)
