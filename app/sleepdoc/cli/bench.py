"""`sleepdoc bench`: what a model's memory is worth, beside its controls."""

import dataclasses
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleepdoc.cli.bench_answers import answers
from sleepdoc.cli.bench_keys import keys
from sleepdoc.cli.bench_speed import speed
from sleepdoc.cli.command import Command
from sleepdoc.cli.options import (
    ModelChoice,
    data_option,
    json_option,
    model_options,
    numbers,
    results_option,
    verbose_option,
)
from sleepdoc.cli.output import emit, notice, say

if TYPE_CHECKING:
    from sleepdoc_model.engine import Engine
    from sleepdoc_model.evaluation.documents import Document
    from sleepdoc_model.evaluation.memory import Result, Settings
    from sleepdoc_model.tokenizer import Tokenizer

_MOST = 8192
"""Longest window for the arm with the whole document: what the embedded base was trained on."""


@click.group()
def bench() -> None:
    """Measure a model."""


bench.add_command(answers)
bench.add_command(keys)
bench.add_command(speed)


@bench.command(cls=Command)
@data_option
@click.option(
    "--passes",
    callback=numbers,
    default="1,2,4,8",
    show_default=True,
    metavar="N,N,...",
    help="Arms that sleep, by passes.",
)
@click.option(
    "--room",
    type=click.IntRange(1),
    metavar="N",
    help="Document tokens per window; as many as in ordinary reading if left out.",
)
@click.option("--arms", metavar="NAME,NAME,...", help="Only these of the controls.")
@results_option
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the figures (.svg or .png).",
)
@verbose_option
@json_option
@model_options
def memory(
    data: Path,
    passes: tuple[int, ...],
    room: int | None,
    arms: str | None,
    results: Path | None,
    plot: Path | None,
    as_json: bool,
    choice: ModelChoice,
) -> None:
    """Ask the same questions with and without what was read.

    Every line of FILE: {"id", "document", "questions": [{"question", "answers": [...]}]}. Each
    document is read window by window, slept on and evicted; then its questions are asked in an
    empty window, and under controls: the whole document in the window, its last window, passages
    found by text search, another document's memory, and none.
    """
    from sleepdoc.cli.bench_table import bench_table
    from sleepdoc.evaluation.results import sha256
    from sleepdoc_model.evaluation.comparison import compare

    documents = _documents(data)
    engine, tokenizer = _load(choice, documents)
    settings = _settings(engine, tokenizer, passes, room, arms)
    info = engine.info
    identity = {
        "model": info.model,
        "fingerprint": info.fingerprint,
        "data": sha256(data),
        "machine": platform.machine(),
        "device": info.device,
        "dtype": info.dtype,
        "torch": version("torch"),
        "settings": dataclasses.asdict(settings),
    }
    found = list(_run(engine, tokenizer, settings, documents, results, identity))
    figures = compare(found)
    if plot:
        from sleepdoc_model.evaluation.memory_plot import plot as draw

        draw(figures, plot)
    if as_json:
        emit({**identity, **figures})
    else:
        say(bench_table(figures))


def _documents(data: Path) -> "list[Document]":
    from sleepdoc.errors import DocumentError
    from sleepdoc_model.evaluation.documents import BadLine, load_documents

    try:
        return load_documents(data)
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{data} cannot be read: {error}.") from error
    except BadLine as error:
        raise DocumentError(f"{error}.") from error


def _load(choice: ModelChoice, documents: "list[Document]") -> "tuple[Engine, Tokenizer]":
    # A token has at least one character, but for a few bytes of rare ones.
    longest = max(len(document.text.encode()) for document in documents)
    return choice.load(window=max(1024, min(_MOST, longest)))


def _settings(
    engine: "Engine",
    tokenizer: "Tokenizer",
    passes: tuple[int, ...],
    room: int | None,
    arms: str | None,
) -> "Settings":
    from sleepdoc.errors import UsageError
    from sleepdoc.reading.budget import Budget
    from sleepdoc_model.evaluation.memory import CONTROLS, Settings

    controls = CONTROLS if arms is None else tuple(filter(None, arms.split(",")))
    if unknown := set(controls) - set(CONTROLS):
        raise UsageError(f"There is no arm {min(unknown)!r}; there are {', '.join(CONTROLS)}.")
    budget = Budget.of(min(1024, engine.info.window), tokenizer.frame)
    most = engine.info.window - len(tokenizer.frame.prefix)
    if room is not None and room > most:
        raise UsageError(f"At most {most} tokens of a document fit into a window.")
    return Settings(passes, controls, room=room or budget.document, recall=budget.recall)


def _run(
    engine: "Engine",
    tokenizer: "Tokenizer",
    settings: "Settings",
    documents: "list[Document]",
    path: Path | None,
    identity: Mapping[str, object],
) -> "Iterator[Result]":
    """What `path` has, then what is missing; a document's results are written all at once."""
    from sleepdoc.evaluation.results import Results
    from sleepdoc_model.evaluation.memory import MemoryBenchmark, Result

    results = Results(path, identity) if path else None
    known = [Result(**row) for row in results.known] if results else []
    yield from known
    done = {row.document for row in known}
    benchmark = MemoryBenchmark(engine, tokenizer, settings)
    for document, rows in benchmark.run(documents, done):
        done.add(document.id)
        notice(f"{document.id}: {len(done)} of {len(documents)}")
        if results:
            results.add(map(dataclasses.asdict, rows))
        yield from rows
