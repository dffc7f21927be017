"""Questions behind passages, of data sets that the reader was not trained on."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sleepdoc_model.tasks import chains, records
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.training.reader import sources
from sleepdoc_model.training.reader.retrieval import Retriever, overlap, pieces
from sleepdoc_model.training.reader.sources import Text

READING = ("afriqa", "onestopqa", "boolq", "clapnq")
SETS = (*READING, "fairytaleqa", "joined", "close", "chains", "records")
_TAKEN_AWAY = 7
"""Of one question about a fact in so many the right passage is left out."""


@dataclass(frozen=True)
class Item:
    """A question, its right answers (none where the passages do not say), and what was found."""

    name: str
    kind: str
    question: str
    answers: tuple[str, ...]
    passages: tuple[str, ...]
    document: str
    """The text that it is about, for a memory of it."""


def held_out(reading: Path, fairytales: Path, count: int) -> dict[str, list[Item]]:
    """`count` questions of every data set, among all of whose passages text search looks."""
    texts = sources.load_reading(reading, "held out")
    every = [*texts, *sources.load_reading(reading, "train")]
    sets = {
        name: items([t for t in texts if t.source == name], _pool(every, name), count=count)
        for name in READING
    }
    tales = sources.load_fairytales(fairytales, "val")
    sets["fairytaleqa"] = items(tales, _pool(tales, "fairytaleqa"), count=count)
    for source in (sources.JOINED, sources.CLOSE):
        sets[source] = written(source, count)
    return sets | {"chains": chained(count), "records": recorded(count)}


def written(source: str, count: int, *, seed: int = 0) -> list[Item]:
    """Questions about texts written for them, each behind its whole text."""
    texts = [text for text in sources.load_written("held out") if text.source == source]
    asked = [(text, each) for text in texts for each in text.questions]
    return [
        Item(
            text.source,
            "two steps" if each.through else each.kind,
            each.text,
            () if each.kind == "absent" else each.answers,
            text.passages,
            text.passages[0],
        )
        for text, each in random.Random(seed).sample(asked, min(count, len(asked)))
    ]


def chained(count: int, *, people: int = 4, seed: int = 0) -> list[Item]:
    """Questions that take more than one sentence, about people nobody was trained on."""

    def make(rng: random.Random) -> Example:
        return chains.make_example(rng, people=people, windows=1, questions=1, split="test")

    return _made("chains", make, count, seed)


def recorded(count: int, *, entities: int = 4, seed: int = 0) -> list[Item]:
    """Questions about one of several things of which the text says much the same, in domains and
    words that nobody was trained on."""

    def make(rng: random.Random) -> Example:
        return records.make_example(rng, entities=entities, windows=1, questions=1, split="test")

    return _made("records", make, count, seed)


def _made(name: str, make: Callable[[random.Random], Example], count: int, seed: int) -> list[Item]:
    found: list[Item] = []
    for number in range(count):
        made = make(random.Random(f"{seed}/{number}"))
        (text,) = made.windows
        for each in made.questions:
            assert isinstance(each, chains.Chained)
            parts = tuple(pieces(text))
            found.append(Item(name, each.kind, each.text, (each.answer,), parts, text))
    return found


def _pool(texts: Sequence[Text], name: str) -> Retriever:
    known = [t for t in texts if t.source == name]
    return Retriever([p for t in known for page in t.passages for p in pieces(page)])


def items(
    texts: Sequence[Text], pool: Retriever, *, count: int, budget: int = 1600, seed: int = 0
) -> list[Item]:
    """Questions with the right passage in any place among what text search finds, `budget`
    characters in all."""
    rng = random.Random(seed)
    asked = [(text, q) for text in texts for q in text.questions if q.kind != "title"]
    found = []
    for number, (text, each) in enumerate(rng.sample(asked, min(count, len(asked)))):
        own = [p for page in text.passages for p in pieces(page)]
        held = [p for p in own if any(a in p for a in each.answers)]
        about = " ".join((each.text, *each.answers[:1]))
        gold = sorted(held or own, key=lambda p: -overlap(p, about))[: 1 if held else 2]
        taken = number % _TAKEN_AWAY == _TAKEN_AWAY - 1 and each.kind == "fact"
        absent = taken or each.kind == "absent"
        chosen = [] if taken else gold
        for index in pool.best(each.text, 12):
            piece = pool.pool[index]
            holds = any(a.casefold() in piece.casefold() for a in each.answers)
            if piece not in own and not holds and sum(map(len, chosen)) + len(piece) <= budget:
                chosen.append(piece)
        rng.shuffle(chosen)
        found.append(
            Item(
                text.source,
                "absent" if absent else each.kind,
                each.text,
                () if absent else each.answers,
                tuple(chosen),
                "\n\n".join(text.passages),
            )
        )
    return found
