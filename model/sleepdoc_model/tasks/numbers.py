"""Short documents of made-up figures about made-up towns, as reports are full of.

Towns are split, so none of the `test` split was ever trained on; numbers are shared. No lesson is
about `OTHER_FIGURES`.
"""

import random
from collections.abc import Sequence

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

OTHER_FIGURES = (
    Attribute(
        "{} steps",
        ("The tower of {name} has {value}.", "It is {value} to the top of {name}'s tower."),
        ("How many steps are there in the tower of {name}?", "How high is {name}'s tower?"),
    ),
    Attribute(
        "{} boats",
        ("{value} lay in the harbour of {name}.", "The harbour of {name} had room for {value}."),
        ("How many boats were in the harbour of {name}?", "How big was the harbour of {name}?"),
    ),
    Attribute(
        "{} tonnes",
        ("The farms around {name} grew {value} of wheat.", "{name} harvested {value} of wheat."),
        ("How much wheat was grown at {name}?", "What was the harvest of {name}?"),
    ),
    Attribute(
        "{} votes",
        ("The mayor of {name} won by {value}.", "By {value} the mayor of {name} was elected."),
        ("By how many votes did the mayor of {name} win?", "How did the vote in {name} end?"),
    ),
    Attribute(
        "{} complaints",
        ("{name} received {value} about noise.", "There were {value} about noise in {name}."),
        ("How many complaints about noise did {name} have?", "How noisy was {name}?"),
    ),
    Attribute(
        "{} beds",
        ("The hospital in {name} has {value}.", "{name} opened a hospital with {value}."),
        ("How many beds has the hospital in {name}?", "How large is {name}'s hospital?"),
    ),
    Attribute(
        "page {}",
        ("The map of {name} is on {value}.", "See {value} for a map of {name}."),
        ("On which page is the map of {name}?", "Where is the map of {name}?"),
    ),
    Attribute(
        "{} euros",
        ("A ticket to the museum of {name} costs {value}.", "{name}'s museum charges {value}."),
        ("What does the museum of {name} cost?", "How much is a ticket to {name}'s museum?"),
    ),
)


def towns(split: Split) -> tuple[str, ...]:
    """Names of a split; every fifth is kept for the test."""
    return tuple(
        town for i, town in enumerate(_TOWNS) if (i % 5 == i // 5 % 5) == (split == "test")
    )


def make_facts(
    rng: random.Random, count: int, split: Split, figures: Sequence[Attribute] = FIGURES
) -> list[Fact]:
    """`count` figures, no two of the same town and kind."""
    about = rng.sample(towns(split), min(len(towns(split)), rng.randint(2, max(2, count))))
    slots = [(town, figure) for town in about for figure in figures]
    chosen = rng.sample(slots, min(count, len(slots)))
    return [Fact(town, f, f.words.format(rng.randint(11, 98))) for town, f in chosen]


def make_example(
    rng: random.Random,
    *,
    facts: int,
    windows: int,
    questions: int,
    split: Split,
    figures: Sequence[Attribute] = FIGURES,
) -> Example:
    """A document of `facts` figures spread over `windows` windows, some of them asked for."""
    return told(rng, make_facts(rng, facts, split, figures), windows=windows, questions=questions)
