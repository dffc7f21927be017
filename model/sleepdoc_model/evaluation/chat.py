"""Does a memory harm answers that have nothing to do with it?

python -m sleepdoc_model.evaluation chat --data FAIRYTALEQA --plain GSM8K/test.jsonl
"""

import argparse
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from sleepdoc_kernels import result_file
from sleepdoc_model.engine import Engine
from sleepdoc_model.evaluation import plain_talk
from sleepdoc_model.evaluation.identity import identity, sha256_of
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.load import load
from sleepdoc_model.tasks import fairytale, gsm8k
from sleepdoc_model.tasks.types import Question
from sleepdoc_model.tokenizer import Tokenizer

Losses = dict[str, list[plain_talk.Loss]]


def chat(
    engine: Engine, tokenizer: Tokenizer, asked: Iterable[tuple[str, Question]], passes: int
) -> Losses:
    """Losses of answers without a memory, which is the base's, and beside that of some text."""
    losses: Losses = {"base": [], "memory": []}
    for text, question in asked:
        engine.load(None)
        engine.reset_window(tokenizer.frame.prefix)
        engine.prefill(tokenizer.encode(text))
        list(engine.sleep(passes))
        for arm, memory in (("base", None), ("memory", engine.state())):
            engine.load(memory)
            found = plain_talk.loss(engine, tokenizer, question.text, question.answer)
            losses[arm].append(found)
    return losses


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.evaluation chat",
        description="Plain instructions beside the memory of a story, and without one.",
    )
    parser.add_argument("--heads", type=Path, default=Path("assets/heads.safetensors"))
    parser.add_argument("--reader", type=Path, help="corrections that the base has")
    parser.add_argument("--data", type=Path, required=True, help="a FairytaleQA folder")
    parser.add_argument("--plain", type=Path, required=True, help="GSM8K's test.jsonl")
    parser.add_argument("--instructions", type=int, default=100)
    parser.add_argument("--passes", type=int, help="instead of the checkpoint's own number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    options = parser.parse_args(arguments)

    engine, tokenizer = load("default", files=ModelFiles(options.heads, options.reader))
    passes = options.passes or engine.info.passes
    rng = random.Random(options.seed)
    stories = fairytale.load(options.data, "val")
    asked = [
        (rng.choice(rng.choice(stories).sections) + "\n\n", question)
        for question in rng.sample(gsm8k.load(options.plain), options.instructions)
    ]
    _, found = plain_talk.figures(chat(engine, tokenizer, asked, passes))
    low, high = found["excess_interval"]
    print(f"{found['answers']} answers, NLL per token with a memory {found['nll']:.3f}")
    print(f"over that of the base {found['excess']:+.1%} ({low:+.1%} to {high:+.1%})")
    if options.out:
        data = {"stories": sha256_of(options.data), "plain": sha256_of(options.plain)}
        settings = {"passes": passes, "seed": options.seed}
        figures = {"of": identity(engine.info, data, settings), **found}
        result_file.write(options.out, figures)
