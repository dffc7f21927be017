"""`sleepdoc undo`: take the last sleep back."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, say


@click.command(cls=Command)
@name_argument
@json_option
@storage_options
def undo(name: str, as_json: bool, database: Path) -> None:
    """Go back to before the last sleep.

    What was read since is read again. Undoing again goes back one sleep further. Questions and
    answers stay.
    """
    from sleepdoc.exports.summary import conversation_of
    from sleepdoc.store import Store

    with Store.open(database) as store:
        conversation = conversation_of(store, name)
        with store.lock(conversation):
            step = store.undo(conversation)
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
        say(f"{conversation.name} is back at page {step.position.page}, before its last sleep.")
