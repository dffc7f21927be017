"""`sleepdoc open`: the application."""

import sys
from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import ModelChoice, model_options, ocr_option, storage_options
from sleepdoc.errors import UsageError


@click.command("open", cls=Command)
@click.argument("target", metavar="FILE|NAME")
@model_options
@ocr_option
@storage_options
@click.pass_context
def open_(ctx: click.Context, target: str, choice: ModelChoice, database: Path) -> None:
    """Read and ask in the application."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("There is no terminal to open the application in; use sleepdoc ask.")
    from multiprocessing import resource_tracker

    from sleepdoc.app import run
    from sleepdoc.reading.runner import Runner
    from sleepdoc.reading.service import OpenConversation

    # While Textual has the terminal there is no stderr to hand to a tracker started then.
    resource_tracker.ensure_running()
    conversation = OpenConversation(choice.options(target, database))
    ctx.exit(run(lambda deliver: Runner(deliver, conversation), target))
