"""`sleepdoc ls`: all conversations."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, storage_options
from sleepdoc.cli.output import emit, local, notice, say, table


@click.command(cls=Command)
@json_option
@storage_options
def ls(as_json: bool, database: Path) -> None:
    """List conversations, the latest first."""
    from sleepdoc import figures
    from sleepdoc.exports.summary import summarise
    from sleepdoc.store import Store

    with Store.open(database) as store:
        rows = [summarise(store, conversation) for conversation in store.conversations()]
    if as_json:
        emit({"conversations": rows})
    elif rows:
        cells = [
            (
                row["conversation"],
                f"{row['page']}/{row['pages']}",
                str(row["sleeps"]),
                figures.size(row["size"]),
                local(row["last_used"]),
                Path(row["model"]).name,
                row["document"],
            )
            for row in rows
        ]
        say(table([("NAME", "PAGE", "SLEEPS", "FREES", "LAST USED", "MODEL", "DOCUMENT"), *cells]))
    else:
        notice("No conversations yet. Begin one: sleepdoc open FILE")
