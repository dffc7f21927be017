"""`sleepdoc bench`: what a model's memory is worth, beside its controls."""

import dataclasses
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
    from sleepdoc_model.evaluation.memory import Settings
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
    empty window (n1, n2, ... by passes), and under controls: another document's memory (swapped) or
    none (empty); the whole document in the window beside its own memory, none, or another's
    (full-own, full-none, full-other), or alone for the reader (read); its last window
    (last-other); what `ask` recalls (recall); the commonest answer (modal).
    """
    from sleepdoc.cli.bench_table import bench_table
    from sleepdoc.errors import UsageError
    from sleepdoc.evaluation.memory import measured
    from sleepdoc.evaluation.results import reader_of, sha256_of
    from sleepdoc_model.evaluation.comparison import compare
    from sleepdoc_model.evaluation.identity import identity
    from sleepdoc_model.evaluation.memory import MemoryBenchmark, NoOther

    documents = _documents(data)
    engine, tokenizer = _load(choice, documents)
    settings = _settings(engine, tokenizer, passes, room, arms)
    hashes = {"documents": sha256_of(data), **reader_of(engine.info)}
    of = identity(engine.info, hashes, dataclasses.asdict(settings))
    benchmark = MemoryBenchmark(engine, tokenizer, settings)
    try:
        found = list(measured(benchmark, documents, results, of, notice))
    except NoOther as error:
        raise UsageError(f"There is nothing to compare with: {error}.") from error
    figures = compare(found, f"n{benchmark.standard}")
    if plot:
        from sleepdoc_model.evaluation.memory_plot import plot as draw

        draw(figures, plot)
    if as_json:
        emit({**of, **figures})
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
