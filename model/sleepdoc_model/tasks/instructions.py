"""Plain instructions without a document, answered by the base itself.

python -m sleepdoc_model.tasks.instructions --split train --count 240 --out instructions.jsonl
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from sleepdoc_model.engine import Engine, Sampling
from sleepdoc_model.tokenizer import Frame, Tokenizer

Split = Literal["train", "test"]

_REQUESTS = (
    "Write a short poem about {}.",
    "Explain {} to a child.",
    "Give me three tips about {}.",
    "What should everybody know about {}?",
    "Write a short email to a friend about {}.",
    "List five words that have to do with {}.",
    "Why do people like {}?",
    "Make up a title for a book about {}.",
    "Write a question about {} and answer it.",
    "Tell me a joke about {}.",
    "How would you describe {} in one sentence?",
    "What is the history of {}?",
)

_SUBJECTS = """
bees; bicycles; bread; breakfast; bridges; camping; cats; cheese; chess; clouds; coffee; computers;
courage; dancing; deserts; dinosaurs; drawing; elections; electricity; football; friendship;
gardening; glass; honesty; islands; kites; knitting; libraries; magnets; markets; mathematics;
money; mountains; music; owls; painting; patience; penguins; photography; rain; recycling; robots;
rockets; running; shadows; sleep; soap; spelling; swimming; tea; the moon; the sea; the weather;
time zones; trains; violins; volcanoes; whales; winter; wolves
"""


def prompts(split: Split) -> list[str]:
    """Every request about every subject of a split; every fifth subject is for testing."""
    subjects = [subject.strip() for subject in _SUBJECTS.split(";")]
    chosen = [s for i, s in enumerate(subjects) if (i % 5 == 0) == (split == "test")]
    return [request.format(subject) for subject in chosen for request in _REQUESTS]


def answer(engine: Engine, tokenizer: Tokenizer, frame: Frame, prompt: str, seed: int) -> str:
    """What a model says that has read nothing, up to 60 tokens."""
    engine.reset_window(frame.prefix)
    engine.prefill([*frame.question_open, *tokenizer.encode(prompt), *frame.answer_open])
    sampling = Sampling(temperature=0.7, top_p=0.9, seed=seed)
    stream = tokenizer.stream()
    said = [stream.push(t) for t in engine.generate(60, stop=frame.stop, sampling=sampling)]
    return ("".join(said) + stream.finish()).strip()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.tasks.instructions",
        description="Plain instructions and the base's answers, in the format of GSM8K.",
    )
    parser.add_argument("--split", choices=("train", "test"), default="train")
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)

    from sleepdoc_model.base_file import base_path
    from sleepdoc_model.gguf_tokenizer import SMOLLM2, GGUFTokenizer
    from sleepdoc_model.load import load

    engine, _ = load(str(base_path()), device="cpu")
    tokenizer = GGUFTokenizer(base_path(), SMOLLM2)
    asked = prompts(options.split)
    random.Random(options.seed).shuffle(asked)
    with options.out.open("w", encoding="utf-8") as file:
        for number, prompt in enumerate(asked[: options.count]):
            said = answer(engine, tokenizer, tokenizer.frame, prompt, options.seed + number)
            file.write(json.dumps({"question": prompt, "answer": said}) + "\n")


if __name__ == "__main__":
    main()
