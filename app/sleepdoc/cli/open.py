"""`sleepdoc open`: the application."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import ModelChoice, model_options, storage_options
from sleepdoc.cli.output import notice
from sleepdoc.cli.private import private_option
from sleepdoc.errors import UsageError

_LARGE = 1 << 20
"""Bytes of a file that may take seconds before anything can be shown."""


@click.command("open", cls=Command)
@click.argument("target", metavar="FILE|NAME")
@model_options
@storage_options
@private_option
@click.pass_context
def open_(ctx: click.Context, target: str, choice: ModelChoice, database: Path) -> None:
    """Read and ask in the application."""
    ctx.exit(open_in_terminal(choice, database, target))


def open_in_terminal(choice: ModelChoice, database: Path, target: str) -> int:
    """Find out what is wrong while one line can still say it, then run the application.

    Raises:
        UsageError: there is no terminal.
    """
    if not in_a_terminal():
        raise UsageError("There is no terminal to open the application in; use sleepdoc ask.")
    from sleepdoc.reading.service import check

    if os.path.isfile(target) and os.path.getsize(target) > _LARGE:
        notice(f"Taking the text out of {os.path.basename(target)}, unless that was done before")
    check(choice.options(target, database))
    return application(choice, database, target)


def in_a_terminal() -> bool:
    """Whether there is somebody to show the application to."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def application(choice: ModelChoice, database: Path, target: str | None = None) -> int:
    """Run the application; without a target it begins with the library.

    Returns:
        The exit code of the process.
    """
    from dataclasses import replace
    from multiprocessing import resource_tracker

    from sleepdoc.app import run
    from sleepdoc.reading.events import Event
    from sleepdoc.reading.library import Library
    from sleepdoc.reading.runner import Runner
    from sleepdoc.reading.service import OpenConversation
    from sleepdoc.screens.wire import OpenOther

    def opener(deliver: Callable[[Event], None], wanted: OpenOther) -> Runner:
        chosen = choice if wanted.model is None else replace(choice, model=wanted.model)
        options = replace(chosen.options("", database), target=wanted.target, anew=wanted.anew)
        return Runner(deliver, OpenConversation(options))

    # While Textual has the terminal there is no stderr to hand to a tracker started then.
    resource_tracker.ensure_running()
    return run(opener, Library(database), target)
