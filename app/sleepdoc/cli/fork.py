"""`sleepdoc fork`: a copy of a conversation, as of a page."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, name_argument, storage_options
from sleepdoc.cli.output import emit, say


@click.command(cls=Command)
@name_argument
@click.option(
    "--at", "page", type=click.IntRange(1), metavar="PAGE", help="As of this page, not as of now."
)
@json_option
@storage_options
def fork(name: str, page: int | None, as_json: bool, database: Path) -> None:
    """Copy a conversation.

    With --at the copy knows what was read up to the nearest sleep at or before that page, and does
    not read on by itself: `sleepdoc ask` answers from that much, `sleepdoc read` goes on. Only the
    memories of the last four sleeps are kept; a copy keeps its own for as long as it is there.
    """
    from sleepdoc.exports.summary import conversation_of
    from sleepdoc.reading.library import Library
    from sleepdoc.store import Store

    with Store.open(database) as store:
        original = conversation_of(store, name).name
    made = Library(database).fork(original, page)
    if as_json:
        emit(
            {
                "conversation": made.name,
                "from": original,
                "page": made.page,
                "sleeps": made.sleeps,
            }
        )
    else:
        say(f"{made.name}: {original} as of page {made.page}, {made.sleeps} sleeps behind it.")
