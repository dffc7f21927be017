"""Do more passes do good? Checkpoints, or numbers of passes, on the same questions.

Beside each arm what it answers with another document's memory.

python -m sleepdoc_model.evaluation.passes two-hop --arm runs/hops-1/heads.safetensors:1 \
    --arm runs/hops-4/heads.safetensors:4
"""

import argparse
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from sleepdoc_model.evaluation.arms import Score, in_batches, score
from sleepdoc_model.evaluation.bootstrap import interval
from sleepdoc_model.evaluation.load_checkpoint import load_checkpoint
from sleepdoc_model.evaluation.made_up import made_up
from sleepdoc_model.evaluation.report import mean_nll, wilson
from sleepdoc_model.network import Network
from sleepdoc_model.state import KVCache, of_others
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.data import Lesson, collate
from sleepdoc_model.training.objective import read_and_sleep

Pairs = dict[str, list[tuple[Score, Score]]]
"""By document: every question's scores of the first arm and of this one."""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.evaluation.passes",
        description="Exact answers and NLL of several arms, and their difference from the first.",
    )
    parser.add_argument("task", choices=("two-hop", "facts"))
    parser.add_argument(
        "--arm", action="append", required=True, metavar="HEADS:N", help="checkpoint and passes"
    )
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--size", type=int, default=4, help="pairs or facts of a document")
    parser.add_argument("--windows", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()

    examples = made_up(
        options.task,
        documents=options.documents,
        size=options.size,
        windows=options.windows,
        questions=4,
        seed=options.seed,
    )
    scores: dict[str, list[Score]] = {}
    swapped: dict[str, list[Score]] = {}
    for arm in options.arm:
        heads, _, passes = arm.rpartition(":")
        network, tokenizer, prefix = load_checkpoint(Path(heads))
        name = f"{Path(heads).parent.name} N={passes}"
        scores[name], swapped[name] = ask(network, tokenizer, prefix, examples, int(passes))
    figures = compare(scores, swapped) | {
        "task": options.task,
        "size": options.size,
        "windows": options.windows,
        "documents": options.documents,
        "seed": options.seed,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "torch": torch.__version__,
    }
    print(table(figures))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(figures, indent=2) + "\n")


@torch.no_grad()
def ask(
    network: Network,
    tokenizer: Tokenizer,
    prefix: KVCache,
    examples: Sequence[Example],
    passes: int,
    batch: int = 16,
) -> tuple[list[Score], list[Score]]:
    """Scores of all questions, from memory alone: the document's own, and another's."""
    own: list[Score] = []
    swapped: list[Score] = []
    for first, part in in_batches(examples, batch):
        asked = collate(Lesson(part), tokenizer)
        memory = read_and_sleep(network, prefix, asked, passes)
        own += score(network, prefix, asked, memory, first)
        swapped += score(network, prefix, asked, of_others(memory), first)
    return own, swapped


def compare(
    scores: Mapping[str, Sequence[Score]], swapped: Mapping[str, Sequence[Score]]
) -> dict[str, Any]:
    """Figures of every arm; less NLL and more exact answers than the first, with paired intervals
    over documents."""
    base = next(iter(scores.values()))
    arms = {}
    for name, rows in scores.items():
        pairs: Pairs = {}
        for before, after in zip(base, rows, strict=True):
            pairs.setdefault(str(before.document), []).append((before, after))

        def nll(documents: Sequence[str], pairs: Pairs = pairs) -> float:
            before, after = zip(*(pair for d in documents for pair in pairs[d]), strict=True)
            return mean_nll(before) - mean_nll(after)

        def exact(documents: Sequence[str], pairs: Pairs = pairs) -> float:
            drawn = [pair for d in documents for pair in pairs[d]]
            return sum(after.exact - before.exact for before, after in drawn) / len(drawn)

        right, known = sum(row.exact for row in rows), list(pairs)
        arms[name] = {
            "exact": right / len(rows),
            "exact_interval": list(wilson(right, len(rows))),
            "nll_per_token": mean_nll(rows),
            "swapped_exact": sum(row.exact for row in swapped[name]) / len(rows),
            "swapped_nll_per_token": mean_nll(swapped[name]),
            "less_nll": nll(known),
            "less_nll_interval": interval(nll, known),
            "more_exact": exact(known),
            "more_exact_interval": interval(exact, known),
        }
    return {"questions": len(base), "arms": arms}


def table(figures: Mapping[str, Any]) -> str:
    """A line per arm."""
    lines = [
        f"{'arm':20} {'exact':>7} {'NLL/token':>9}  {'swapped':>7} {'NLL/token':>9}  "
        f"{'more exact':>22}  {'less NLL':>22}"
    ]
    for name, row in figures["arms"].items():
        (a, b), (c, d) = row["more_exact_interval"], row["less_nll_interval"]
        more = f"{row['more_exact']:+.1%} ({a:+.1%} to {b:+.1%})"
        less = f"{row['less_nll']:+.3f} ({c:+.3f} to {d:+.3f})"
        lines.append(
            f"{name:20} {row['exact']:7.1%} {row['nll_per_token']:9.3f}  "
            f"{row['swapped_exact']:7.1%} {row['swapped_nll_per_token']:9.3f}  "
            f"{more:>22}  {less:>22}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
