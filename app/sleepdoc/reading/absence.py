"""Whether the recalled text answers a question at all: one decision, in one place."""

import math
from dataclasses import dataclass, replace

from sleepdoc.reading.client import EngineClient
from sleepdoc_model.engine import Sampling

LIKELY = 0.4
"""From this probability on that the reader would write so, the document does not say. Chosen on
the development documents of `bench answers`, where it is weighed against refusing too often."""
LIKELY_OF_ECHO = 0.2
"""The same where all that would be answered is the question's own words again."""
LIKELY_OF_COPY = 0.1
"""The same where the reader's own words stand nowhere, and a phrase of the text is taken."""
LEAST_OF_COPY = 0.02
"""So likely at least the reader has to find the words of that phrase."""
LIKELY_AROUND = 0.2
"""The same where no passage answers by itself, and one does with what stands around it."""


@dataclass(frozen=True)
class Absence:
    """What the reader thinks of saying that the document does not say."""

    tokens: tuple[int, ...]
    scores: tuple[float, ...]
    """Log-probability of each of these tokens."""

    @classmethod
    def of(cls, engine: EngineClient) -> "Absence":
        """Of the prompt that stands in the engine's window."""
        tokens = [*engine.encode(engine.info.absent), engine.frame.answer_close[0]]
        return cls(tuple(tokens), tuple(engine.score(tokens)))

    @property
    def probability(self) -> float:
        return math.exp(sum(self.scores))

    @property
    def decided(self) -> bool:
        return self.probability >= LIKELY

    def ruled_out(self, sampling: Sampling) -> Sampling:
        """The same sampling of answers that say something else."""
        return replace(sampling, not_begun=(self._beginning(),))

    def _beginning(self) -> tuple[int, ...]:
        """The tokens after which hardly anything else could come."""
        for count in range(1, len(self.tokens)):
            if math.exp(sum(self.scores[count:])) > 0.5:
                return self.tokens[:count]
        return self.tokens


def refusal(pages: int | None, within: str = "") -> str:
    """What is said instead.

    Args:
        pages: those read to their end, None if that is all of them.
        within: where alone it was looked for, such as ``on page iv``.
    """
    if within:
        return f"I found nothing about this {within}."
    if pages is None:
        return "I found nothing about this in the document."
    if pages == 0:
        return "No page has been read to its end yet, so I can answer nothing about the document."
    return f"I found nothing about this in the {pages} page{'s' * (pages != 1)} read so far."
