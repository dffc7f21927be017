"""`sleepdoc search`: words in a document's text, without the model."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, notice, say
from sleepdoc.documents.text import one_line

if TYPE_CHECKING:
    from sleepdoc.reading.text_find import Hit


@click.command(cls=Command)
@name_argument
@click.argument("text")
@json_option
@storage_options
def search(name: str, text: str, as_json: bool, database: Path) -> None:
    """Find words in the stored text of a document.

    All places, with page and line; upper and lower case, accents and line ends do not matter.
    """
    from sleepdoc.exports.summary import document_of
    from sleepdoc.reading.text_find import find
    from sleepdoc.store import Store

    with Store.open(database) as store:
        hits = find(document_of(store, name), text)
    if as_json:
        found = [
            {
                "page": hit.page,
                "label": hit.label,
                "line": hit.line,
                "start": hit.span.start,
                "end": hit.span.end,
                "text": hit.before + hit.match + hit.after,
            }
            for hit in hits
        ]
        emit({"hits": found})
    elif hits:
        for line in dict.fromkeys(map(_line, hits)):
            say(line)
    else:
        notice(f"{text!r} is not in the text.")


def _line(hit: "Hit") -> str:
    """A line of the text, which is told once however many hits it has."""
    line = " ".join((hit.before + hit.match + hit.after).split())
    return f"p. {one_line(hit.label)}, line {hit.line}: {one_line(line)}"
