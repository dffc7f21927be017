"""`sleepdoc ls`: all conversations."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, storage_options
from sleepdoc.cli.output import NOTHING_YET, emit, local, notice, say, table


@click.command(cls=Command)
@json_option
@storage_options
def ls(as_json: bool, database: Path) -> None:
    """List conversations, the latest first.

    FREES is what deleting one frees: its memories and its document's text, unless others share
    them.
    """
    from sleepdoc import figures
    from sleepdoc.errors import StorageError
    from sleepdoc.exports.summary import Summary, summarise
    from sleepdoc.store import Store

    rows: list[Summary] = []
    damaged: list[dict[str, str]] = []
    with Store.open(database) as store:
        sizes = store.sizes()
        for conversation in store.conversations():
            try:
                rows.append(summarise(store, conversation, sizes))
            except StorageError as error:  # no reason to hide the others
                damaged.append({"conversation": conversation.name, "problem": str(error)})
    if as_json:
        emit({"conversations": [*rows, *damaged]})
    elif rows or damaged:
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
        cells += [(each["conversation"], "damaged", "", "", "", "", "") for each in damaged]
        say(table([("NAME", "PAGE", "SLEEPS", "FREES", "LAST USED", "MODEL", "DOCUMENT"), *cells]))
        for each in damaged:
            notice(f"{each['conversation']}: {each['problem']}")
        notice(f"{figures.size(database.stat().st_size)} in {database}")
    else:
        notice(NOTHING_YET)
