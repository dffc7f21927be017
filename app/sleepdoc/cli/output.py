"""Printing: data on stdout, notices on stderr, foreign text made safe on the way."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import click

from sleepdoc.documents.text import one_line, safe_display
from sleepdoc.exports.schema import SCHEMA

NOTHING_YET = "No conversations yet. Begin one: sleepdoc open FILE, or sleepdoc handbook"


def notice(text: str) -> None:
    """Say something on stderr."""
    click.echo(safe_display(text), err=True)


def say(text: str, *, newline: bool = True) -> None:
    """Print something on stdout."""
    click.echo(safe_display(text), nl=newline)


def emit(fields: Mapping[str, object]) -> None:
    """Print one JSON object on stdout."""
    click.echo(json.dumps({"v": SCHEMA, **fields}))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell."""
    from rich.cells import cell_len, set_cell_size

    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells)]
    return "\n".join("  ".join(map(set_cell_size, row, widths)).rstrip() for row in cells)


def local(moment: str) -> str:
    """A stored UTC time as local date and time, to the minute."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def counted(count: int, noun: str) -> str:
    """``1 sleep``, ``12,345 tokens``, ``2 passes``."""
    ending = "" if count == 1 else "es" if noun.endswith("s") else "s"
    return f"{count:,} {noun}{ending}"
