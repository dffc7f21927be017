"""Options that several commands have."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sleepdoc import locations
from sleepdoc.cli.command import set_verbose

if TYPE_CHECKING:
    from sleepdoc.reading.service import OpenOptions

_Function = Callable[..., Any]


@dataclass(frozen=True)
class ModelChoice:
    """Which model to load, where, and with what seed."""

    model: str | None
    """None: the conversation's own, or the default model for a new one."""
    device: str | None
    """None: the best there is."""
    seed: int

    def options(self, target: str, database: Path, *, passes: int | None = None) -> "OpenOptions":
        """What to open with this model."""
        from sleepdoc.reading.service import OpenOptions

        return OpenOptions(
            target, database, model=self.model, device=self.device, seed=self.seed, passes=passes
        )


verbose_option = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=set_verbose,
    help="Show where an error came from.",
)


def storage_options(function: _Function) -> _Function:
    """Give a command ``--db``, as `database`, and ``-v``."""
    return click.option(
        "--db",
        "database",
        type=click.Path(dir_okay=False, path_type=Path),
        default=locations.database,
        metavar="PATH",
        help="Use this database instead of the one in the data directory.",
    )(verbose_option(function))


def model_options(function: _Function) -> _Function:
    """Give a command ``--model``, ``--device`` and ``--seed``, as `choice`."""

    @click.option(
        "--model",
        envvar="SLEEPDOC_MODEL",
        metavar="ID|PATH",
        help="Model to use. [env: SLEEPDOC_MODEL]",
    )
    @click.option("--device", type=click.Choice(["cpu", "cuda", "mps"]), help="Where to run it.")
    @click.option(
        "--seed",
        type=click.IntRange(0, 2**32 - 1),
        default=0,
        show_default=True,
        metavar="N",
        help="Seed of a new conversation.",
    )
    @functools.wraps(function)
    def command(
        *arguments: Any, model: str | None, device: str | None, seed: int, **options: Any
    ) -> Any:
        return function(*arguments, choice=ModelChoice(model or None, device, seed), **options)

    return command


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
