"""Documents about made-up people and towns, with names that were never trained on."""

import random
from typing import Literal

from sleepdoc_model.tasks import facts, numbers, two_hop
from sleepdoc_model.tasks.types import Example

Task = Literal["facts", "numbers", "two-hop"]


def made_up(
    task: Task, *, documents: int, size: int, windows: int, questions: int, seed: int
) -> list[Example]:
    """Documents of `size` facts, or of `size` pairs of people, over so many windows."""
    rng = random.Random(seed)
    if task == "two-hop":
        return [
            two_hop.make_example(
                rng, pairs=size, windows=windows, questions=questions, split="test"
            )
            for _ in range(documents)
        ]
    make = numbers.make_example if task == "numbers" else facts.make_example
    return [
        make(rng, facts=size, windows=windows, questions=questions, split="test")
        for _ in range(documents)
    ]
