"""`sleepdoc open`: the application."""

import os
import sys
from collections.abc import Callable
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
from sleepdoc.cli.output import notice
from sleepdoc.cli.private import private_option
from sleepdoc.errors import UsageError

_NO_TERMINAL = "There is no terminal to open the application in; use sleepdoc ask."
_LARGE = 1 << 20
"""Bytes of a file that may take seconds before anything can be shown."""


@click.command("open", cls=Command)
@click.argument("target", metavar="FILE|NAME|-")
@model_options
@ocr_option
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
    if target == STANDARD_INPUT and sys.stdout.isatty():
        return application(choice, database, target)
    if not in_a_terminal():
        raise UsageError(_NO_TERMINAL)
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

    piped = choice.options(target, database).target if target == STANDARD_INPUT else None
    if piped is not None:
        _take_the_terminal()

    def opener(deliver: Callable[[Event], None], wanted: OpenOther) -> Runner:
        chosen = choice if wanted.model is None else replace(choice, model=wanted.model)
        source = piped if piped is not None and wanted.target == STANDARD_INPUT else wanted.target
        options = replace(chosen.options("", database), target=source, anew=wanted.anew)
        return Runner(deliver, OpenConversation(options))

    # While Textual has the terminal there is no stderr to hand to a tracker started then.
    resource_tracker.ensure_running()
    return run(opener, Library(database), target)


def _take_the_terminal() -> None:
    """Let the keyboard be standard input, now that the pipe has been read to its end."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise UsageError(_NO_TERMINAL) from error
    os.dup2(terminal, sys.stdin.fileno())
    os.close(terminal)
