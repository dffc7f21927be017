"""Events as lines of JSON, for programs that follow what happens."""

import dataclasses
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from sleepdoc.cli.progress import Show
from sleepdoc.exports.schema import SCHEMA
from sleepdoc.reading.events import Event

_LEFT_OUT = {"document", "messages"}
"""Whole texts, which `page` and `show` print."""


def line(event: Event) -> str:
    """One event: its name as ``event``, and its fields."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    fields = {
        field.name: getattr(event, field.name)
        for field in dataclasses.fields(event)
        if field.name not in _LEFT_OUT
    }
    return json.dumps({"v": SCHEMA, "event": name, **fields}, default=_plain)


@contextmanager
def printing() -> Iterator[Show]:
    """What to call with every event: it goes to stdout."""
    yield lambda event: click.echo(line(event))


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
