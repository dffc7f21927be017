"""Quantities that are defined by each other, told in any order: how large is this one?

After GSM-Infinite (arXiv 2502.05252) and iGSM (arXiv 2407.20311), with words and sentences of our
own. The question comes first and is answered without working. Further quantities depend on those
that matter, and never the other way: they look alike, change nothing, and make a problem as long
as is wanted.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sleepdoc_model.tasks.types import Example, Question

_THINGS = ("lanterns", "kettles", "ladders", "barrels", "clocks", "ropes", "maps", "candles")
_KINDS = ("brass", "wooden", "painted", "broken", "spare", "old", "blue", "heavy", "small", "new")
_PLACES = (
    "the boathouse", "the mill", "the archive", "the greenhouse", "the station", "the cellar",
    "the bakery", "the chapel", "the workshop", "the lighthouse",
)  # fmt: skip
NAMES = tuple(
    f"{kind} {thing} in {place}" for kind in _KINDS for thing in _THINGS for place in _PLACES
)
"""All there are names for."""
LARGEST = 30
"""No quantity is larger, or below zero."""


@dataclass(frozen=True)
class Quantity:
    """A name, its value, and the sentence that defines it."""

    name: str
    value: int
    sentence: str


@dataclass(frozen=True)
class Problem:
    statements: tuple[str, ...]
    """In the order they are told in."""
    question: str
    answer: int
    operations: int

    def example(self) -> Example:
        """The question and the statements as one window, and the question again behind it."""
        text = f"{self.question}\n\n{' '.join(self.statements)}\n\n"
        return Example((text,), (Question(self.question, str(self.answer)),))


def make_problem(
    rng: random.Random,
    *,
    operations: int,
    length: int = 0,
    count: Callable[[str], int] = lambda text: len(text.split()),
    names: Sequence[str] = NAMES,
) -> Problem:
    """A problem of exactly so many operations.

    Args:
        rng: Decides everything.
        operations: Additions, subtractions and multiplications on the way to the answer.
        length: Statements that change nothing are added until all have so many tokens.
        count: Tokens of a text; words if it is left out.
        names: What there are quantities of, at most one of each.

    Raises:
        ValueError: there are not enough names for so many quantities.
    """
    free = list(names)
    rng.shuffle(free)
    chain = _chain(rng, operations, free)
    asked, told = chain[-1], [quantity.sentence for quantity in chain]
    left, known = length - count(" ".join(told)), chain
    while left > 0:
        if not free:
            raise ValueError("a problem so long needs more names than there are")
        other = _depend(rng, free.pop(), [rng.choice(known)])
        if other is not None:
            known = [*known, other]
            told.append(other.sentence)
            left -= count(" " + other.sentence)
    rng.shuffle(told)
    return Problem(tuple(told), f"How many {asked.name} are there?", asked.value, operations)


def modal_accuracy(operations: int, draws: int = 10_000, seed: int = 0) -> float:
    """How often the most common answer is right, over so many problems."""
    rng = random.Random(seed)
    return modal_share(make_problem(rng, operations=operations).answer for _ in range(draws))


def modal_share(answers: Iterable[int]) -> float:
    """How often the most common of some answers comes."""
    counts = Counter(answers)
    return counts.most_common(1)[0][1] / counts.total()


def _chain(rng: random.Random, operations: int, names: list[str]) -> list[Quantity]:
    """Quantities that all matter to the last one, with so many operations altogether."""
    while True:
        taken = names[:]
        loose = [_given(rng, taken.pop()) for _ in range(1 + rng.randint(0, operations // 2))]
        chain, left = [*loose], operations
        while left and loose is not None:
            # As many have to be joined as there are loose ends; the last one has none but itself.
            joins = len(loose) > 1 and (len(loose) > left or rng.random() < 0.5)
            parts = rng.sample(loose, 2 if joins else 1)
            made = _depend(rng, taken.pop(), parts)
            if made is None:
                break
            loose = [*(q for q in loose if q not in parts), made]
            chain.append(made)
            left -= 1
        if not left and len(loose) == 1:
            names[:] = taken
            return chain


def _given(rng: random.Random, name: str) -> Quantity:
    value = rng.randint(1, 4)
    return Quantity(name, value, f"There are {value} {name}.")


def _depend(rng: random.Random, name: str, parts: list[Quantity]) -> Quantity | None:
    """One operation on one or two quantities; None where it leaves the range of values."""
    first, number = parts[0], rng.randint(2, 4)
    if len(parts) == 2:
        second = parts[1]
        value, how = rng.choice(
            (
                (first.value + second.value, f"the {first.name} and the {second.name} together"),
                (
                    first.value - second.value,
                    f"the difference between the {first.name} and the {second.name}",
                ),
            )
        )
    else:
        value, how = rng.choice(
            (
                (first.value + number, f"{number} more than the {first.name}"),
                (first.value - number, f"{number} fewer than the {first.name}"),
                (first.value * number, f"{number} times the {first.name}"),
            )
        )
    if not 0 <= value <= LARGEST:
        return None
    return Quantity(name, value, f"The number of {name} is {how}.")
