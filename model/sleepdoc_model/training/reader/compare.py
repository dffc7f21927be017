"""Which of several readers says held-out answers more surely: their loss, paired.

python -m sleepdoc_model.training.reader.compare READER READER ... --reading DIR --fairytales DIR

A few hundred answers tell readers apart that token-F1 cannot: its interval over as many is six
points wide.
"""

import argparse
import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F

from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.network import Network
from sleepdoc_model.reader import ABSENT, attach, read_reader, restore
from sleepdoc_model.training.reader import sources
from sleepdoc_model.training.reader.conversation import NOTHING, Conversation
from sleepdoc_model.training.reader.lessons import Lessons, Recipe
from sleepdoc_model.training.reader.objective import hidden
from sleepdoc_model.training.reader.packed import Packed
from sleepdoc_model.training.reader.trunk import trunk

SHARES = {"afriqa": 0.3, "fairytaleqa": 0.25, "onestopqa": 0.2, "clapnq": 0.1, "boolq": 0.08}
_TOGETHER = 8
"""Conversations in a row of tokens."""


def load_network(reader: Path) -> Network:
    """The base with a reader's corrections beside its projections."""
    network = trunk()
    rank = next(iter(read_reader(reader).values()))[0].shape[0]
    restore(attach(network, rank), reader)
    return network


@torch.no_grad()
def losses(
    network: Network, prefix: Sequence[int], lessons: Sequence[Conversation]
) -> Iterator[float]:
    """Negative log-likelihood of every answer of the lessons, in nats, in order."""
    for start in range(0, len(lessons), _TOGETHER):
        packed = Packed(prefix, lessons[start : start + _TOGETHER])
        learnt = packed.target != NOTHING
        logits = network.logits(hidden(network, packed)[learnt])
        each = F.cross_entropy(logits.float(), packed.target[learnt], reduction="none")
        for part in torch.split(each, [len(said) for said in answers(packed.conversations)]):
            yield part.sum().item()


def answers(lessons: Sequence[Conversation]) -> Iterator[list[int]]:
    """Token ids of every answer, its end included, in the order of `losses`."""
    for lesson in lessons:
        said: list[int] = []
        for target in [*lesson.target, NOTHING]:
            if target != NOTHING:
                said.append(target)
            elif said:
                yield said
                said = []


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.training.reader.compare")
    parser.add_argument("readers", type=Path, nargs="+", metavar="READER")
    parser.add_argument("--reading", type=Path, required=True, help="folder of reading data sets")
    parser.add_argument("--fairytales", type=Path, required=True, help="checkout of FairytaleQA")
    parser.add_argument("--lessons", type=int, default=320)
    parser.add_argument("--seed", type=int, default=9)
    options = parser.parse_args()
    tokenizer = GGUFTokenizer(base_path(), SMOLLM2)
    texts = [
        *sources.load_reading(options.reading, "held out"),
        *sources.load_fairytales(options.fairytales, "val"),
    ]
    drawn = Lessons(tokenizer, texts, [], Recipe(SHARES, causal=0.0))
    lessons = [drawn.draw(options.seed, number) for number in range(options.lessons)]
    absent = tokenizer.encode(ABSENT)
    kinds = ["absent" if said[:-1] == absent else "said" for said in answers(lessons)]
    first: list[float] = []
    for reader in options.readers:
        found = list(losses(load_network(reader), tokenizer.frame.prefix, lessons))
        first = first or found
        by_kind = defaultdict(list)
        for kind, ours, theirs in zip(kinds, found, first, strict=True):
            by_kind[kind].append((ours, ours - theirs))
        for kind, pairs in sorted(by_kind.items()):
            values, apart = zip(*pairs, strict=True)
            spread = 2 * statistics.stdev(apart) / math.sqrt(len(apart)) if len(apart) > 1 else 0.0
            print(
                f"{reader.name} {kind}: {len(values)} answers, {statistics.mean(values):.3f} nats"
                f" each, {statistics.mean(apart):+.3f} ({spread:.3f}) beside the first",
                flush=True,
            )


if __name__ == "__main__":
    main()
