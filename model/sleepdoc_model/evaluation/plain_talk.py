"""Does reading harm what has nothing to do with a document? The likelihood of plain answers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sleepdoc_model.engine import Engine
from sleepdoc_model.evaluation.bootstrap import interval
from sleepdoc_model.tokenizer import Tokenizer

_MOST = 200
"""Tokens of an answer that count."""


def load(path: Path, count: int) -> list[tuple[str, str]]:
    """The first questions and answers of a JSON-lines file."""
    lines = (json.loads(line) for line in path.read_text("utf-8").split("\n") if line)
    return [(line["question"], line["answer"]) for line, _ in zip(lines, range(count))]


def losses(
    engine: Engine, tokenizer: Tokenizer, asked: Iterable[tuple[str, str]]
) -> list[tuple[float, int]]:
    """Negative log-likelihood and number of tokens of every answer, in a window for reading."""
    frame, found = tokenizer.frame, []
    for question, answer in asked:
        engine.reset_window(frame.prefix, reading=True)
        engine.prefill(frame.asked(tokenizer.encode(question)))
        scores = engine.score([*tokenizer.encode(answer)[:_MOST], frame.answer_close[0]])
        found.append((-sum(scores), len(scores)))
    return found


def figures(found: Mapping[str, Sequence[tuple[float, int]]]) -> list[dict[str, object]]:
    """Of every arm: loss per token, and by how much it is above that of the base, with a paired
    interval over answers."""
    return [{"arm": arm, **_against(found["base"], each)} for arm, each in found.items()]


def _against(
    base: Sequence[tuple[float, int]], each: Sequence[tuple[float, int]]
) -> dict[str, object]:
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


def _per_token(losses: Iterable[tuple[float, int]]) -> float:
    listed = list(losses)
    return sum(loss for loss, _ in listed) / sum(tokens for _, tokens in listed)
