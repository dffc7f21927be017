"""Domains: what is said and asked of ships, medicines or tenants, read from text files.

A file holds domains of this form; `{e}` is the entity and `{v}` the value::

    ## ship, ships
    name: the (Amber|Iron) (Queen|Star)
    again: It | The ship
    & {e}, built in {year built}, sails under {captain}.

    # captain: <person>
    - {e} sails under {v}.            a statement; what begins with {e} may be said again of "It"
    ? Who commands {e}?
    < Which ship sails under {v}?     the first one is also read as "the ship that sails under ..."
    = the captain of {e}              lets a question go on from the value

    # year built: <1880-1990>
    max Which ship is newer, {e} or {f}?
    min Which ship is older, {e} or {f}?

`sleepdoc_model.tasks.records.values` explains the patterns of names and values. The value
``<other>`` is another entity of the text.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sleepdoc_model.tasks.facts import Split


@dataclass(frozen=True)
class Column:
    """What every entity of a domain has, with the ways to say it and to ask for it."""

    label: str
    pattern: str
    lines: dict[str, tuple[str, ...]]

    @property
    def statements(self) -> tuple[str, ...]:
        return self.lines["-"]

    @property
    def questions(self) -> tuple[str, ...]:
        return self.lines["?"]

    @property
    def reverse(self) -> tuple[str, ...]:
        return self.lines.get("<", ())

    @property
    def descriptions(self) -> tuple[str, ...]:
        return self.lines.get("=", ())


@dataclass(frozen=True)
class Domain:
    noun: str
    plural: str
    name: str
    again: tuple[str, ...]
    """How an entity is called behind its name; `{last}` is the last word of it."""
    pairs: tuple[str, ...]
    """Statements of two columns, which stand in them by their labels."""
    columns: tuple[Column, ...]


LINKED = ("person", "place", "firm")
"""Domains of what stands as a value in the others."""


@cache
def domains(split: Split) -> dict[str, Domain]:
    """The domains of a split by their nouns; no wording is shared between the splits."""
    folder = files("sleepdoc_model") / "tasks" / "records" / split
    texts = (file.read_text("utf-8") for file in sorted(folder.iterdir(), key=lambda f: f.name))
    found = [_domain(part) for text in texts for part in text.split("## ")[1:]]
    return {domain.noun: domain for domain in found}


def _domain(text: str) -> Domain:
    head, *columns = text.split("\n# ")
    (first, *rest) = head.strip().splitlines()
    noun, plural = first.split(", ")
    fields = dict(line.split(": ", 1) for line in rest if line and line[0] != "&")
    return Domain(
        noun,
        plural,
        fields["name"],
        tuple(fields["again"].split(" | ")),
        tuple(line[2:] for line in rest if line.startswith("& ")),
        tuple(_column(column) for column in columns),
    )


def _column(text: str) -> Column:
    first, *rest = text.strip().splitlines()
    label, pattern = first.split(": ", 1)
    lines: dict[str, tuple[str, ...]] = {}
    for line in filter(None, rest):
        mark, words = line.split(" ", 1)
        lines[mark] = (*lines.get(mark, ()), words)
    return Column(label, pattern, lines)
