"""Questions whose answer takes two facts, read in different windows.

The first half of the windows says who is whose colleague, mentor or neighbour, the second half what
is known of these others; "Where was the mentor of Ada Byron born?" needs one of each. Nothing but
the pairing tells the people apart: every value stands in the document, and so does every name.
"""

import random

from sleepdoc_model.tasks.facts import ATTRIBUTES, Fact, Split, names, words
from sleepdoc_model.tasks.types import Example, Question

RELATIONS = {
    "colleague": ("{other} is the colleague of {name}.", "The colleague of {name} is {other}."),
    "mentor": ("{other} is the mentor of {name}.", "{name}'s mentor is called {other}."),
    "neighbour": ("{other} is the neighbour of {name}.", "{name} has a neighbour, {other}."),
}


def make_example(
    rng: random.Random, *, pairs: int, windows: int, questions: int, split: Split
) -> Example:
    """A document of `pairs` pairs of people over `windows` windows, an even number.

    Raises:
        ValueError: the windows cannot be halved.
    """
    if windows < 2 or windows % 2:
        raise ValueError("two hops need an even number of windows")
    people = _people(rng, 2 * pairs, split)
    firsts, others = people[:pairs], people[pairs:]
    attribute = rng.choice(ATTRIBUTES)
    relation, phrasings = rng.choice(list(RELATIONS.items()))
    values = rng.sample(words(attribute.words), pairs)
    bridges = [
        rng.choice(phrasings).format(name=name, other=other)
        for name, other in zip(firsts, others, strict=True)
    ]
    facts = [Fact(other, attribute, value) for other, value in zip(others, values, strict=True)]
    told = [fact.statement(rng) for fact in facts]
    rng.shuffle(bridges)
    rng.shuffle(told)
    half = windows // 2
    texts = [
        " ".join(sentences[start::half]) + "\n\n"
        for sentences in (bridges, told)
        for start in range(half)
    ]
    asked = rng.sample(list(zip(firsts, values, strict=True)), min(questions, pairs))
    return Example(
        tuple(texts),
        tuple(
            Question(
                rng.choice(attribute.questions).format(name=f"the {relation} of {name}"), value
            )
            for name, value in asked
        ),
    )


def _people(rng: random.Random, count: int, split: Split) -> list[str]:
    first, last = names(split)
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"{rng.choice(first)} {rng.choice(last)}"] = None
    return list(found)
