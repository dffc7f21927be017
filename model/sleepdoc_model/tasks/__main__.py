"""Write a task as documents with questions, for `sleepdoc bench memory`.

python -m sleepdoc_model.tasks facts --out facts.jsonl
python -m sleepdoc_model.tasks stories --data FAIRYTALEQA --out stories.jsonl
"""

import argparse
import random
from collections.abc import Callable, Iterable
from pathlib import Path

from sleepdoc_model.evaluation.documents import dump, of_example
from sleepdoc_model.evaluation.made_up import make_document
from sleepdoc_model.tasks import (
    cloze,
    fairytale,
    key_values,
    passages,
    quantities,
    updates,
)
from sleepdoc_model.tasks.types import Example

Make = Callable[[random.Random], Example]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.tasks", description=__doc__)
    parser.add_argument("task", choices=(*_MADE, *_TOLD))
    parser.add_argument("--data", type=Path, help="what stories, sections, passages, cloze are of")
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument(
        "--size", type=int, default=16, help="facts, pairs, things, passages or operations each"
    )
    parser.add_argument("--windows", type=int, default=2, help="windows they are spread over")
    parser.add_argument("--questions", type=int, default=4, help="at most, per document")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.task in _TOLD and options.data is None:
        parser.error(f"{options.task} needs --data")
    found = (_TOLD if options.task in _TOLD else _MADE)[options.task](options)
    with options.out.open("w", encoding="utf-8") as file:
        for name, example in found:
            file.write(dump(of_example(name, example)) + "\n")


Named = Iterable[tuple[str, Example]]


def _seeded(options: argparse.Namespace, make: Make) -> Named:
    """Documents with a seed each, so that asking for more leaves the first ones as they are."""
    for number in range(options.documents):
        name = f"{options.task}-{options.seed}-{number}"
        yield name, make(random.Random(name))


def _made_up(o: argparse.Namespace) -> Named:
    return _seeded(
        o,
        lambda rng: make_document(
            rng, o.task, size=o.size, windows=o.windows, questions=o.questions
        ),
    )


def _updates(o: argparse.Namespace) -> Named:
    return _seeded(
        o,
        lambda rng: updates.make_example(
            rng,
            facts=o.size,
            changed=o.size // 2,
            windows=o.windows,
            questions=o.questions,
            split="test",
        ),
    )


def _key_values(o: argparse.Namespace) -> Named:
    return _seeded(
        o,
        lambda rng: key_values.make_example(
            rng, pairs=o.size, windows=o.windows, questions=o.questions
        ),
    )


def _stories(o: argparse.Namespace) -> Named:
    stories = fairytale.load(o.data, "val")
    for story in random.Random(o.seed).sample(stories, min(o.documents, len(stories))):
        rng = random.Random(f"{o.seed}/{story.name}")
        asked = rng.sample([q for _, q in story.questions], min(o.questions, len(story.questions)))
        yield story.name, Example(tuple(w.text for w in story.windows), tuple(asked))


def _sections(o: argparse.Namespace) -> Named:
    stories = fairytale.load(o.data, "val")

    def make(rng: random.Random) -> Example:
        return fairytale.make_example(rng, stories, sections=1, windows=1, questions=o.questions)

    return _seeded(o, make)


def _passages(o: argparse.Namespace) -> Named:
    known = passages.load(o.data)
    return _seeded(o, lambda rng: passages.make_example(rng, known, count=o.size))


def _cloze(o: argparse.Namespace) -> Named:
    text = o.data.read_text("utf-8")
    rng = random.Random(o.seed)
    yield o.data.stem, cloze.make_example(rng, (text,), questions=o.questions)


def _quantities(o: argparse.Namespace) -> Named:
    return _seeded(
        o,
        lambda rng: quantities.make_problem(rng, operations=o.size, length=500).example(),
    )


_MADE = {
    "facts": _made_up,
    "numbers": _made_up,
    "other-numbers": _made_up,
    "two-hop": _made_up,
    "records": _made_up,
    "updates": _updates,
    "key-values": _key_values,
    "quantities": _quantities,
}
_TOLD = {"stories": _stories, "sections": _sections, "passages": _passages, "cloze": _cloze}


if __name__ == "__main__":
    main()
