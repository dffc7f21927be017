"""Options that several commands have."""

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sleepdoc import locations
from sleepdoc.cli.command import set_verbose
from sleepdoc.settings import settings
from sleepdoc_model.load import BUILT_IN, DEFAULT_MODEL

if TYPE_CHECKING:
    from sleepdoc.reading.model_process import ModelProcess
    from sleepdoc.reading.service import OpenOptions
    from sleepdoc_model.engine import Engine
    from sleepdoc_model.tokenizer import Tokenizer

STANDARD_INPUT = "-"
"""What names standard input among files."""

_Function = Callable[..., Any]


@dataclass(frozen=True)
class ModelChoice:
    """Which model to load, where, and with what seed."""

    model: str | None
    """None: the conversation's own, or `preferred` for a new one."""
    device: str | None
    """None: the best there is."""
    seed: int
    ocr: bool = False
    """Whether scanned pages are read by a program that recognises text."""
    preferred: str | None = None
    """Of the settings, for a new conversation. None: the default model."""

    def options(self, target: str, database: Path, *, passes: int | None = None) -> "OpenOptions":
        """What to open with this model; ``-`` is read from standard input here and now.

        Raises:
            DocumentError: nothing is piped in, or too much.
        """
        from sleepdoc.documents.reader import spooled
        from sleepdoc.reading.service import OpenOptions

        source = spooled(sys.stdin.buffer) if target == STANDARD_INPUT else target
        return OpenOptions(
            source,
            database,
            model=_found(self.model),
            preferred=lambda: _found(self.preferred) or DEFAULT_MODEL,
            device=self.device,
            seed=self.seed,
            passes=passes or settings()["passes"] or None,
            sleep_at=settings()["sleep_at"],
            ocr=self.ocr,
        )

    def process(self) -> "ModelProcess":
        """One that gets ready for the model while the rest of this program does."""
        from sleepdoc.reading.model_process import ModelProcess

        named = self.model or self.preferred or DEFAULT_MODEL
        return ModelProcess(ahead=not named.startswith("scripted"))

    @property
    def found(self) -> str | None:
        """The model for whatever is no conversation of old, as it can be found again from any
        folder: a built-in id, or a file's path.

        Raises:
            ModelError: there is no such file, and none that the catalogue knows by that name.
            UsageError: there are several.
        """
        return _found(self.model or self.preferred)

    def load(self, window: int | None = None) -> "tuple[Engine, Tokenizer]":
        """Load the model into this process; None is the window it was made for.

        Raises:
            ModelError: it is not there, or cannot be loaded.
        """
        from sleepdoc.errors import ModelError
        from sleepdoc_model import processor
        from sleepdoc_model.load import ModelUnavailable, load

        processor.settle()

        try:
            return load(
                self.found or DEFAULT_MODEL,
                files=locations.model_files(),
                device=self.device,
                seed=self.seed,
                window=window,
            )
        except ModelUnavailable as error:
            raise ModelError(str(error)) from error


def _found(model: str | None) -> str | None:
    """A model as of `ModelChoice.found`."""
    if not model or model.partition(":")[0] in BUILT_IN:
        return model
    from sleepdoc.models.catalogue import find

    return str(find(model))


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


data_option = click.option(
    "--data",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Documents and questions, one JSON object per line.",
)
results_option = click.option(
    "--results",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep every answer here, and go on from what is there.",
)


device_option = click.option(
    "--device", type=click.Choice(["cpu", "cuda", "mps"]), help="Where to run it."
)


def model_options(function: _Function) -> _Function:
    """Give a command ``--model``, ``--device`` and ``--seed``, as `choice`."""

    @click.option(
        "--model",
        metavar="ID|PATH",
        help="Model to use. [env, of a new conversation: SLEEPDOC_MODEL]",
    )
    @device_option
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
        preferred = settings().chosen("model") or None
        choice = ModelChoice(model, device, seed, preferred=preferred)
        return function(*arguments, choice=choice, **options)

    return command


def ocr_option(function: _Function) -> _Function:
    """Give a command with `model_options` above it ``--ocr``, kept in its `choice`."""

    @click.option("--ocr", is_flag=True, help="Read scanned pages of a PDF with Tesseract.")
    @functools.wraps(function)
    def command(*arguments: Any, choice: ModelChoice, ocr: bool, **options: Any) -> Any:
        return function(*arguments, choice=replace(choice, ocr=ocr), **options)

    return command


def _names(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Conversations whose names go on from what is typed, for the shell's completion."""
    from sleepdoc.errors import SleepdocError
    from sleepdoc.store import Store

    try:
        with Store.open(locations.database()) as store:
            return [each.name for each in store.conversations() if each.name.startswith(begun)]
    except SleepdocError:
        return []


def numbers(_ctx: click.Context, _parameter: click.Parameter, value: str) -> tuple[int, ...]:
    """Callback of an option: whole numbers of at least 1, with commas between."""
    try:
        numbers = tuple(int(each) for each in value.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        raise click.BadParameter(f"{value!r} is not a list such as 1,2,4")
    return tuple(dict.fromkeys(numbers))


name_argument = click.argument("name", metavar="NAME|FILE", shell_complete=_names)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")

jsonl_option = click.option(
    "--jsonl", "as_jsonl", is_flag=True, help="Print every event as one line of JSON."
)
