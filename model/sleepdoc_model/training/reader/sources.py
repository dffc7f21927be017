"""Passages with questions, from the data sets that the reader is trained and measured on."""

import json
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from sleepdoc_model.reader import ABSENT
from sleepdoc_model.tasks import chains, facts, fairytale, numbers, records
from sleepdoc_model.tasks.types import Example, Question

Kind = Literal["fact", "how", "yesno", "list", "absent", "summary", "title", "follow"]
Part = Literal["train", "held out"]


@dataclass(frozen=True)
class Asked:
    """A question about a text. `answers` holds the best one first and is never empty."""

    text: str
    answers: tuple[str, ...]
    kind: Kind
    evidence: str = ""
    """Where the answer stands; empty if it has to be looked for."""
    through: str = ""
    """What the first of two steps finds, where a question takes two."""


@dataclass(frozen=True)
class Text:
    source: str
    title: str
    passages: tuple[str, ...]
    questions: tuple[Asked, ...]


JOINED, CLOSE = "joined", "close"
_KINDS: dict[str, Kind] = {
    "extractive": "fact",
    "abstractive": "how",
    "yesno": "yesno",
    "unanswerable": "absent",
    "summary": "summary",
    "title": "title",
}
_HELD_OUT = {"afriqa": 12, "onestopqa": 5, "clapnq": 6, "boolq": 12, JOINED: 7, CLOSE: 7}
"""One title in so many is measured on, and never trained on."""
_SHORT = 160
"""Characters of an answer, at most, that is learnt without the text."""
_LONGEST = 3600
"""Characters of a page that is slept on, so that it fits into a window."""
_BEGINS = {"p": "reworded", "j": JOINED, "c": CLOSE, "w": "written"}
"""What a document was written for, by how its id begins: questions in other words than the text's;
such as take more than one sentence, or whom a pronoun means; such as the little words decide."""
_STORIES = ("african-storybook",)
_SHORT_ANSWERS = ("afriqa", "onestopqa", "qamr", "quoref-subset", "ropes-subset", "redocred")


def load_reading(folder: Path, part: Part) -> list[Text]:
    """What lies in a folder of data sets, each in `NAME/train*.jsonl`."""
    texts = []
    for path in sorted(folder.glob("*/train*.jsonl")):
        name = path.parent.name
        for record in lines(path):
            if part_of(name, title_of(record)) == part:
                texts.append(_reading(name, record))
    return [text for text in texts if text.questions]


def lines(path: Traversable) -> Iterator[dict[str, Any]]:
    """The lines of a file of a data set."""
    # Not splitlines(): a text may hold other separators of lines.
    return (json.loads(line) for line in path.read_text("utf-8").split("\n") if line)


def title_of(record: dict[str, Any]) -> str:
    """What a record's passage is from; its id where that has no title."""
    title: str = record["title"] or record["id"]
    return title


def part_of(name: str, title: str) -> Part:
    """What the questions of a data set about one title are for."""
    every = _HELD_OUT.get(name)
    if every and zlib.crc32(title.encode()) % every == 0:
        return "held out"
    return "train"


def _reading(name: str, record: dict[str, Any]) -> Text:
    questions = []
    for each in record["questions"]:
        kind = _KINDS[each["kind"]]
        answers = tuple(a.strip() for a in each["answers"] if a.strip()) or (ABSENT,)
        if kind == "how" and name in _SHORT_ANSWERS:
            kind = "fact"
        if kind == "yesno":
            answers = tuple(f"{a[0].upper()}{a[1:]}" for a in answers)
        questions.append(Asked(each["question"].strip(), answers, kind))
    return Text(name, record["title"], (record["passage"],), tuple(questions))


def load_written(part: Part = "train") -> list[Text]:
    """Documents of the kinds people open, written for sleepdoc with their questions. Of those whose
    questions take several sentences, or close reading, some are held out."""
    return [
        Text(_source(record["id"]), record["title"], tuple(record["pages"]), _written(record))
        for record in _ours("documents")
        if _written_for(record["id"]) == part
    ]


def _source(id: str) -> str:
    return _BEGINS[id[0]]


def _written_for(id: str) -> Part:
    every = _HELD_OUT.get(_source(id))
    held_out = every and int(id.rpartition("-")[2]) % every == 0
    return "held out" if held_out else "train"


def load_asked(folder: Path) -> list[Text]:
    """Passages of `load_reading`'s data sets with questions written for sleepdoc; stories apart."""
    questions = {record["id"]: _written(record) for record in _ours("questions")}
    return [
        Text(
            "stories" if path.parent.name in _STORIES else "asked",
            record["title"],
            (record["passage"],),
            questions[record["id"]],
        )
        for path in sorted(folder.glob("*/train*.jsonl"))
        for record in lines(path)
        if record["id"] in questions
    ]


def _ours(folder: str) -> Iterator[dict[str, Any]]:
    inside = (files("sleepdoc_model") / "tasks" / folder).iterdir()
    found = sorted((file for file in inside if file.name.endswith(".jsonl")), key=str)
    if not found:
        raise FileNotFoundError("lessons are in a checkout of sleepdoc, not in what is installed")
    for file in found:
        yield from lines(file)


def _written(record: dict[str, Any]) -> tuple[Asked, ...]:
    return tuple(
        Asked(q["q"], (q["a"],), q["kind"], " ".join(q["evidence"].split()), q.get("through", ""))
        for q in record["questions"]
    )


def load_fairytales(folder: Path, split: fairytale.Split) -> list[Text]:
    """Sections of FairytaleQA, one text each."""
    texts = []
    for story in fairytale.load(folder, split):
        for index, section in enumerate(story.sections):
            asked = tuple(
                Asked(q.text, (q.answer,), "fact" if q.answer in section else "how")
                for i, q in story.questions
                if i == index
            )
            if asked:
                texts.append(Text("fairytaleqa", story.name, (section,), asked))
    return texts


def load_covid(folder: Path) -> list[Text]:
    """COVID-QA (SQuAD's format): long articles, of which the paragraphs around answers are kept."""
    texts: dict[str, Text] = {}
    for path in sorted(folder.glob("*covidQA.json")):
        for article in json.loads(path.read_text("utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                for text in _covid(paragraph):
                    texts[text.questions[0].text] = text
    return list(texts.values())


def _covid(paragraph: dict[str, Any]) -> Iterator[Text]:
    context: str = paragraph["context"]
    for each in paragraph["qas"]:
        if each.get("is_impossible") or not each["answers"]:
            continue
        answer = each["answers"][0]
        start = context.rfind("\n\n", 0, answer["answer_start"]) + 2
        start = max(start, answer["answer_start"] - 600, 0)
        passage = context[start : answer["answer_start"] + len(answer["text"]) + 500]
        asked = Asked(each["question"].strip(), (answer["text"].strip(),), "fact")
        yield Text("covid-qa", context.split("\n", 1)[0], (passage,), (asked,))


def load_closed_book(folder: Path) -> list[Example]:
    """What a reader has read, to be remembered: pages that fit into a window each, and questions
    that can be asked without them."""
    texts = [*load_reading(folder, "train"), *load_written(), *load_asked(folder)]
    examples = map(_closed_book, texts)
    return [e for e in examples if e.questions and max(map(len, e.windows)) < _LONGEST]


def _closed_book(text: Text) -> Example:
    asked = [q for q in text.questions if q.kind in ("fact", "how", "yesno", "list")]
    short = [q for q in asked if len(q.answers[0]) <= _SHORT and not q.through]
    windows = tuple(f"{page}\n\n" for page in text.passages)
    return Example(windows, tuple(Question(q.text, q.answers[0]) for q in short))


def made_up(rng: random.Random) -> Text:
    """A fresh document of generated facts or figures."""
    make = rng.choice((facts.make_example, numbers.make_example))
    count = rng.choice((4, 8, 12))
    return _generated("made up", make(rng, facts=count, windows=1, questions=4, split="train"))


def chained(rng: random.Random) -> Text:
    """A fresh text whose questions take more than one sentence."""
    people = rng.choice((2, 3, 4, 6))
    return _generated(
        "chained",
        chains.make_example(
            rng, people=people, windows=1, questions=2 * people, split="train", single=0.3
        ),
    )


def recorded(rng: random.Random) -> Text:
    """A fresh text that says similar things of several entities."""
    entities = rng.choice((2, 3, 4, 6))
    return _generated(
        "records",
        records.make_example(
            rng,
            entities=entities,
            windows=1,
            questions=3 * entities,
            split="train",
            absent=rng.choice((0.0, 0.1)),
        ),
    )


ALIKE = {"chained": chained, "records": recorded}
"""Made up texts of which all is needed, for names alone tell apart what is said."""


def _generated(source: str, example: Example) -> Text:
    asked = tuple(
        Asked(
            q.text,
            (q.answer,),
            "absent" if q.answer == ABSENT else "fact",
            through=q.through if isinstance(q, chains.Chained) else "",
        )
        for q in example.questions
    )
    return Text(source, "", tuple(w.strip() for w in example.windows), asked)
