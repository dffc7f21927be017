"""`sleepdoc import`: a memory that was exported becomes a conversation."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, storage_options
from sleepdoc.cli.output import emit, say


@click.command("import", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--document",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The document it is of, where it is not stored here.",
)
@json_option
@storage_options
def import_(file: Path, document: Path | None, as_json: bool, database: Path) -> None:
    """Make a conversation of an exported memory.

    The file is verified by its hash. Without the document's text it answers from memory alone.
    """
    from sleepdoc.exports.imports import import_memory
    from sleepdoc.exports.summary import summarise
    from sleepdoc.store import Store

    with Store.open(database) as store:
        summary = summarise(store, import_memory(store, file, document))
    if as_json:
        emit({**summary})
    else:
        text = "with its text" if summary["tokens"] else "its memory alone"
        say(f"{summary['conversation']}: {summary['document']}, {text}.")
