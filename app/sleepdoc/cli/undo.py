"""`sleepdoc undo` and `sleepdoc redo`: take the last sleep back, and take that back."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, say

if TYPE_CHECKING:
    from sleepdoc.store import Conversation, Step, Store


@click.command(cls=Command)
@name_argument
@json_option
@storage_options
def undo(name: str, as_json: bool, database: Path) -> None:
    """Go back to before the last sleep.

    It stays there: `read`, or Esc in the application, reads on, and reads again what was read
    since. Undoing again goes back one sleep further, three at most: older memories are not kept.
    Questions and answers stay.
    """
    from sleepdoc.store import Store

    said = "is back at page {page}, before its last sleep; `sleepdoc read {name}` reads on"
    _step(Store.undo, said, name, as_json, database)


@click.command(cls=Command)
@name_argument
@json_option
@storage_options
def redo(name: str, as_json: bool, database: Path) -> None:
    """Take the last undo back.

    Redoing again takes back the undo before that one, as long as nothing else was done since.
    """
    from sleepdoc.store import Store

    _step(Store.redo, "is at page {page} again, as before the undo", name, as_json, database)


def _step(
    move: "Callable[[Store, Conversation], Step]",
    said: str,
    name: str,
    as_json: bool,
    database: Path,
) -> None:
    """Move a conversation along its steps, and say where it is now."""
    from sleepdoc.exports.summary import conversation_of
    from sleepdoc.store import Store

    with Store.open(database) as store:
        conversation = conversation_of(store, name)
        with store.lock(conversation):
            step = move(store, conversation)
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
        page, name = step.position.page, conversation.name
        say(f"{name} {said.format(page=page, name=name)}.")
