"""How much fits into memory, and for how long: exact answers against facts read and windows since.

Beside them what the same network answers with the text in its window, and with another's memory.

python -m sleepdoc_model.evaluation.capacity --heads assets/heads.safetensors --filler FILE
"""

import argparse
import json
import platform
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from sleepdoc_model.drawing import drawing
from sleepdoc_model.evaluation.arms import Score, in_batches, in_window, score
from sleepdoc_model.evaluation.load_checkpoint import load_checkpoint
from sleepdoc_model.evaluation.report import wilson
from sleepdoc_model.network import Network
from sleepdoc_model.state import KVCache, Memory, of_others
from sleepdoc_model.tasks import facts, fairytale
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.data import Batch, Lesson, collate
from sleepdoc_model.training.objective import TapStore, read_and_sleep

FACTS_PER_WINDOW = 16

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.evaluation.capacity")
    parser.add_argument("--heads", type=Path, required=True)
    parser.add_argument("--facts", default="4,16,64", help="facts read, 16 to a window")
    parser.add_argument("--since", default="0,1,2,4,8", help="windows of --filler read since")
    parser.add_argument("--filler", type=Path, required=True, help="any other text")
    parser.add_argument("--documents", type=int, default=32)
    parser.add_argument("--passes", type=int, help="instead of the checkpoint's own number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    parser.add_argument("--plot", type=Path, help="draw them (.svg or .png)")
    options = parser.parse_args()

    network, tokenizer, prefix = load_checkpoint(options.heads)
    benchmark = Capacity(network, tokenizer, prefix, options.filler.read_text("utf-8"))
    passes = options.passes or network.config.sleep.passes
    rows: list[Row] = []
    print("facts since   exact  95 % interval   swapped   full")
    counts, ages = _numbers(options.facts), _numbers(options.since)
    # Forgetting is of what fits easily; capacity is of what was read last.
    for count, since in [(n, ages[0]) for n in counts] + [(counts[0], age) for age in ages[1:]]:
        row = benchmark.measure(count, since, options.documents, passes, options.seed)
        rows.append(row)
        low, high = row["interval"]
        interval = f"{low:6.1%} - {high:6.1%}"
        full = "" if row["full"] is None else f"{row['full']:6.1%}"
        line = f"{count:5} {since:5}  {row['exact']:6.1%}  {interval:15} {row['swapped']:7.1%}"
        print(f"{line} {full:>6}", flush=True)
        if options.out:
            options.out.write_text(json.dumps(_figures(rows, options, passes), indent=1) + "\n")
    if options.plot:
        plot(rows, options.plot)


class Capacity:
    """Asks for facts that were read last, or some windows of other text ago."""

    def __init__(
        self, network: Network, tokenizer: Tokenizer, prefix: KVCache, filler: str
    ) -> None:
        self._network, self._tokenizer, self._prefix, self._filler = (
            network,
            tokenizer,
            prefix,
            filler,
        )
        self._store = TapStore(network, prefix)

    @torch.no_grad()
    def measure(self, count: int, since: int, documents: int, passes: int, seed: int) -> Row:
        """Exact answers about documents of `count` facts, `since` windows after they were read.

        Then with another document's memory, without the text and with all of it in the window.
        """
        own: list[Score] = []
        swapped: list[Score] = []
        full: list[Score] = []
        for lesson in self._lessons(count, since, documents, seed):
            asked = collate(lesson, self._tokenizer)
            memory = read_and_sleep(self._network, self._prefix, asked, passes, self._store)
            own += score(self._network, self._prefix, asked, memory, 0)
            other = of_others(memory)
            swapped += score(self._network, self._prefix, asked, other, 0)
            if not since:
                full += self._in_window(lesson, asked, other)
        right = sum(each.exact for each in own)
        return {
            "facts": count,
            "windows": -(-count // FACTS_PER_WINDOW),
            "since": since,
            "questions": len(own),
            "exact": right / len(own),
            "interval": wilson(right, len(own)),
            "swapped": _exact(swapped),
            "full": _exact(full) if full else None,
        }

    def _in_window(self, lesson: Lesson, asked: Batch, memory: Memory) -> Iterator[Score]:
        texts = [["".join(each.windows)] for each in lesson.examples for _ in each.questions]
        whole = in_window(asked, texts, self._tokenizer)
        for row in range(len(texts)):  # one by one: what was read may be long
            part = slice(row, row + 1)
            one = Batch((), whole.questions[part], whole.labels[part], whole.document[part])
            yield from score(self._network, self._prefix, one, memory, 0)

    def _lessons(self, count: int, since: int, documents: int, seed: int) -> Iterator[Lesson]:
        rng = random.Random(f"capacity/{seed}/{count}")
        examples = [
            facts.make_example(
                rng,
                facts=count,
                windows=-(-count // FACTS_PER_WINDOW),
                questions=min(count, 8),
                split="test",
            )
            for _ in range(documents)
        ]
        after = self._windows(since)
        for _, part in in_batches(examples, 8):
            yield Lesson(part, after=after)

    def _windows(self, count: int) -> list[str]:
        """Long windows of the filler, from its start again when it ends."""
        size = fairytale.WINDOW
        text = self._filler * (count * size // len(self._filler) + 1)
        return [text[start : start + size] for start in range(0, count * size, size)]


def _exact(scores: Sequence[Score]) -> float:
    return sum(each.exact for each in scores) / len(scores)


def plot(rows: Sequence[Row], path: Path) -> None:
    """Draw both curves."""
    with drawing(path, 1, 2, size=(8, 2.6), sharey="row") as (axes,):
        newest = min(row["since"] for row in rows)
        fewest = min(row["facts"] for row in rows)
        curves = (
            ("facts", "facts read", [row for row in rows if row["since"] == newest]),
            ("since", "windows read since", [row for row in rows if row["facts"] == fewest]),
        )
        for axis, (name, label, points) in zip(axes, curves, strict=True):
            at = [point[name] for point in points]
            exact = [point["exact"] for point in points]
            errors = [
                [value - point["interval"][0] for value, point in zip(exact, points, strict=True)],
                [point["interval"][1] - value for value, point in zip(exact, points, strict=True)],
            ]
            axis.errorbar(at, exact, yerr=errors, marker="o", capsize=3, label="own memory")
            axis.plot(at, [point["swapped"] for point in points], "0.6", label="another's")
            if name == "facts":
                ceiling = [point["full"] for point in points]
                axis.plot(at, ceiling, "0.6", linestyle=":", label="text in the window")
            axis.set_xlabel(label)
            axis.set_ylim(0, 1)
        axes[0].set_ylabel("exact answers")
        axes[0].legend(frameon=False)


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def _figures(rows: list[Row], options: argparse.Namespace, passes: int) -> dict[str, Any]:
    return {
        "rows": rows,
        "documents": options.documents,
        "passes": passes,
        "seed": options.seed,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "torch": torch.__version__,
    }


if __name__ == "__main__":
    main()
