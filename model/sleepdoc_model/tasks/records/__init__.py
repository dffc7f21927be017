"""Texts that say similar things of several entities, so that only names tell them apart.

A text is of one domain, such as ships of a register or tenants of a house. All its entities have
values for the same few columns; what the values name (a captain, a yard) may have records of its
own, so that a question can go on from there. Whole domains are kept for the test.
"""

import random
from dataclasses import dataclass

from sleepdoc_model.tasks.facts import Split
from sleepdoc_model.tasks.records.asking import ask
from sleepdoc_model.tasks.records.domain import LINKED, Column, Domain, domains
from sleepdoc_model.tasks.records.telling import Record, write
from sleepdoc_model.tasks.records.values import Drawer
from sleepdoc_model.tasks.types import Example


@dataclass(frozen=True)
class Records(Example):
    records: tuple[Record, ...] = ()
    """What the text tells of."""


def make_example(
    rng: random.Random,
    *,
    entities: int,
    windows: int,
    questions: int,
    split: Split,
    facts: int | None = None,
    joins: float = 0.3,
    absent: float = 0.0,
) -> Records:
    """A text of `entities` entities, at least two, over `windows` windows, with questions of type
    `sleepdoc_model.tasks.chains.Chained`.

    Args:
        facts: How many values of the entities are told; all of them if None.
        joins: The share of questions of two steps; where there are any, records are told of what
            the values name, too.
        absent: The share of questions that the text does not answer.
    """
    known = domains(split)
    domain = rng.choice([each for noun, each in known.items() if noun not in LINKED])
    drawer = Drawer(rng, split)
    columns = _some(rng, domain, 3, 6)
    names = [drawer.fresh(domain.name) for _ in range(entities)]
    values = _values(drawer, domain, names)
    cells = [(name, column.label) for name in names for column in columns]
    if facts is None:
        facts = len(cells) - (round(0.2 * len(cells)) if absent else 0)
    told = set(rng.sample(cells, min(facts, len(cells))))
    records = [
        Record(domain, name, values[name], tuple(c for c in columns if (name, c.label) in told))
        for name in names
    ]
    if joins:
        records += _linked(drawer, known, records)
    asked = ask(rng, records, questions=questions, joins=joins, absent=absent)
    return Records(write(rng, records, windows), asked, records=tuple(records))


def _some(rng: random.Random, domain: Domain, low: int, high: int) -> list[Column]:
    count = len(domain.columns)
    return rng.sample(domain.columns, rng.randint(min(low, count), min(high, count)))


def _values(drawer: Drawer, domain: Domain, names: list[str]) -> dict[str, dict[str, str]]:
    """Values of every name by label, mostly different ones; now and then two have the same."""
    values: dict[str, dict[str, str]] = {name: {} for name in names}
    for column in domain.columns:
        taken: list[str] = []
        for index, name in enumerate(names):
            if column.pattern == "<other>":
                value = names[index - 1]
            elif taken and drawer.rng.random() < 0.08:
                value = drawer.rng.choice(taken)
            elif column.pattern == "<person>":
                value = drawer.fresh(column.pattern)
            else:
                drawn = [drawer.draw(column.pattern) for _ in range(4)]
                value = next((each for each in drawn if each not in taken), drawn[0])
            taken.append(value)
            values[name][column.label] = value
    return values


def _linked(drawer: Drawer, known: dict[str, Domain], records: list[Record]) -> list[Record]:
    """Records of what one of the columns names."""
    columns = {
        column.label: column
        for record in records
        for column in record.told
        if column.descriptions and column.pattern[1:-1] in LINKED
    }
    if not columns:
        return []
    column = drawer.rng.choice(list(columns.values()))
    domain = known[column.pattern[1:-1]]
    told = tuple(_some(drawer.rng, domain, 1, 2))
    names = list(dict.fromkeys(r.values[column.label] for r in records if column in r.told))
    values = _values(drawer, domain, names)
    return [Record(domain, name, values[name], told) for name in names]
