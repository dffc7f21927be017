"""Do passes that see each other help? Runs of `training.thinking`, on the same unseen documents.

python -m sleepdoc_model.evaluation.thinking --arm runs/one:1 --arm runs/four:4
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sleepdoc_kernels import result_file
from sleepdoc_model.base_file import base_path
from sleepdoc_model.evaluation.bootstrap import ratio, ratio_interval, totals
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.tasks import chains, facts
from sleepdoc_model.tasks.types import Example, Question
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.data import IGNORE, Lesson, collate
from sleepdoc_model.training.objective import answer_loss
from sleepdoc_model.training.thinking.hinted import TWO_HOPS
from sleepdoc_model.training.thinking.loop import Thinker

_TOGETHER = 8
"""Documents of a batch."""


@dataclass(frozen=True)
class Row:
    """A question, after all of its document was slept on and evicted."""

    document: str
    kind: str
    exact: bool


def examples(documents: int, seed: int) -> Iterator[tuple[str, Example]]:
    """Texts with names no lesson had: chains in one window and in two, and plain facts."""
    for number in range(documents):
        for windows in (1, 2):
            rng = random.Random(f"{seed}/{number}/{windows}")
            made = chains.make_example(
                rng, people=4, windows=windows, questions=6, split="test", kinds=TWO_HOPS, towns=8
            )
            yield f"{windows} windows", made
        rng = random.Random(f"{seed}/{number}/facts")
        yield "facts", facts.make_example(rng, facts=8, windows=1, questions=6, split="test")


def kind_of(where: str, question: Question) -> str:
    return f"{question.kind}, {where}" if isinstance(question, chains.Chained) else where


@torch.no_grad()
def ask(
    thinker: Thinker,
    tokenizer: Tokenizer,
    asked: Sequence[tuple[str, Example]],
    passes: int,
) -> Iterator[Row]:
    """Every question by itself. An answer is exact if each of its tokens is the likeliest one."""
    network = thinker.network.eval()
    cache = cached_prefix(network, tokenizer.frame.prefix)
    for start in range(0, len(asked), _TOGETHER):
        part = asked[start : start + _TOGETHER]
        batch = collate(Lesson([example for _, example in part]), tokenizer)
        memory = thinker.remembered(batch, cache, passes)
        _, logits = answer_loss(network, cache, batch, memory)
        learnt = batch.labels != IGNORE
        right = torch.ones_like(learnt)
        right[learnt] = logits.argmax(-1) == batch.labels[learnt]
        exact = iter(right.all(-1).tolist())
        for number, (where, example) in enumerate(part, start=start):
            for question in example.questions:
                yield Row(str(number), kind_of(where, question), next(exact))


def figures(arms: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """By kind: the share that is exact in every arm, and how much more than in the first, with a
    paired interval over documents."""
    first, *_ = arms.values()
    found: dict[str, Any] = {}
    for kind in (*sorted({row.kind for row in first}), "two hops"):
        found[kind] = {}
        for name, rows in arms.items():
            pairs = [
                (row, other)
                for row, other in zip(rows, first, strict=True)
                if row.kind == kind or (kind == "two hops" and row.kind.startswith(TWO_HOPS))
            ]
            exact = totals((row.document, row.exact, 1) for row, _ in pairs)
            more = totals((row.document, row.exact - other.exact, 1) for row, other in pairs)
            found[kind][name] = {
                "questions": len(pairs),
                "exact": ratio(exact, list(exact)),
                "more": ratio(more, list(more)),
                "more_interval": ratio_interval(more),
            }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.evaluation.thinking")
    parser.add_argument("--arm", action="append", required=True, metavar="RUN:N")
    parser.add_argument("--documents", type=int, default=48, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--out", type=Path, help="figures as JSON")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tokenizer = GGUFTokenizer(base_path(), SMOLLM2)
    asked = list(examples(options.documents, options.seed))
    arms: dict[str, list[Row]] = defaultdict(list)
    for arm in options.arm:
        folder, _, passes = arm.rpartition(":")
        run = Path(folder)
        thinker = Thinker.load(run)
        arms[f"{run.name} N={passes}"] = list(ask(thinker, tokenizer, asked, int(passes)))
    found = figures(arms)
    for kind, by_arm in found.items():
        for name, each in by_arm.items():
            low, high = each["more_interval"]
            print(
                f"{kind:20} {name:16} {each['questions']:4}  {each['exact']:6.1%}"
                f"  {each['more']:+.1%} ({low:+.1%} to {high:+.1%})"
            )
    if options.out:
        settings = {"documents": options.documents, "seed": options.seed}
        result_file.write(options.out, {"settings": settings, "figures": found})


if __name__ == "__main__":
    main()
