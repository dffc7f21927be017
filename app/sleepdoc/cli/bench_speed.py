"""`sleepdoc bench speed`: how fast the model is here, and how much memory it takes."""

import dataclasses
import platform
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sleepdoc import locations
from sleepdoc.cli.command import Command
from sleepdoc.cli.options import ModelChoice, json_option, model_options, numbers
from sleepdoc.cli.output import emit, notice, say, table
from sleepdoc.errors import DocumentError

if TYPE_CHECKING:
    from sleepdoc.evaluation.speed import Row
    from sleepdoc.reading.client import EngineClient

_SAMPLE = "sample/the-five-orange-pips.md"
_COLUMNS = {
    "start": ("start s", "{:.2f}"),
    "first_token": ("first token s", "{:.2f}"),
    "decoding": ("decoding tok/s", "{:.1f}"),
    "prefill": ("prefill tok/s", "{:.0f}"),
    "reading": ("reading tok/s", "{:.0f}"),
    "sleep": ("sleep s", "{:.2f}"),
    "resume": ("resume s", "{:.2f}"),
    "peak_mib": ("peak MiB", "{:.0f}"),
}


@click.command(cls=Command)
@click.option(
    "--windows",
    callback=numbers,
    default="1,10,50",
    show_default=True,
    metavar="N,N,...",
    help="Measure after so many windows.",
)
@click.option(
    "--tokens",
    type=click.IntRange(2),
    default=48,
    show_default=True,
    metavar="N",
    help="Tokens of an answer.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    metavar="N",
    help="Answers to take the median of.",
)
@click.option(
    "--beside",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Measure again beside N busy processes.",
)
@click.option(
    "--text",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Text to read, repeated as needed; the sample if left out.",
)
@click.option("--alone", is_flag=True, help="Leave out llama.cpp on the same base.")
@json_option
@model_options
def speed(
    windows: tuple[int, ...],
    tokens: int,
    repeats: int,
    beside: int,
    text: Path | None,
    alone: bool,
    as_json: bool,
    choice: ModelChoice,
) -> None:
    """Measure start, first token, decoding, reading, sleep, resume and memory.

    Of the default model's base the same is measured with llama.cpp, which reads without sleeping.
    Only figures of one run can be compared.
    """
    from sleepdoc.evaluation.speed import Plan, measure, ratios
    from sleepdoc_model import processor
    from sleepdoc_model.load import DEFAULT_MODEL

    plan = Plan(_text(text), windows, tokens, repeats)
    model = choice.found or DEFAULT_MODEL
    models = [(model, Path(model).stem)]
    if model == DEFAULT_MODEL and not alone and find_spec("llama_cpp"):
        from sleepdoc_model.base_file import base_path

        models.append((str(base_path()), "llama.cpp"))
    rows: list[Row] = []
    for others in dict.fromkeys((0, beside)):
        for each, name in models:
            for row in measure(partial(_client, each, choice), name, plan, others):
                rows.append(row)
                notice(f"{name}, {others} beside: {row.windows} windows")
    if as_json:
        emit(
            {
                "machine": platform.machine(),
                "cores": processor.cores(),
                "torch": version("torch"),
                "settings": {"windows": windows, "tokens": tokens, "repeats": repeats},
                "rows": [dataclasses.asdict(row) for row in rows],
                "ratios": ratios(rows),
            }
        )
    else:
        say(_table(rows))


def _text(path: Path | None) -> str:
    path = path or locations.asset(_SAMPLE)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path} cannot be read: {error}.") from error
    if not text.strip():
        raise DocumentError(f"{path} has no text.")
    return text


def _client(model: str, choice: ModelChoice) -> "EngineClient":
    from sleepdoc.reading.client import EngineClient

    return EngineClient.shipped(model, device=choice.device, seed=choice.seed)


def _table(rows: "list[Row]") -> str:
    head = ("engine", "beside", "windows", *(title for title, _ in _COLUMNS.values()))
    lines = [head]
    for row in rows:
        cells = (
            "–" if (value := getattr(row, name)) is None else form.format(value)
            for name, (_, form) in _COLUMNS.items()
        )
        lines.append((row.engine, str(row.beside), str(row.windows), *cells))
    return table(lines)
