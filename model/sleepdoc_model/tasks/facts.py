"""Short documents of made-up facts about made-up people.

A fact is (person, attribute, value). Statements and questions come in several phrasings. First
and last names are split, so no name of the `test` split was ever trained on; values are shared, as
the model is to recall which of them belongs to whom, not to spell a new one.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from sleepdoc_model.tasks.types import Example, Question

Split = Literal["train", "test"]


@dataclass(frozen=True)
class Attribute:
    words: str
    statements: tuple[str, ...]
    questions: tuple[str, ...]


ATTRIBUTES = (
    Attribute(
        "city",
        (
            "{name} was born in {value}.",
            "{name} came into the world in {value}.",
            "The birthplace of {name} is {value}.",
            "{value} is the city where {name} was born.",
        ),
        (
            "Where was {name} born?",
            "In which city was {name} born?",
            "What is the birthplace of {name}?",
        ),
    ),
    Attribute(
        "university",
        (
            "{name} studied at {value}.",
            "{name} is a graduate of {value}.",
            "{name} received a degree from {value}.",
            "For higher education, {name} went to {value}.",
        ),
        (
            "Where did {name} study?",
            "Which university did {name} attend?",
            "From which university did {name} graduate?",
        ),
    ),
    Attribute(
        "field",
        (
            "{name} majored in {value}.",
            "The subject {name} studied was {value}.",
            "{name} completed a degree in {value}.",
        ),
        (
            "What did {name} major in?",
            "Which subject did {name} study?",
            "What was {name}'s field of study?",
        ),
    ),
    Attribute(
        "company",
        (
            "{name} works for {value}.",
            "{name} is employed by {value}.",
            "The employer of {name} is {value}.",
            "{name} found a position at {value}.",
        ),
        (
            "Which company does {name} work for?",
            "Who is the employer of {name}?",
            "Where does {name} work?",
        ),
    ),
    Attribute(
        "job",
        (
            "{name}'s occupation is {value}.",
            "By profession, {name} is a {value}.",
            "{name} earns a living as a {value}.",
        ),
        (
            "What is {name}'s occupation?",
            "What does {name} do for a living?",
            "What is the profession of {name}?",
        ),
    ),
)


@dataclass(frozen=True)
class Fact:
    name: str
    attribute: Attribute
    value: str

    def statement(self, rng: random.Random) -> str:
        return rng.choice(self.attribute.statements).format(name=self.name, value=self.value)

    def question(self, rng: random.Random) -> Question:
        return Question(rng.choice(self.attribute.questions).format(name=self.name), self.value)


@cache
def words(name: str) -> tuple[str, ...]:
    """A word list; of entries such as ``3M; Maplewood, MN`` only the name."""
    text = (files("sleepdoc_model") / "tasks" / "words" / f"{name}.txt").read_text("utf-8")
    separator = {"company": ";", "city": ","}.get(name)
    lines = (line.strip() for line in text.splitlines() if line.strip())
    return tuple(dict.fromkeys(line.split(separator)[0] if separator else line for line in lines))


def names(split: Split) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """First and last names of a split: every fifth of either list is kept for the test."""

    def keep(index: int) -> bool:
        return (index % 5 == 4) == (split == "test")

    first, last = words("first_name"), words("last_name")
    return (
        tuple(name for i, name in enumerate(first) if keep(i)),
        tuple(name for i, name in enumerate(last) if keep(i)),
    )


def make_facts(rng: random.Random, count: int, split: Split) -> list[Fact]:
    """`count` facts about one to `count` people, no two of the same person and attribute."""
    first, last = names(split)
    people = [
        f"{rng.choice(first)} {rng.choice(last)}"
        for _ in range(rng.randint(-(-count // len(ATTRIBUTES)), count))
    ]
    slots = [(person, attribute) for person in dict.fromkeys(people) for attribute in ATTRIBUTES]
    chosen = rng.sample(slots, min(count, len(slots)))
    return [Fact(name, a, rng.choice(words(a.words))) for name, a in chosen]


def make_example(
    rng: random.Random, *, facts: int, windows: int, questions: int, split: Split
) -> Example:
    """A document of `facts` facts spread over `windows` windows, with some of them asked for."""
    return told(rng, make_facts(rng, facts, split), windows=windows, questions=questions)


def told(rng: random.Random, known: Sequence[Fact], *, windows: int, questions: int) -> Example:
    """Facts spread over `windows` windows, with some of them asked for."""
    asked = rng.sample(known, min(questions, len(known)))
    texts = [
        " ".join(fact.statement(rng) for fact in known[start::windows]) + "\n\n"
        for start in range(windows)
    ]
    return Example(tuple(texts), tuple(fact.question(rng) for fact in asked))
