"""`sleepdoc redo`: take the last undo back."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, say


@click.command(cls=Command)
@name_argument
@json_option
@storage_options
def redo(name: str, as_json: bool, database: Path) -> None:
    """Take the last undo back.

    Redoing again takes back the undo before that one, as long as nothing else was done since.
    """
    from sleepdoc.exports.summary import conversation_of
    from sleepdoc.store import Store

    with Store.open(database) as store:
        conversation = conversation_of(store, name)
        with store.lock(conversation):
            step = store.redo(conversation)
    if as_json:
        emit(
            {
                "conversation": conversation.name,
                "page": step.position.page,
                "tokens": step.position.read,
                "snapshot": step.snapshot,
            }
        )
    else:
        say(f"{conversation.name} is at page {step.position.page} again, as before the undo.")
