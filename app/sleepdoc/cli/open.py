"""`sleepdoc open`: the application."""

import os
import sys
from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import (
    STANDARD_INPUT,
    ModelChoice,
    model_options,
    ocr_option,
    storage_options,
)
from sleepdoc.errors import UsageError

_NO_TERMINAL = "There is no terminal to open the application in; use sleepdoc ask."


@click.command("open", cls=Command)
@click.argument("target", metavar="FILE|NAME|-")
@model_options
@ocr_option
@storage_options
@click.pass_context
def open_(ctx: click.Context, target: str, choice: ModelChoice, database: Path) -> None:
    """Read and ask in the application."""
    piped = target == STANDARD_INPUT
    if not (sys.stdout.isatty() and (piped or sys.stdin.isatty())):
        raise UsageError(_NO_TERMINAL)
    from multiprocessing import resource_tracker

    from sleepdoc.app import run
    from sleepdoc.documents.reader import STANDARD_INPUT as STANDARD_INPUT_NAME
    from sleepdoc.reading.runner import Runner
    from sleepdoc.reading.service import OpenConversation

    # While Textual has the terminal there is no stderr to hand to a tracker started then.
    resource_tracker.ensure_running()
    conversation = OpenConversation(choice.options(target, database))
    if piped:
        _take_the_terminal()
    name = STANDARD_INPUT_NAME if piped else target
    ctx.exit(run(lambda deliver: Runner(deliver, conversation), name))


def _take_the_terminal() -> None:
    """Let the keyboard be standard input, now that the pipe has been read to its end."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise UsageError(_NO_TERMINAL) from error
    os.dup2(terminal, sys.stdin.fileno())
    os.close(terminal)
