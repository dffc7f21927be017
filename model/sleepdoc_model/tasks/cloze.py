"""Questions made from any text: a sentence of it with a word left out.

Words are names and other capitalised words inside a sentence, which no grammar gives away, and
which stand at least twice in the text, so that reading it is what tells them.
"""

import random
import re
from collections import Counter

from sleepdoc_model.tasks.types import Example, Question

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")
_LENGTHS = range(40, 240)
"""Characters of a sentence that is worth asking about."""


def questions_about(rng: random.Random, text: str, count: int) -> tuple[Question, ...]:
    """At most `count` questions, each about another sentence."""
    counts = Counter(_NAME.findall(text))
    found = []
    for sentence in _SENTENCE.split(" ".join(text.split())):
        names = [each for each in _NAME.finditer(sentence) if counts[each.group()] > 1]
        if names and len(sentence) in _LENGTHS:
            name = rng.choice(names)
            blank = f"{sentence[: name.start()]}____{sentence[name.end() :]}"
            found.append(Question(f"Which word is missing? {blank}", name.group()))
    return tuple(rng.sample(found, min(count, len(found))))


def make_example(rng: random.Random, windows: tuple[str, ...], *, questions: int) -> Example:
    """A document in windows, with questions about all of it."""
    return Example(windows, questions_about(rng, "".join(windows), questions))
