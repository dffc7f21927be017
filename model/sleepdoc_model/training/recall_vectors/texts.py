"""Passages with questions, of several data sets, shuffled into documents of one passage a page; and
short texts that were written for the reader, with theirs."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleepdoc_model.training.reader.sources import (
    Text,
    lines,
    load_written,
    part_of,
    title_of,
)

PARTS = 68
"""Every so manieth passage of all is one part."""
SETS = ("afriqa", "boolq", "clapnq")
_ANSWERED = ("extractive", "abstractive", "yesno")
_ASKED = ("fact", "how", "yesno", "list")
WRITTEN = 80
"""Documents of written texts that are learnt from, unless told otherwise."""
_TEXTS = 15
"""Written texts that make a document."""
_MOST = 7
"""Questions that are asked about one, at most."""

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
    alone: bool = False
    """Whether nothing else of its page answers it."""


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


def written(count: int, *, held_out: bool = False, seed: int = 0) -> Iterator[Part]:
    """The first so many documents of texts written for the reader, in an order by the seed. What
    answers a question is the sentence that its author named."""
    rng = random.Random(seed)
    texts = load_written("held out" if held_out else "train")
    rng.shuffle(texts)
    for first in range(0, count * _TEXTS, _TEXTS):
        pages, asked = list[tuple[int, str]](), list[Asked]()
        for text in texts[first : first + _TEXTS]:
            before = len(pages)
            pages += enumerate(text.passages, start=before + 1)
            asked += _asked_about(text, pages[before:], rng, held_out)
        yield Part(pages, asked)


def _asked_about(text: Text, pages: Pages, rng: random.Random, held_out: bool) -> Iterator[Asked]:
    questions = [each for each in text.questions if each.kind in _ASKED and each.evidence]
    for each in rng.sample(questions, min(_MOST, len(questions))):
        for page, said in pages:
            if each.evidence in " ".join(said.split()):
                found = (each.evidence,)
                yield Asked(each.text, page, each.kind, found, text.title, held_out, alone=True)
                break


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
