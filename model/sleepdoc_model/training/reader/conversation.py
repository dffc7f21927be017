"""A lesson in token ids: passages, questions about them, and what is to be learnt."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sleepdoc_model.tokenizer import Tokenizer

NOTHING = -100
"""The label of a token after which nothing is learnt (torch's `ignore_index`)."""


@dataclass(frozen=True)
class Pointed:
    """Where the answer to one question stands among the tokens of its conversation."""

    asked: int
    """The last token of the prompt, from which is pointed."""
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    """First and last tokens of all places that are right; none if it stands nowhere."""


@dataclass
class Conversation:
    """Token ids after the pinned prefix, and what belongs to each.

    `block` is the number of the prompt a token is part of if all of that prompt is seen at once,
    and -1 where every token sees only those before it. `target` is the next token where it is to
    be learnt, else `NOTHING`.
    """

    ids: list[int] = field(default_factory=list)
    block: list[int] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    """How much a target counts: an answer as much as the root of its length."""
    passage: list[bool] = field(default_factory=list)
    """Which tokens can be pointed at."""
    pointed: list[Pointed] = field(default_factory=list)
    plain: bool = False
    """Whether the answers are the base's own, so that nothing is to change."""

    def add(self, ids: Sequence[int], *, block: int = -1, passage: bool = False) -> None:
        self.ids += ids
        self.block += [block] * len(ids)
        self.target += [NOTHING] * len(ids)
        self.weight += [0.0] * len(ids)
        self.passage += [passage] * len(ids)

    def answer(self, ids: Sequence[int], close: Sequence[int]) -> None:
        """Add what is to be said, and the end of the turn."""
        said = [*ids, *close]
        learnt = len(ids) + 1
        before = len(self.ids) - 1
        self.add(said)
        for offset in range(learnt):
            self.target[before + offset] = said[offset]
            self.weight[before + offset] = learnt**-0.5


def token_spans(
    tokenizer: Tokenizer, ids: Sequence[int], text: str, answer: str
) -> list[tuple[int, int]]:
    """First and last token of every place where `ids`, which spell `text`, hold `answer`."""
    found, start = [], text.find(answer)
    if start < 0:
        return []
    ends, length = [], 0
    for token in ids:
        length += len(tokenizer.piece(token))
        ends.append(length)
    while start >= 0:
        first = len(text[:start].encode())
        last = first + len(answer.encode())
        before, after = start == 0 or not text[start - 1].isalnum(), start + len(answer)
        whole = before and (after == len(text) or not text[after].isalnum())
        if whole:
            begin = next((i for i, end in enumerate(ends) if end > first), None)
            final = next((i for i, end in enumerate(ends) if end >= last), None)
            if begin is not None and final is not None:
                found.append((begin, final))
        start = text.find(answer, start + 1)
    return found
