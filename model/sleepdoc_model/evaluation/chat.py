"""Does a memory harm answers that have nothing to do with it?

python -m sleepdoc_model.evaluation.chat --heads HEADS --data FAIRYTALEQA --plain GSM8K/test.jsonl
"""

import argparse
import json
import platform
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from sleepdoc_model.evaluation.arms import Score, score
from sleepdoc_model.evaluation.bootstrap import interval
from sleepdoc_model.evaluation.load_checkpoint import load_checkpoint
from sleepdoc_model.evaluation.report import mean_nll
from sleepdoc_model.network import Network
from sleepdoc_model.state import KVCache
from sleepdoc_model.tasks import fairytale, gsm8k
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.data import Lesson, collate
from sleepdoc_model.training.objective import read_and_sleep


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.evaluation.chat",
        description="Plain instructions beside the memory of a story, and without one.",
    )
    parser.add_argument("--heads", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="a FairytaleQA folder")
    parser.add_argument("--plain", type=Path, required=True, help="GSM8K's test.jsonl")
    parser.add_argument("--instructions", type=int, default=100)
    parser.add_argument("--passes", type=int, help="instead of the checkpoint's own number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args()

    network, tokenizer, prefix = load_checkpoint(options.heads)
    passes = options.passes or network.config.sleep.passes
    rng = random.Random(options.seed)
    stories = fairytale.load(options.data, "val")
    asked = rng.sample(gsm8k.load(options.plain), options.instructions)
    examples = [
        Example((rng.choice(rng.choice(stories).sections) + "\n\n",), (question,))
        for question in asked
    ]
    figures = compare(*chat(network, tokenizer, prefix, examples, passes)) | {
        "passes": passes,
        "seed": options.seed,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "torch": torch.__version__,
    }
    low, high = figures["excess_interval"]
    print(f"{figures['instructions']} instructions, answer NLL per token")
    print(f"base {figures['base']:.3f}, with a memory {figures['memory']:.3f}")
    print(f"excess {figures['excess']:+.1%} ({low:+.1%} to {high:+.1%})")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(figures, indent=2) + "\n")


@torch.no_grad()
def chat(
    network: Network,
    tokenizer: Tokenizer,
    prefix: KVCache,
    examples: Sequence[Example],
    passes: int,
    batch: int = 8,
) -> tuple[list[Score], list[Score]]:
    """Scores of the base, and of the network with a memory of each example's text."""
    base: list[Score] = []
    remembering: list[Score] = []
    for first in range(0, len(examples), batch):
        asked = collate(Lesson(examples[first : first + batch]), tokenizer)
        memory = read_and_sleep(network, prefix, asked, passes)
        base += score(network, prefix, asked, None, first)
        remembering += score(network, prefix, asked, memory, first)
    return base, remembering


def compare(base: Sequence[Score], remembering: Sequence[Score]) -> dict[str, Any]:
    """NLL per token of both, and by how much the memory raises it, with a paired interval."""
    pairs = {
        str(b.document): (b, m) for b, m in zip(base, remembering, strict=True)
    }  # one instruction each

    def excess(documents: Sequence[str]) -> float:
        before, after = zip(*(pairs[document] for document in documents), strict=True)
        return mean_nll(after) / mean_nll(before) - 1

    return {
        "instructions": len(base),
        "base": mean_nll(base),
        "memory": mean_nll(remembering),
        "excess": excess(list(pairs)),
        "excess_interval": interval(excess, list(pairs)),
    }


if __name__ == "__main__":
    main()
