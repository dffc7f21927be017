"""Questions about records: one step, its reverse, two steps, comparisons, and what is not told."""

import random
import re
from collections import Counter
from collections.abc import Sequence

from sleepdoc_model.reader import ABSENT
from sleepdoc_model.tasks.chains import Chained, Kind
from sleepdoc_model.tasks.records.domain import LINKED, Column
from sleepdoc_model.tasks.records.telling import Record, bare, capital


def ask(
    rng: random.Random, records: Sequence[Record], *, questions: int, joins: float, absent: float
) -> tuple[Chained, ...]:
    """Different questions of all kinds, fewer where there are not so many."""
    entities = [record for record in records if record.domain.noun not in LINKED]
    pools: dict[Kind, list[Chained]] = {
        "single": [_one(rng, c, r.name, r.values[c.label]) for r in records for c in r.told],
        "reverse": _reverse(rng, entities),
        "compare": _compared(rng, entities),
        "hop": _hops(rng, entities, records),
        "absent": _absent(rng, entities),
    }
    rest = max(0.0, 1 - joins - absent)
    shares = {"single": 0.65 * rest, "reverse": 0.25 * rest, "compare": 0.1 * rest}
    shares |= {"hop": joins, "absent": absent}
    for pool in pools.values():
        rng.shuffle(pool)
    asked: dict[str, Chained] = {}
    while len(asked) < questions:
        kinds = [kind for kind, pool in pools.items() if pool and shares[kind] > 0]
        if not kinds:
            break
        (kind,) = rng.choices(kinds, [shares[kind] for kind in kinds])
        question = pools[kind].pop()
        asked.setdefault(question.text, question)
    return tuple(asked.values())


def _one(
    rng: random.Random,
    column: Column,
    entity: str,
    value: str,
    kind: Kind = "single",
    through: str = "",
) -> Chained:
    # Of a description, such as "the captain of the Iron Star", "'s" would belong to its end.
    texts = [text for text in column.questions if kind != "hop" or "{e}'s" not in text]
    text = rng.choice(texts).format(e=entity)
    return Chained(capital(text), bare(value), kind, through)


def _unique(entities: Sequence[Record]) -> list[tuple[Record, Column]]:
    """Where the value tells which entity it is."""
    counts = Counter((c.label, r.values[c.label]) for r in entities for c in r.told)
    return [
        (r, c)
        for r in entities
        for c in r.told
        if c.reverse and counts[c.label, r.values[c.label]] == 1
    ]


def _reverse(rng: random.Random, entities: Sequence[Record]) -> list[Chained]:
    return [
        Chained(capital(rng.choice(c.reverse).format(v=r.values[c.label])), bare(r.name), "reverse")
        for r, c in _unique(entities)
    ]


def _compared(rng: random.Random, entities: Sequence[Record]) -> list[Chained]:
    found = []
    for column in {c.label: c for r in entities for c in r.told}.values():
        words = [(w, text) for w in ("max", "min") for text in column.lines.get(w, ())]
        told = [r for r in entities if column in r.told]
        if len(told) < 2 or not words:
            continue
        known = {r.name: _size(r.values[column.label]) for r in told}
        e, f = rng.sample(list(known), 2)
        word, text = rng.choice(words)
        if known[e] != known[f]:
            answer = (max if word == "max" else min)(e, f, key=known.__getitem__)
            found.append(Chained(capital(text.format(e=e, f=f)), bare(answer), "compare"))
    return found


def _size(value: str) -> float:
    found = re.search(r"\d[\d,]*(\.\d+)?", value)
    assert found, value
    return float(found[0].replace(",", ""))


def _hops(
    rng: random.Random, entities: Sequence[Record], records: Sequence[Record]
) -> list[Chained]:
    """From an entity to what its value names, or from a value to its entity, and on."""
    called = {record.name: record for record in records}
    onward = [
        _one(
            rng,
            then,
            rng.choice(c.descriptions).format(e=r.name),
            to.values[then.label],
            "hop",
            bare(to.name),
        )
        for r in entities
        for c in r.told
        if c.descriptions and (to := called.get(r.values[c.label]))
        for then in to.told
        if then.pattern != "<other>"
    ]
    back = [
        _one(rng, then, _described(r, c), r.values[then.label], "hop", bare(r.name))
        for r, c in _unique(entities)
        for then in r.told
        if then is not c
    ]
    return onward + rng.sample(back, min(len(back), max(2, len(onward) // 2)))


def _described(record: Record, column: Column) -> str:
    """ "Which ship sails under Ruiz?" made "the ship that sails under Ruiz"."""
    noun = record.domain.noun
    does = column.reverse[0].removeprefix(f"Which {noun} ").removesuffix("?")
    return f"the {noun} that {does}".format(v=record.values[column.label])


def _absent(rng: random.Random, entities: Sequence[Record]) -> list[Chained]:
    return [
        _one(rng, column, r.name, ABSENT, "absent")
        for r in entities
        for column in r.domain.columns
        if column not in r.told
    ]
