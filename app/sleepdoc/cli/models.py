"""`sleepdoc models`: the models on this machine, and the one verb that fetches another."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.models_test import test
from sleepdoc.cli.options import json_option, verbose_option
from sleepdoc.cli.output import emit, notice, say, table
from sleepdoc.documents.text import one_line, safe_display
from sleepdoc.errors import ModelError, StorageError, UsageError

if TYPE_CHECKING:
    from sleepdoc.models.catalogue import Model
    from sleepdoc.models.hub import HubModel, Repository
    from sleepdoc.models.pull import Report

_SPARE = 256 << 20
"""Bytes that a download leaves free, for the database."""
_HEADING = ("MODEL", "KIND", "SIZE", "QUANTISATION", "MEMORY")


class Models(click.Group):
    """A group that lists when it is not told what to do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Models)
def models() -> None:
    """List the models on this machine, or fetch another."""


@models.command("list", cls=Command)
@json_option
@verbose_option
def list_(as_json: bool) -> None:
    """List the models on this machine.

    They are in the caches of Hugging Face and llama.cpp, in the folders of LM Studio, in the folder
    models in the data directory, and in the folders that SLEEPDOC_MODELS names.
    """
    from sleepdoc.models.catalogue import models
    from sleepdoc_model.gguf.model import available_memory

    available = available_memory()
    found = models()
    if as_json:
        emit({"models": [_fields(model, available) for model in found]})
    else:
        say(table([_HEADING, *(_row(model, available) for model in found)]))


@models.command(cls=Command)
@click.argument("model", metavar="REPO[:FILE]")
@click.option("--revision", metavar="REV", help="Branch, tag or commit. [default: main branch]")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@verbose_option
def pull(model: str, revision: str | None, yes: bool) -> None:
    """Fetch a GGUF model from the Hugging Face hub.

    No other command uses the network. The model goes into the hub's own cache, as it is at that
    revision now. What was cut off goes on where it stopped, and the whole is checked in the end.
    """
    from sleepdoc.models.hub import look_up
    from sleepdoc.models.pull import pull as fetch
    from sleepdoc_model.gguf.model import describe

    name, _, file = model.partition(":")
    repository = look_up(name, revision)
    chosen = repository.model(file) if file else _only(repository)
    if not _announce(repository, chosen) and not yes and not _agreed():
        notice("Nothing was fetched.")
        return
    with _bars() as report:
        path = fetch(repository, chosen, report)
    try:
        described = describe(path)
    except ValueError as error:
        raise ModelError(f"It is here and as the hub has it, but of no use: {error}.") from error
    say(f"{repository.id}:{chosen.name} is here. {described.why_not or 'It can sleep.'}")


models.add_command(test)


def _only(repository: "Repository") -> "HubModel":
    if len(repository.models) == 1:
        return repository.models[0]
    notice(table([(model.name, size(model.size)) for model in repository.models]))
    several = f"{repository.id} has {len(repository.models)} models"
    raise UsageError(f"{several}; add one: sleepdoc models pull {repository.id}:FILE")


def _announce(repository: "Repository", model: "HubModel") -> bool:
    """Say what would be fetched; whether there is nothing to fetch."""
    from sleepdoc.models.pull import free, missing

    needed, (available, folder) = missing(repository, model), free()
    where = f"{repository.id} at {repository.commit[:12]} on {repository.endpoint}"
    notice(one_line(f"{model.name} of {where}"))
    notice(one_line(f"Licence: {repository.licence or 'not named'}"))
    here = "" if needed == model.size else f", {size(model.size - needed)} of them here already"
    notice(one_line(f"{size(model.size)}{here}; {size(available)} free in {folder}"))
    if needed and needed + _SPARE > available:
        raise StorageError(
            f"{model.name} needs {size(needed)} more and {size(available)} are free in {folder}; "
            "make room, or let HF_HOME name another disk."
        )
    return needed == 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("There is nobody to ask. To fetch it use --yes.")
    return click.confirm("Fetch it over the network?", err=True)


@contextmanager
def _bars() -> "Iterator[Report]":
    """A bar per file on a terminal, a line per file anywhere else."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True, highlight=False, markup=False)
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        begun = set()

        def show_line(name: str, done: int, total: int) -> None:
            if name not in begun:
                begun.add(name)
                notice(one_line(f"Fetching {name}, {size(total - done)}"))

        yield show_line
        return
    bars = progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    tasks: dict[str, progress.TaskID] = {}

    def show_bar(name: str, done: int, total: int) -> None:
        if name not in tasks:
            tasks[name] = bars.add_task(safe_display(name), total=total)
        bars.update(tasks[name], completed=done)

    with bars:
        yield show_bar


def _fields(model: "Model", available: int | None) -> dict[str, object]:
    return {
        "id": model.id,
        "path": None if model.path is None else str(model.path),
        "kind": model.kind,
        "can_sleep": model.can_sleep,
        "bytes": model.size,
        "quantisation": model.quantisation,
        "licence": model.licence,
        "memory": model.memory,
        "fits": _fits(model, available),
        "problem": model.problem,
    }


def _row(model: "Model", available: int | None) -> tuple[str, ...]:
    if model.problem:
        return model.id, "cannot be used", size(model.size), "", model.problem
    kind = "can sleep" if model.can_sleep else "text recall only"
    fits = {True: ", fits", False: ", does not fit", None: ""}[_fits(model, available)]
    memory = f"{size(model.memory or 0)}{fits}"
    return model.id, kind, size(model.size), model.quantisation or "", memory


def _fits(model: "Model", available: int | None) -> bool | None:
    """None where it is not known."""
    if model.memory is None or available is None:
        return None
    return model.memory <= available


def size(octets: int) -> str:
    """A number of bytes, up to gigabytes."""
    from sleepdoc import figures

    return f"{octets / 1e9:.1f} GB" if octets >= 1e9 else figures.size(octets)
