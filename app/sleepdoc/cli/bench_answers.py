"""`sleepdoc bench answers`: how often a person's question about a document is answered rightly."""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import (
    ModelChoice,
    data_option,
    json_option,
    model_options,
    results_option,
)
from sleepdoc.cli.output import emit, notice, say
from sleepdoc.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from sleepdoc.evaluation.answers import Arm, Line, Row
    from sleepdoc.evaluation.results import Results

_COLUMNS = (
    "questions",
    "f1",
    "exact",
    "page_recalled",
    "evidence_recalled",
    "first_page",
    "verified",
    "verified_wrong",
    "says_absent",
    "first_token",
    "seconds",
)


@click.command(cls=Command)
@data_option
@click.option(
    "--documents",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the files of the documents lie; beside the data if left out.",
)
@click.option("--arms", default="shipped", show_default=True, metavar="NAME,NAME")
@results_option
@click.option(
    "--recall",
    type=click.IntRange(50, 700),
    metavar="TOKENS",
    help="Recall so much text, if not as much as usual.",
)
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Keep the conversations here, so that no document is read twice.",
)
@click.option("--show", is_flag=True, help="Print every question with its answer.")
@json_option
@model_options
def answers(
    data: Path,
    documents: Path | None,
    arms: str,
    results: Path | None,
    recall: int | None,
    database: Path | None,
    show: bool,
    as_json: bool,
    choice: ModelChoice,
) -> None:
    """Open documents, read them, and ask what people ask.

    Every line of FILE: {"id", "file" or "document", "questions": [{"question", "answers", "kind",
    "evidence", "index"}]}. Arms: shipped, as `ask` answers; closed, from memory alone.
    """
    from sleepdoc.evaluation.answers import figures, read_lines
    from sleepdoc.evaluation.results import Results

    lines, chosen = read_lines(data), _arms(arms)
    folder = documents or data.parent
    of = _of(data, lines, folder, choice, recall)
    kept = Results(results, of) if results else None
    rows = []
    for row in _rows(lines, folder, chosen, kept, recall, database, choice):
        rows.append(row)
        if show:
            notice(f"{row.kind}: {row.question} | {row.answer} | {row.verdict}, {row.f1:.2f}")
    found = figures(rows)
    if as_json:
        emit({**of, "figures": found})
    else:
        for arm, kinds in found.items():
            say(_table(arm, kinds))


def _arms(text: str) -> "tuple[Arm, ...]":
    from sleepdoc.evaluation.answers import ARMS

    named = text.split(",")
    for name in named:
        if name not in ARMS:
            raise UsageError(f"There is no arm {name!r}; there are {', '.join(ARMS)}.")
    return tuple(arm for arm in ARMS if arm in named)


def _rows(
    lines: "list[Line]",
    folder: Path,
    arms: "tuple[Arm, ...]",
    results: "Results | None",
    recall: int | None,
    database: Path | None,
    choice: ModelChoice,
) -> "Iterator[Row]":
    from sleepdoc.evaluation.answers import Row, answers

    before = [Row(**row) for row in results.known] if results else []
    yield from before
    done = {row.key for row in before}
    with tempfile.TemporaryDirectory() as scratch:
        for line in lines:
            target = folder / line.file if line.file else _written(line, Path(scratch))
            options = replace(
                choice.options(str(target), database or Path(scratch) / "bench.db"),
                recall=recall or 0,
            )
            try:
                for row in answers(line, options, arms, done):
                    if results:
                        results.add([asdict(row)])
                    yield row
            except DocumentError as error:
                notice(f"{error} Left out.")


def _written(line: "Line", scratch: Path) -> Path:
    """The text of a document as a file, with the same name whenever its text is the same."""
    path = scratch / f"{hashlib.sha256(line.document.encode()).hexdigest()[:16]}.txt"
    path.write_text(line.document, "utf-8")
    return path


def _of(
    data: Path, lines: "list[Line]", folder: Path, choice: ModelChoice, recall: int | None
) -> dict[str, object]:
    """What the figures are of."""
    from sleepdoc.evaluation.results import reader_of, sha256_of
    from sleepdoc_model.evaluation.identity import identity

    named = {line.file: folder / line.file for line in lines if line.file}
    named |= {"questions": data}
    info = choice.load()[0].info
    # A document that is missing is left out, and its questions are there when it is.
    hashes = {name: sha256_of(path) for name, path in named.items() if path.exists()}
    return identity(info, hashes | reader_of(info), {"recall": recall, "seed": choice.seed})


def _table(arm: str, kinds: dict[str, dict[str, object]]) -> str:
    rows = [f"{arm:10}" + "".join(f"{name.replace('_', ' '):>18}" for name in _COLUMNS)]
    for kind, found in kinds.items():
        cells = (found.get(name) for name in _COLUMNS)
        rows.append(f"{kind:10}" + "".join(f"{_cell(value):>18}" for value in cells))
    return "\n".join(rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.3f}"
