"""`sleepdoc page`: the stored text of a page."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, say
from sleepdoc.errors import UsageError


@click.command(cls=Command)
@name_argument
@click.argument("page", metavar="N")
@json_option
@storage_options
def page(name: str, page: str, as_json: bool, database: Path) -> None:
    """Print a page, by its label or number."""
    from sleepdoc.exports.summary import document_of
    from sleepdoc.reading.page_number import page_number
    from sleepdoc.store import Store

    with Store.open(database) as store:
        document = document_of(store, name)
    number = page_number(document, page)
    if number is None:
        raise UsageError(f"There is no page {page!r}; there are {len(document.pages)}.")
    found = document.pages[number - 1]
    if as_json:
        emit({"page": found.number, "label": found.label, "text": found.text})
    else:
        say(found.text)
