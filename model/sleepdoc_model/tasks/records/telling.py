"""Records written out: as sentences in any order or by entity, rows, cards or a table."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sleepdoc_model.tasks.records.domain import Column, Domain

_LEADS = (
    *("According to the records, ", "As far as we know, ", "It should be noted that "),
    *("The papers say that ", "We were told that ", "It is well known that "),
    *("One thing is certain: ", "From the files we learn that ", "It turned out that "),
)
_TAILS = (
    *(", as the files show.", ", and nobody disputes it.", ", which is well documented."),
    *(", according to the latest report.", ", although few people know it."),
)
_TITLES = ("{}", "List of {}", "Notes on our {}", "Some {}", "An overview of the {}")
_ROWS = (
    ("{e}: {cells}.", "{label} {v}", "; "),
    ("- {e} ({cells})", "{label}: {v}", "; "),
    ("{e} - {cells}", "{label}: {v}", " / "),
    ("* {e}: {cells}", "{v} ({label})", "; "),
)


@dataclass(frozen=True)
class Record:
    """An entity and its values by label, of which the text tells those in `told`."""

    domain: Domain
    name: str
    values: dict[str, str]
    told: tuple[Column, ...]


def bare(name: str) -> str:
    """A name or value as an answer gives it."""
    return name.removeprefix("the ")


def write(rng: random.Random, records: Sequence[Record], windows: int) -> tuple[str, ...]:
    """The text, its parts dealt out to the windows."""
    ordered = list(records)
    rng.shuffle(ordered)
    style = rng.choices(("mixed", "grouped", "row", "card", "table"), (6, 5, 3, 2, 2))[0]
    head, end = "", "\n"
    if style == "mixed":
        parts = [part for record in ordered for part in _parts(rng, record)]
        rng.shuffle(parts)
        end = " "
    elif style == "grouped":
        parts = [" ".join(_sentences(rng, record)) for record in ordered]
    elif style == "row":
        form = rng.choice(_ROWS)
        parts = [_row(record, form) for record in ordered if record.told]
    elif style == "card":
        parts = [_card(record) for record in ordered if record.told]
    else:
        return _tables(rng, records, windows)
    if rng.random() < 0.4:
        title = rng.choice(_TITLES).format(records[0].domain.plural)
        head = capital(title) + "\n\n"
    return tuple(
        (head if not start else "") + end.join(filter(None, parts[start::windows])) + "\n\n"
        for start in range(windows)
    )


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _sentence(rng: random.Random, template: str, **fields: str) -> str:
    text = template
    if rng.random() < 0.1:
        text = rng.choice(_LEADS) + (text if text[0] == "{" else text[0].lower() + text[1:])
    elif rng.random() < 0.06 and "," not in text:
        text = text[:-1] + rng.choice(_TAILS)
    return capital(text.format(**fields))


def _sentences(rng: random.Random, record: Record) -> list[str]:
    """All that is told of an entity; behind the first sentence it may go without its name."""
    left = rng.sample(record.told, len(record.told))
    said: list[str] = []
    while left:
        column = left.pop()
        labels = {each.label for each in left}
        pairs = [
            pair
            for pair in record.domain.pairs
            if f"{{{column.label}}}" in pair and any(f"{{{label}}}" in pair for label in labels)
        ]
        if pairs and rng.random() < 0.4:
            pair = rng.choice(pairs)
            left = [each for each in left if f"{{{each.label}}}" not in pair]
            said.append(_sentence(rng, pair, e=record.name, **record.values))
            continue
        value = record.values[column.label]
        short = [text for text in column.statements if text.startswith("{e} ")]
        if said and short and rng.random() < 0.6:
            name = rng.choice(record.domain.again).format(last=record.name.split()[-1])
            said.append(capital(rng.choice(short).format(e=name, v=value)))
        else:
            said.append(_sentence(rng, rng.choice(column.statements), e=record.name, v=value))
    return said


def _parts(rng: random.Random, record: Record) -> list[str]:
    """The same, in parts of one sentence or two that may stand anywhere."""
    left = rng.sample(record.told, len(record.told))
    parts = []
    while left:
        size = rng.choice((1, 1, 1, 2))
        some, left = tuple(left[:size]), left[size:]
        part = Record(record.domain, record.name, record.values, some)
        parts.append(" ".join(_sentences(rng, part)))
    return parts


def _row(record: Record, form: tuple[str, str, str]) -> str:
    row, cell, between = form
    cells = [cell.format(label=c.label, v=bare(record.values[c.label])) for c in record.told]
    return row.format(e=bare(record.name), cells=between.join(cells))


def _card(record: Record) -> str:
    lines = [f"{capital(c.label)}: {bare(record.values[c.label])}" for c in record.told]
    return "\n".join((bare(record.name), *lines, ""))


def _tables(rng: random.Random, records: Sequence[Record], windows: int) -> tuple[str, ...]:
    """A table for every domain, its rows dealt out under a header in every window."""
    kinds = list(dict.fromkeys(record.domain.noun for record in records))
    left, between, right = rng.choice((("| ", " | ", " |"), ("", "; ", ""), ("", "\t", "")))
    texts = [""] * windows
    for kind in kinds:
        rows = [record for record in records if record.domain.noun == kind and record.told]
        rng.shuffle(rows)
        labels = list(dict.fromkeys(c.label for record in rows for c in record.told))
        header = left + between.join(map(capital, (kind, *labels))) + right
        for window in range(windows):
            lines = [header]
            for record in rows[window::windows]:
                known = {c.label: bare(record.values[c.label]) for c in record.told}
                cells = [known.get(label, "-") for label in labels]
                lines.append(left + between.join((bare(record.name), *cells)) + right)
            if len(lines) > 1:
                texts[window] += "\n".join(lines) + "\n\n"
    return tuple(texts)
