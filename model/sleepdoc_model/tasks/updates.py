"""Facts that later ones override: what counts is what was read last."""

import random

from sleepdoc_model.tasks.facts import Fact, Split, make_facts, words
from sleepdoc_model.tasks.types import Example

CHANGES = (
    "Correction: {statement}",
    "It turned out later that this was wrong: {statement}",
    "The record has been changed since: {statement}",
)


def make_example(
    rng: random.Random, *, facts: int, changed: int, windows: int, questions: int, split: Split
) -> Example:
    """A document of `facts` facts, the first `changed` of which are overridden in a later window.

    Half of the questions, if there are enough, are about facts that changed.

    Raises:
        ValueError: there is no later window.
    """
    if windows < 2:
        raise ValueError("an update needs a later window")
    known = make_facts(rng, facts, split)
    overridden = known[:changed]
    latest = [_otherwise(rng, fact) for fact in overridden]
    sentences: list[list[str]] = [[] for _ in range(windows)]
    for fact in known:
        sentences[rng.randrange(windows - 1)].append(fact.statement(rng))
    for fact in latest:
        sentences[-1].append(rng.choice(CHANGES).format(statement=fact.statement(rng)))
    for window in sentences:
        rng.shuffle(window)
    half = min(len(latest), (questions + 1) // 2)
    asked = rng.sample(latest, half)
    unchanged = known[changed:]
    asked += rng.sample(unchanged, min(questions - half, len(unchanged)))
    texts = tuple(" ".join(window) + "\n\n" for window in sentences)
    return Example(texts, tuple(fact.question(rng) for fact in asked))


def _otherwise(rng: random.Random, fact: Fact) -> Fact:
    values = [value for value in words(fact.attribute.words) if value != fact.value]
    return Fact(fact.name, fact.attribute, rng.choice(values))
