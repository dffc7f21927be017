"""`sleepdoc rm`: delete a conversation."""

import sys
from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, notice, say
from sleepdoc.documents.text import one_line
from sleepdoc.errors import UsageError


@click.command(cls=Command)
@name_argument
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
@storage_options
def rm(name: str, yes: bool, as_json: bool, database: Path) -> None:
    """Delete a conversation.

    The stored text of its document goes too if no other conversation needs it. The document's file
    is not touched.
    """
    from sleepdoc import figures
    from sleepdoc.exports.summary import conversation_of
    from sleepdoc.store import Store

    with Store.open(database) as store:
        conversation = conversation_of(store, name)
        found = conversation.name
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(f"There is nobody to ask. To delete {found} use --yes.")
            frees = figures.size(store.sizes().of(conversation))
            question = f"Delete {one_line(found)} and all it remembers ({frees})?"
            if not click.confirm(question, err=True):
                notice("Nothing was deleted.")
                return
        freed = store.delete_conversation(found)
    if as_json:
        emit({"conversation": found, "freed": freed})
    else:
        say(f"Deleted {found}, {figures.size(freed)} freed.")
