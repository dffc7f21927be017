"""Measure the default model's memory beside its controls, and how it reads.

python -m sleepdoc_model.evaluation reading --reading DIR --fairytales FAIRYTALEQA
python -m sleepdoc_model.evaluation gists --reading DIR
python -m sleepdoc_model.evaluation facts --heads assets/heads.safetensors
python -m sleepdoc_model.evaluation stories --heads ... --data FAIRYTALEQA
"""

import argparse
import json
import platform
import random
import sys
import time
from pathlib import Path
from typing import get_args

import torch

from sleepdoc_model.evaluation import gists, reading
from sleepdoc_model.evaluation.arms import evaluate
from sleepdoc_model.evaluation.load_checkpoint import load_checkpoint
from sleepdoc_model.evaluation.made_up import Task, made_up
from sleepdoc_model.evaluation.report import summary
from sleepdoc_model.tasks import fairytale
from sleepdoc_model.tasks.types import Example


def main() -> None:
    if sys.argv[1:2] == ["reading"]:
        reading.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["gists"]:
        gists.main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.evaluation", description="Memory figures with controls."
    )
    parser.add_argument("task", choices=(*get_args(Task), "stories"))
    parser.add_argument("--heads", type=Path, required=True, help="checkpoint to measure")
    parser.add_argument("--data", type=Path, help="a FairytaleQA folder, for stories")
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--facts", type=int, default=4, help="facts, or pairs, per document")
    parser.add_argument(
        "--windows", type=int, help="windows a document is cut into: 1, or 2 of two hops"
    )
    parser.add_argument("--after", type=int, default=0, help="windows of --filler read since")
    parser.add_argument("--filler", type=Path, help="any other text")
    parser.add_argument("--passes", type=int, help="instead of the checkpoint's own number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()
    options.windows = options.windows or (2 if options.task == "two-hop" else 1)

    started = time.perf_counter()
    network, tokenizer, prefix = load_checkpoint(options.heads)
    passes = options.passes or network.config.sleep.passes
    scores = evaluate(
        network,
        tokenizer,
        prefix,
        examples(options),
        passes=passes,
        after=filler(options),
    )
    figures = summary(scores) | {
        "task": options.task,
        "seed": options.seed,
        "passes": passes,
        "windows": options.windows,
        "windows_after": options.after,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "torch": torch.__version__,
        "seconds": round(time.perf_counter() - started, 1),
    }
    print_table(figures)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(figures, indent=2) + "\n")


def examples(options: argparse.Namespace) -> list[Example]:
    """The task's documents; facts use names that were never trained on."""
    if options.task != "stories":
        return made_up(
            options.task,
            documents=options.documents,
            size=options.facts,
            windows=options.windows,
            questions=options.facts,
            seed=options.seed,
        )
    if options.data is None:
        raise SystemExit("stories need --data FAIRYTALEQA")
    rng = random.Random(options.seed)
    stories = fairytale.load(options.data, "val")
    return [
        fairytale.make_example(rng, stories, sections=1, windows=options.windows, questions=3)
        for _ in range(options.documents)
    ]


def filler(options: argparse.Namespace) -> list[str]:
    """Long windows of another text, to be read after the documents."""
    if not options.after:
        return []
    if options.filler is None:
        raise SystemExit("--after needs --filler FILE")
    text = options.filler.read_text("utf-8")
    if len(text) < options.after * fairytale.WINDOW:
        raise SystemExit(f"{options.filler.name} is too short for {options.after} windows")
    starts = range(0, options.after * fairytale.WINDOW, fairytale.WINDOW)
    return [text[start : start + fairytale.WINDOW] for start in starts]


def print_table(figures: dict[str, object]) -> None:
    print(f"{figures['documents']} documents, {figures['questions']} questions")
    print(f"{'arm':10} {'exact':>7}  {'95 % interval':15} {'NLL/token':>9}")
    arms = figures["arms"]
    assert isinstance(arms, dict)
    for arm, row in arms.items():
        low, high = row["exact_interval"]
        print(f"{arm:10} {row['exact']:7.1%}  {low:6.1%} - {high:6.1%} {row['nll_per_token']:9.3f}")
    interval = figures["retention_interval"]
    assert isinstance(interval, list)
    print(f"retention {figures['retention']:.2f} ({interval[0]:.2f} - {interval[1]:.2f})")


if __name__ == "__main__":
    main()
