"""Does reading harm what has nothing to do with a document? The likelihood of plain answers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sleepdoc_model.engine import Engine
from sleepdoc_model.evaluation.bootstrap import interval
from sleepdoc_model.tokenizer import Tokenizer

_MOST = 200
"""Tokens of an answer that count."""

Loss = tuple[float, int]
"""Negative log-likelihood of an answer, and its number of tokens."""


def loss(
    engine: Engine, tokenizer: Tokenizer, question: str, answer: str, *, reading: bool = False
) -> Loss:
    """What an answer costs in an empty window, beside the memory that the engine has."""
    frame = tokenizer.frame
    engine.reset_window(frame.prefix, reading=reading)
    engine.prefill(frame.asked(tokenizer.encode(question)))
    scores = engine.score([*tokenizer.encode(answer)[:_MOST], frame.answer_close[0]])
    return -sum(scores), len(scores)


def figures(found: Mapping[str, Sequence[Loss]]) -> list[dict[str, Any]]:
    """Of every arm: loss per token, and by how much it is above that of the base, with a paired
    interval over answers."""
    return [{"arm": arm, **_against(found["base"], each)} for arm, each in found.items()]


def _against(base: Sequence[Loss], each: Sequence[Loss]) -> dict[str, Any]:
    def excess(chosen: Sequence[str]) -> float:
        numbers = [int(key) for key in chosen]
        return _per_token(each[n] for n in numbers) / _per_token(base[n] for n in numbers) - 1

    keys = [str(number) for number in range(len(each))]
    return {
        "answers": len(each),
        "nll": _per_token(each),
        "excess": excess(keys),
        "excess_interval": interval(excess, keys),
    }


def _per_token(losses: Iterable[Loss]) -> float:
    listed = list(losses)
    return sum(loss for loss, _ in listed) / sum(tokens for _, tokens in listed)
