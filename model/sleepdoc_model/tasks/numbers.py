"""Short documents of made-up figures about made-up towns, as reports are full of.

Towns are split, so none of the `test` split was ever trained on; numbers are shared.
"""

import random

from sleepdoc_model.tasks.facts import Attribute, Fact, Split, told
from sleepdoc_model.tasks.types import Example

_STARTS = (
    *("Ard", "Brist", "Cald", "Dun", "Elst", "Fenw", "Garth", "Hex"),
    *("Ilf", "Jarr", "Kels", "Lort", "Marl", "Nant", "Oss"),
)
_ENDS = ("ow", "ham", "ley", "mere", "port")
_TOWNS = tuple(start + end for start in _STARTS for end in _ENDS)

FIGURES = (
    Attribute(
        "{} metres",
        ("The bridge at {name} is {value} long.", "{name} has a bridge of {value}."),
        ("How long is the bridge at {name}?", "What is the length of the bridge in {name}?"),
    ),
    Attribute(
        "{} people",
        ("{value} live in {name}.", "The population of {name} is {value}."),
        ("How many people live in {name}?", "What is the population of {name}?"),
    ),
    Attribute(
        "${} million",
        ("{name} had a budget of {value}.", "The budget of {name} came to {value}."),
        ("What was the budget of {name}?", "How large was {name}'s budget?"),
    ),
    Attribute(
        "{} percent",
        ("Rents in {name} rose by {value}.", "In {name} rents went up by {value}."),
        ("By how much did rents in {name} rise?", "How much did rents go up in {name}?"),
    ),
    Attribute(
        "{} loaves",
        ("The bakery in {name} sold {value} in May.", "In May {name}'s bakery sold {value}."),
        ("How many loaves did the bakery in {name} sell?", "What did {name}'s bakery sell in May?"),
    ),
    Attribute(
        "{} students",
        ("The school of {name} has {value}.", "There are {value} in the school of {name}."),
        ("How many students has the school of {name}?", "How big is the school of {name}?"),
    ),
    Attribute(
        "{} minutes",
        ("The train to {name} takes {value}.", "It takes {value} to {name} by train."),
        ("How long does the train to {name} take?", "How many minutes is it to {name} by train?"),
    ),
    Attribute(
        "{} dollars",
        ("{name} paid {value} for its new bus.", "The new bus of {name} cost {value}."),
        ("What did {name} pay for its new bus?", "How much was the new bus of {name}?"),
    ),
    Attribute(
        "18{}",
        ("The mill of {name} was built in {value}.", "{name} has had its mill since {value}."),
        ("When was the mill of {name} built?", "In which year did {name} get its mill?"),
    ),
    Attribute(
        "{} degrees",
        ("In {name} it was {value} in July.", "{name} reached {value} in July."),
        ("How warm was {name} in July?", "What temperature did {name} reach in July?"),
    ),
)


def towns(split: Split) -> tuple[str, ...]:
    """Names of a split; every fifth is kept for the test."""
    return tuple(
        town for i, town in enumerate(_TOWNS) if (i % 5 == i // 5 % 5) == (split == "test")
    )


def make_facts(rng: random.Random, count: int, split: Split) -> list[Fact]:
    """`count` figures, no two of the same town and kind."""
    about = rng.sample(towns(split), min(len(towns(split)), rng.randint(2, max(2, count))))
    slots = [(town, figure) for town in about for figure in FIGURES]
    chosen = rng.sample(slots, min(count, len(slots)))
    return [Fact(town, f, f.words.format(rng.randint(11, 98))) for town, f in chosen]


def make_example(
    rng: random.Random, *, facts: int, windows: int, questions: int, split: Split
) -> Example:
    """A document of `facts` figures spread over `windows` windows, some of them asked for."""
    return told(rng, make_facts(rng, facts, split), windows=windows, questions=questions)
