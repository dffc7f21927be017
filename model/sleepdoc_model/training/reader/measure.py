"""What a reader answers: written and pointed, on questions behind passages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sleepdoc_model.evaluation.passages import Item
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.reader import Pointer
from sleepdoc_model.tokenizer import Tokenizer
from sleepdoc_model.training.reader.conversation import Conversation
from sleepdoc_model.training.reader.lessons import Shape
from sleepdoc_model.training.reader.objective import hidden
from sleepdoc_model.training.reader.packed import OneMore, Packed

LONGEST_SPAN = 24
"""Tokens of the longest answer that is pointed at."""


@dataclass(frozen=True)
class Said:
    """What was answered to an item."""

    written: str
    span: str
    span_score: float
    """Log-odds of the best span against none."""


def prompt(tokenizer: Tokenizer, item: Item, shape: Shape) -> Conversation:
    """What an item asks, without an answer."""
    frame, encode = tokenizer.frame, tokenizer.encode
    question, asked = encode(item.question), Conversation()
    block = 0 if shape.whole else -1
    if shape.twice:
        asked.add([*frame.question_open, *question, *encode("\n\n")])
    for number, passage in enumerate(item.passages):
        asked.add(encode(f"[p. {number + 11}]"), block=block)
        asked.add(encode(f" {passage}\n\n"), block=block, passage=True)
    asked.add(frame.asked(question), block=block)
    return asked


@torch.no_grad()
def answer(
    network: Network,
    pointer: Pointer,
    tokenizer: Tokenizer,
    asked: Sequence[Conversation],
    *,
    at_most: int = 40,
) -> Iterator[Said]:
    """Answers to prompts, greedily, a batch at a time."""
    packed = Packed(tokenizer.frame.prefix, asked)
    packed.kept = []
    h, states = hidden(network, packed)
    lasts = [start - packed.prefix + len(c.ids) - 1 for start, c in zip(packed.starts, asked)]
    spans = []
    for start, conversation, last in zip(packed.starts, asked, lasts, strict=True):
        can = torch.tensor(conversation.passage).nonzero().flatten()
        scores = pointer(states[last], states[start - packed.prefix + can])
        first, final, score = best_span(scores)
        ids = conversation.ids[int(can[first]) : int(can[final]) + 1]
        spans.append((_text(tokenizer, ids), score))
    written = _write(network, tokenizer, packed, h[lasts], at_most)
    for ids, (span, score) in zip(written, spans, strict=True):
        yield Said(_text(tokenizer, ids), span, score)


def best_span(scores: Tensor) -> tuple[int, int, float]:
    """First and last token, and log-odds against nothing, by scores [2, T + 1]."""
    starts, ends = scores[0, 1:], scores[1, 1:]
    both = starts[:, None] + ends
    allowed = torch.ones_like(both, dtype=torch.bool).triu().tril(LONGEST_SPAN - 1)
    both = both.masked_fill(~allowed, -torch.inf)
    best = int(both.argmax())
    first, final = divmod(best, both.shape[1])
    return first, final, float(both.max() - scores[0, 0] - scores[1, 0])


def _write(
    network: Network, tokenizer: Tokenizer, packed: Packed, last: Tensor, at_most: int
) -> list[list[int]]:
    said: list[list[int]] = [[] for _ in packed.conversations]
    going = list(range(len(said)))
    for step in range(at_most):
        chosen = network.logits(last).argmax(-1).tolist()
        ended = {i for i, t in zip(going, chosen, strict=True) if t in tokenizer.frame.stop}
        for index, token in zip(going, chosen, strict=True):
            if index not in ended:
                said[index].append(token)
        ids = [t for i, t in zip(going, chosen, strict=True) if i not in ended]
        going = [i for i in going if i not in ended]
        if not going:
            break
        run = Pass("read", seen=OneMore(packed, step, going))
        h, _ = network(network.embed(torch.tensor([ids])), None, run)
        last = h[0]
    return said


def _text(tokenizer: Tokenizer, ids: Sequence[int]) -> str:
    return b"".join(map(tokenizer.piece, ids)).decode("utf-8", "replace").strip()
