"""`sleepdoc resume`: go on with a conversation in the application."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.open import open_in_terminal
from sleepdoc.cli.options import ModelChoice, model_options, storage_options
from sleepdoc.cli.output import NOTHING_YET
from sleepdoc.errors import NotFoundError


@click.command(cls=Command)
@click.argument("name", metavar="NAME|FILE", required=False)
@model_options
@storage_options
@click.pass_context
def resume(ctx: click.Context, name: str | None, choice: ModelChoice, database: Path) -> None:
    """Go on with a conversation, the last one if none is named; `sleepdoc -c` is the same."""
    from sleepdoc.store import Store

    if name is None:
        with Store.open(database) as store:
            latest = next(iter(store.conversations()), None)
        if latest is None:
            raise NotFoundError(NOTHING_YET)
        name = latest.name
    ctx.exit(open_in_terminal(choice, database, name))
