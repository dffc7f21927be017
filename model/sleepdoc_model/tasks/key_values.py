"""Keys and values without any meaning, as in the retrieval task of arXiv 2307.03172."""

import random

from sleepdoc_model.tasks.types import Example, Question


def make_example(rng: random.Random, *, pairs: int, windows: int, questions: int) -> Example:
    """A document of `pairs` pairs of eight hexadecimal digits, spread over `windows` windows."""
    codes: dict[str, None] = {}
    while len(codes) < 2 * pairs:
        codes[f"{rng.getrandbits(32):08x}"] = None
    listed = list(codes)
    known = list(zip(listed[:pairs], listed[pairs:], strict=True))
    texts = [
        " ".join(f"The value of {key} is {value}." for key, value in known[start::windows]) + "\n\n"
        for start in range(windows)
    ]
    asked = rng.sample(known, min(questions, pairs))
    return Example(
        tuple(texts), tuple(Question(f"What is the value of {key}?", value) for key, value in asked)
    )
