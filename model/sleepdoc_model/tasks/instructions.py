"""Plain instructions without a document, answered by the base itself.

python -m sleepdoc_model.tasks.instructions --split train --count 240 --out instructions.jsonl
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from sleepdoc_model.engine import Engine, Sampling
from sleepdoc_model.tokenizer import Frame, Tokenizer

Split = Literal["train", "test", "unseen"]
"""`test` has subjects that training has not, `unseen` the same and other requests, too."""

_SHARED = (
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
_TRAINED = (
    "Hello! How are you today?",
    "Who are you, and what can you do?",
    "Thank you! Now tell me something about {}.",
    "Translate into French: I have never heard of {}.",
    "Correct this sentence: Yesterday me and him talks about {}.",
    "Write a Python function that counts {}.",
    "Write the first sentence of a novel about {}.",
    "I am bored by {}. What else could I do?",
    "Give me another word for {}.",
    "Plan a day that has to do with {}.",
    "What could be dangerous about {}?",
    "Write a letter of complaint about {}.",
    "What is the difference between {} and a pineapple?",
    "Write a slogan for {}.",
    "Do you like {}?",
    "Name a famous person who had to do with {}.",
)
_UNSEEN = (
    "Write a limerick about {}.",
    "Translate into Spanish: My sister knows everything about {}.",
    "What would change if there were no {}?",
    "Write a SQL query for a table named {}.",
    "Good morning! Can you help me with {}?",
    "Suggest a present for somebody who loves {}.",
    "Argue against {}.",
    "Write a short dialogue between two people about {}.",
)
_REQUESTS = {"train": _SHARED + _TRAINED, "test": _SHARED, "unseen": _UNSEEN}

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
    chosen = [s for i, s in enumerate(subjects) if (i % 5 == 0) == (split != "train")]
    asked = (request.format(subject) for request in _REQUESTS[split] for subject in chosen)
    return list(dict.fromkeys(asked))


def load(path: Path) -> list[tuple[str, str]]:
    """Questions and answers of a JSON-lines file, such as `main` writes."""
    lines = path.read_text("utf-8").split("\n")  # splitlines() knows other ends, inside of texts
    records = (json.loads(line) for line in lines if line)
    return [(record["question"], record["answer"]) for record in records]


def answer(engine: Engine, tokenizer: Tokenizer, frame: Frame, prompt: str, seed: int) -> str:
    """What a model says that has read nothing, up to 60 tokens."""
    engine.reset_window(frame.prefix)
    engine.prefill(frame.asked(tokenizer.encode(prompt)))
    sampling = Sampling(temperature=0.7, top_p=0.9, seed=seed)
    stream = tokenizer.stream()
    said = [stream.push(t) for t in engine.generate(60, stop=frame.stop, sampling=sampling)]
    return ("".join(said) + stream.finish()).strip()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.tasks.instructions",
        description="Plain instructions and the base's answers, in the format of GSM8K.",
    )
    parser.add_argument("--split", choices=get_args(Split), default="train")
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)

    from sleepdoc_model.base_file import base_path
    from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
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
