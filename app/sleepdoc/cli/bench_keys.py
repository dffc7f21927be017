"""`sleepdoc bench keys`: how soon a key is shown while the model is busy."""

import tempfile
from pathlib import Path

import click

from sleepdoc import locations
from sleepdoc.cli.command import Command
from sleepdoc.cli.options import ModelChoice, json_option, model_options, verbose_option
from sleepdoc.cli.output import emit, say
from sleepdoc.errors import UsageError

_SAMPLE = "sample/the-five-orange-pips.pdf"
_SOON = 0.05
"""Seconds within which nobody notices a delay."""


@click.command(cls=Command)
@click.option(
    "--document",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What is read meanwhile; the sample document if left out.",
)
@click.option("--presses", type=click.IntRange(1, 300), default=60, show_default=True, metavar="N")
@verbose_option
@json_option
@model_options
def keys(document: Path | None, presses: int, as_json: bool, choice: ModelChoice) -> None:
    """Type while a document is read, and measure when each letter appears.

    The application runs in a pseudo-terminal of 120 by 40, with its model in the worker as ever; a
    letter counts as shown when the terminal has received it.
    """
    try:
        from sleepdoc.evaluation.keys import delays
    except ImportError as error:
        raise UsageError("There are no pseudo-terminals on this system.") from error
    with tempfile.TemporaryDirectory(prefix="sleepdoc-") as directory:
        arguments = ["open", str((document or locations.asset(_SAMPLE)).absolute())]
        arguments += ["--db", str(Path(directory) / "sleepdoc.db"), "--seed", str(choice.seed)]
        arguments += ["--model", choice.found] if choice.found else []
        arguments += ["--device", choice.device] if choice.device else []
        found = sorted(delays(arguments, presses))
    figures = {
        "presses": presses,
        "median": found[len(found) // 2],
        "most": found[-1],
        "within_50_ms": sum(delay <= _SOON for delay in found) / presses,
    }
    if as_json:
        emit({**figures})
    else:
        say(
            f"{presses} keys: half shown within {figures['median'] * 1e3:.0f} ms, all within "
            f"{figures['most'] * 1e3:.0f} ms; {figures['within_50_ms']:.0%} within 50 ms."
        )
