"""`sleepdoc models test`: does a model remember what it slept on?"""

import random
from typing import TYPE_CHECKING

import click

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import ModelChoice, device_option, json_option, verbose_option
from sleepdoc.cli.output import emit, notice, say

if TYPE_CHECKING:
    from sleepdoc_model.evaluation.documents import Document

_FACTS = 4
_CONTROLS = ("swapped", "empty", "full-own", "full-none")


@click.command("test", cls=Command)
@click.argument("name", metavar="ID|PATH")
@click.option("--documents", type=click.IntRange(2), default=8, show_default=True, metavar="N")
@device_option
@verbose_option
@json_option
def test(name: str, documents: int, device: str | None, as_json: bool) -> None:
    """Measure what a model remembers of short facts after a sleep.

    Beside it stand what it answers with the text in its window, from another document's memory,
    and from none. The result is kept as the model's card.
    """
    from sleepdoc.cli.bench_table import bench_table
    from sleepdoc.errors import ModelError
    from sleepdoc.models.card import Card
    from sleepdoc_model.evaluation.comparison import compare
    from sleepdoc_model.evaluation.memory import MemoryBenchmark, Settings

    engine, tokenizer = ModelChoice(name, device, seed=0).load()
    if not engine.info.remembers:
        raise ModelError(engine.info.reasons[-1])
    settings = Settings((engine.info.passes,), _CONTROLS, room=512)
    benchmark = MemoryBenchmark(engine, tokenizer, settings)
    results = []
    for number, (_, rows) in enumerate(benchmark.run(_documents(documents)), start=1):
        notice(f"{number} of {documents} documents")
        results += rows
    figures = compare(results, f"n{benchmark.standard}")
    card = Card.of(engine.info.fingerprint, figures)
    path = card.keep()
    if as_json:
        emit({"model": engine.info.model, "card": str(path), **figures})
    else:
        say(f"{bench_table(figures)}\n\n{card.sentence}")


def _documents(count: int) -> "list[Document]":
    """Facts about people whom no model knows; the same ones for every model."""
    from sleepdoc_model.evaluation.documents import of_example
    from sleepdoc_model.tasks import facts

    found = []
    for number in range(count):
        rng = random.Random(f"card/{number}")
        made = facts.make_example(rng, facts=_FACTS, windows=1, questions=_FACTS, split="test")
        found.append(of_example(str(number), made))
    return found
