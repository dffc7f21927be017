"""What is trained on, step by step. A step's lesson depends on seed and step alone."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sleepdoc_model.tasks.types import Example
from sleepdoc_model.training import lessons
from sleepdoc_model.training.data import Lesson
from sleepdoc_model.training.lessons import Sources


class Kind(NamedTuple):
    """A kind of lesson."""

    documents: int
    """How many there are in a step."""
    make: Callable[[random.Random, Sources], Example]
    long: bool = False
    """Whether its windows are long, and of few stories: so the base has to see them only once."""
    plain: bool = False
    """Whether its questions have nothing to do with the document, and are answered as ever."""


KINDS = {
    "facts": Kind(8, lessons.few_facts),
    "many": Kind(4, lessons.many_facts),
    "numbers": Kind(8, lessons.few_numbers),
    "hops": Kind(6, lessons.hops),
    "records": Kind(4, lessons.recorded),
    "quoted": Kind(6, lessons.quoted_fact),
    "unslept facts": Kind(6, lessons.unslept_facts),
    "hidden": Kind(2, lessons.hidden_facts),
    "sections": Kind(4, lessons.section),
    "row": Kind(2, lessons.sections_in_a_row),
    "unslept": Kind(3, lessons.unslept),
    "texts": Kind(4, lessons.short_texts),
    "windows": Kind(2, lessons.several_windows, long=True),
    "recalled": Kind(2, lessons.recalled, long=True),
    "plain": Kind(3, lessons.plain, plain=True),
    "whole": Kind(3, lessons.whole_story, long=True),
    "plain after a story": Kind(3, lessons.plain_after_story, long=True, plain=True),
}


@dataclass(frozen=True)
class Recipe:
    """Shares of the kinds of lesson; each may have windows of other stories before and after."""

    shares: dict[str, float] = field(
        default_factory=lambda: {
            "facts": 0.10,
            "many": 0.12,
            "numbers": 0.09,
            "records": 0.15,
            "hops": 0.01,
            "hidden": 0.02,
            "sections": 0.14,
            "row": 0.07,
            "unslept": 0.02,
            "windows": 0.09,
            "texts": 0.25,
            "plain": 0.09,
        }
    )
    few: int = 40
    """Stories that long windows are of."""
    fact_documents: int = 0
    """Documents of facts; 0: every one is new."""
    before: tuple[int, ...] = (0, 0, 0, 0, 1)
    after: tuple[int, ...] = (0, 0, 0, 1, 2)
    sweeps: tuple[int, ...] = (1, 1, 2)
    only_reading: bool = False
    """Whether what is written stays as it is."""

    def passes(self, seed: int, step: int) -> int:
        """One or a few, so that more than one do good."""
        return random.Random(f"passes/{seed}/{step}").choice(self.sweeps)

    def draw(self, seed: int, step: int, sources: Sources) -> Lesson:
        """The documents of one step."""
        rng = random.Random(f"{seed}/{step}")
        name = rng.choices(list(self.shares), list(self.shares.values()))[0]
        sources = replace(sources, fact_documents=self.fact_documents)
        kind, few = KINDS[name], replace(sources, stories=sources.stories[: self.few])
        examples = [kind.make(rng, few if kind.long else sources) for _ in range(kind.documents)]
        before, after = (
            [lessons.any_window(rng, few) for _ in range(rng.choice(most) if few.stories else 0)]
            for most in (self.before, self.after)
        )
        return Lesson(
            examples, before, after, kept=kind.long or self.only_reading, plain=kind.plain
        )


RECIPES = {
    "default": Recipe(),
    "reading": Recipe(
        shares={
            "facts": 0.12,
            "numbers": 0.12,
            "quoted": 0.07,
            "unslept facts": 0.10,
            "sections": 0.12,
            "unslept": 0.04,
            "whole": 0.13,
            "plain": 0.05,
            "plain after a story": 0.25,
        },
        few=30,
        fact_documents=100,
        before=(0,),
        after=(0,),
        sweeps=(1,),
        only_reading=True,
    ),
    "facts": Recipe(shares={"facts": 0.6, "hops": 0.2, "quoted": 0.2}),
    "hops-1": Recipe(shares={"hops": 1.0}, sweeps=(1,)),
    "hops-4": Recipe(shares={"hops": 1.0}, sweeps=(4,)),
}
"""By the name that a run is given; `default` and `reading` need data. `reading` goes on from heads
that remember, and only changes what they make of their memory. `hops-1` and `hops-4` are to be
compared at equal compute: whether more passes do good. Passes that see each other are trained by
`training.thinking`."""
