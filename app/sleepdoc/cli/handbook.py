"""`sleepdoc handbook`: the manual, opened like any document, to be asked."""

from pathlib import Path

import click

from sleepdoc import locations
from sleepdoc.cli.command import Command
from sleepdoc.cli.open import open_in_terminal
from sleepdoc.cli.options import ModelChoice, model_options, storage_options
from sleepdoc.cli.private import private_option

_HANDBOOK = "sample/the-sleepdoc-handbook.pdf"


@click.command(cls=Command)
@model_options
@storage_options
@private_option
@click.pass_context
def handbook(ctx: click.Context, choice: ModelChoice, database: Path) -> None:
    """Open the manual, which can be asked."""
    ctx.exit(open_in_terminal(choice, database, str(locations.asset(_HANDBOOK))))
