"""`sleepdoc rename`: another name for a conversation."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, say


@click.command(cls=Command)
@name_argument
@click.argument("new")
@json_option
@storage_options
def rename(name: str, new: str, as_json: bool, database: Path) -> None:
    """Give a conversation another name.

    It is made easy to type: "Annual Report" becomes annual-report.
    """
    from sleepdoc.exports.summary import conversation_of
    from sleepdoc.store import Store

    with Store.open(database) as store:
        before = conversation_of(store, name).name
        now = store.rename(before, new).name
    if as_json:
        emit({"conversation": now, "before": before})
    else:
        say(f"{before} is called {now} now.")
