"""`sleepdoc`, alone: the library."""

from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.open import application, in_a_terminal
from sleepdoc.cli.options import ModelChoice, model_options, storage_options
from sleepdoc.cli.output import say


@click.command(cls=Command)
@model_options
@storage_options
@click.pass_context
def library(ctx: click.Context, choice: ModelChoice, database: Path) -> None:
    """All conversations, in the application; `sleepdoc` alone is the same."""
    if in_a_terminal():
        ctx.exit(application(choice, database))
    say(ctx.find_root().get_help())
