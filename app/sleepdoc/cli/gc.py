"""`sleepdoc gc`: give back what nothing needs any more."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import json_option, storage_options
from sleepdoc.cli.output import counted, emit, say


@click.command(cls=Command)
@json_option
@storage_options
def gc(as_json: bool, database: Path) -> None:
    """Remove what nothing needs any more, and give its space back.

    That are documents without a conversation, memories that no conversation can go back to, and
    pages of the database that are empty. Conversations stay as they are.
    """
    from sleepdoc import figures
    from sleepdoc.store import Store

    with Store.open(database) as store:
        gone = store.collect()
    if as_json:
        emit({"documents": gone.documents, "memories": gone.memories, "freed": gone.bytes})
        return
    memories = "1 memory" if gone.memories == 1 else f"{gone.memories:,} memories"
    freed = figures.size(gone.bytes)
    say(f"Removed {counted(gone.documents, 'document')} and {memories}; {freed} freed.")
