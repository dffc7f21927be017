"""Documents about made-up people, towns and things, with names that were never trained on."""

import random
from collections.abc import Callable
from functools import partial
from typing import Literal

from sleepdoc_model.tasks import facts, numbers, records, two_hop
from sleepdoc_model.tasks.types import Example

Task = Literal["facts", "numbers", "other-numbers", "two-hop", "records"]
_MAKE: dict[str, Callable[..., Example]] = {
    "facts": facts.make_example,
    "numbers": numbers.make_example,
    "other-numbers": partial(numbers.make_example, figures=numbers.OTHER_FIGURES),
}


def made_up(
    task: Task, *, documents: int, size: int, windows: int, questions: int, seed: int
) -> list[Example]:
    """Documents of `size` facts, of `size` pairs of people, or of all that is said of `size`
    things, over so many windows."""
    rng = random.Random(seed)
    return [
        make_document(rng, task, size=size, windows=windows, questions=questions)
        for _ in range(documents)
    ]


def make_document(
    rng: random.Random, task: Task, *, size: int, windows: int, questions: int
) -> Example:
    """A document as `made_up` makes them, of the task's test split."""
    if task == "two-hop":
        return two_hop.make_example(
            rng, pairs=size, windows=windows, questions=questions, split="test"
        )
    if task == "records":
        return records.make_example(
            rng,
            entities=size,
            windows=windows,
            questions=questions,
            split="test",
            joins=0.0,
        )
    return _MAKE[task](rng, facts=size, windows=windows, questions=questions, split="test")
