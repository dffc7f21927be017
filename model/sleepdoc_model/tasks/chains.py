"""Questions that no single sentence answers: two hops, comparisons and counts.

A text tells of made-up people, in any order, who knows whom, where each of them was born and when,
and who governs these towns. "Where was the mentor of Ada Byron born?" and "Who governs the town
that Ada Byron comes from?" take two sentences, "Who is older, Ada Byron or Lin Cho?" two numbers,
and "How many of them were born in Lagos?" all of the text. Everybody has everything that is asked
for, so that nothing but the chain tells values apart.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sleepdoc_model.tasks.facts import Split, names, words
from sleepdoc_model.tasks.types import Example, Question

RELATIONS = {
    "mentor": ("The mentor of {a} is {b}.", "{b} is {a}'s mentor.", "{a} has a mentor, {b}."),
    "employer": ("{a} works for {b}.", "{b} employs {a}.", "The employer of {a} is {b}."),
    "doctor": ("{a} is a patient of {b}.", "The doctor of {a} is {b}.", "{b} is {a}'s doctor."),
    "tenant": ("{b} rents a room from {a}.", "{a} has let a room to {b}, a tenant."),
    "best friend": ("{a} has no better friend than {b}.", "{b} is the best friend of {a}."),
}
_BORN = (
    "{a} was born in {town} in {year}.",
    "Born in {year}, {a} comes from {town}.",
    "{town} is where {a} was born, in {year}.",
    "In {year} {a} came into the world in {town}.",
)
_GOVERNED = (
    "The mayor of {town} is {b}.",
    "{town} is governed by {b}.",
    "{b} was elected mayor of {town}.",
)


Kind = Literal["hop", "mayor", "compare", "count", "single", "reverse", "absent"]


@dataclass(frozen=True)
class Chained(Question):
    kind: Kind
    through: str = ""
    """What stands between: the answer of the first of two steps."""


class Sentence(NamedTuple):
    text: str
    then: str
    """What follows from it together with another sentence; may be empty."""


@dataclass(frozen=True)
class Chain(Example):
    told: tuple[tuple[Sentence, ...], ...] = ()
    """The sentences of every window."""


@dataclass(frozen=True)
class _Person:
    name: str
    knows: str
    town: str
    year: int


def make_example(
    rng: random.Random,
    *,
    people: int,
    windows: int,
    questions: int,
    split: Split,
    single: float = 0.0,
    kinds: Sequence[Kind] = ("hop", "hop", "mayor", "compare", "count"),
    towns: int | None = None,
) -> Chain:
    """A text of `people` people, at least two, over `windows` windows; different questions of all
    kinds, fewer where there are not so many.

    Args:
        single: The share of questions that one sentence answers.
        kinds: Of the others, drawn from.
        towns: So many are drawn from for everybody, so that the more there are the less guessing is
            right; None: half as many as people, at least two.
    """
    known, mayors, relation = _world(rng, people, split, towns or max(2, people // 2))
    called = {person.name: person for person in known}
    told = [
        Sentence(rng.choice(RELATIONS[relation]).format(a=p.name, b=p.knows), called[p.knows].town)
        for p in known
    ]
    told += [
        Sentence(rng.choice(_BORN).format(a=p.name, town=p.town, year=p.year), mayors[p.town])
        for p in known
    ]
    told += [
        Sentence(rng.choice(_GOVERNED).format(town=town, b=mayor), "")
        for town, mayor in mayors.items()
    ]
    rng.shuffle(told)
    parts = tuple(tuple(told[start::windows]) for start in range(windows))
    texts = tuple(" ".join(sentence.text for sentence in part) + "\n\n" for part in parts)

    def hop(p: _Person) -> Chained:
        other = called[p.knows]
        return rng.choice(
            (
                Chained(f"Where was the {relation} of {p.name} born?", other.town, "hop", p.knows),
                Chained(
                    f"In which year was {p.name}'s {relation} born?",
                    str(other.year),
                    "hop",
                    p.knows,
                ),
            )
        )

    def governed(p: _Person) -> Chained:
        asked = rng.choice(("is the mayor of", "governs"))
        where = rng.choice(("that {} comes from", "where {} was born")).format(p.name)
        return Chained(f"Who {asked} the town {where}?", mayors[p.town], "mayor", p.town)

    def compared(p: _Person) -> Chained:
        other = rng.choice([each for each in known if each is not p])
        older, younger = sorted((p, other), key=lambda each: each.year)
        word, answer = rng.choice((("older", older), ("younger", younger), ("born first", older)))
        return Chained(f"Who is {word}, {p.name} or {other.name}?", answer.name, "compare")

    def counted(p: _Person) -> Chained:
        count = sum(each.town == p.town for each in known)
        return Chained(f"How many of the people come from {p.town}?", str(count), "count")

    def step(p: _Person) -> Chained:
        question, answer = rng.choice(
            (
                (f"Who is the {relation} of {p.name}?", p.knows),
                (f"Where was {p.name} born?", p.town),
                (f"In which year was {p.name} born?", str(p.year)),
                (f"Who governs {p.town}?", mayors[p.town]),
            )
        )
        return Chained(question, answer, "single")

    makers = {"hop": hop, "mayor": governed, "compare": compared, "count": counted}
    asked: dict[str, Chained] = {}
    for person in (p for _ in range(questions) for p in rng.sample(known, people)):
        make = step if single and rng.random() < single else makers[rng.choice(kinds)]
        question = make(person)
        asked.setdefault(question.text, question)
        if len(asked) == questions:
            break
    return Chain(texts, tuple(asked.values()), told=parts)


def _world(
    rng: random.Random, people: int, split: Split, count: int
) -> tuple[list[_Person], dict[str, str], str]:
    """People, the mayors of their towns, and how people know each other."""
    towns = rng.sample(words("city"), count)
    first, last = names(split)
    drawn: dict[str, None] = {}
    while len(drawn) < people + len(towns):
        drawn[f"{rng.choice(first)} {rng.choice(last)}"] = None
    called, mayors = list(drawn)[:people], list(drawn)[people:]
    years = rng.sample(range(1850, 2005), people)
    # A cycle: everybody knows one other person and is known to one.
    known = [
        _Person(name, called[number - 1], rng.choice(towns), years[number])
        for number, name in enumerate(called)
    ]
    lived = {person.town for person in known}
    governed = {town: mayor for town, mayor in zip(towns, mayors, strict=True) if town in lived}
    return known, governed, rng.choice(list(RELATIONS))
