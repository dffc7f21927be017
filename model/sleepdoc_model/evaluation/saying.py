"""The one way in which benchmarks let an engine answer."""

from sleepdoc_model.engine import Engine, Sampling
from sleepdoc_model.tokenizer import Tokenizer


def say(engine: Engine, tokenizer: Tokenizer, most: int) -> str:
    """The answer behind what the window holds: greedily, and of `most` tokens at most."""
    stream = tokenizer.stream()
    said = engine.generate(most, stop=tokenizer.frame.stop, sampling=Sampling())
    return ("".join(map(stream.push, said)) + stream.finish()).strip()
