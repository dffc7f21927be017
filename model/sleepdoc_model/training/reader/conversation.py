"""A lesson in token ids: passages, questions about them, and what is to be learnt."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sleepdoc_model.training.probe import CLOSE

NOTHING = -100
"""The label of a token after which nothing is learnt (torch's `ignore_index`)."""


@dataclass
class Conversation:
    """Token ids after the pinned prefix, and what belongs to each.

    `block` is the number of the prompt a token is part of if all of that prompt is seen at once,
    and -1 where every token sees only those before it. What belongs to a `turn` sees turn 0 and its
    own, as if it came right behind turn 0: so one text is asked several questions, each as if it
    were the first. `target` is the next token where it is to be learnt, else `NOTHING`.
    """

    ids: list[int] = field(default_factory=list)
    block: list[int] = field(default_factory=list)
    turn: list[int] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    """How much a target counts: an answer as much as the root of its length."""
    hint: list[int] = field(default_factory=list)
    """What stands between a question and its answer, where that is to be known, else `NOTHING`."""
    plain: bool = False
    """Whether the answers are the base's own, so that nothing is to change."""

    def add(self, ids: Sequence[int], *, block: int = -1, turn: int = 0) -> None:
        self.ids += ids
        self.block += [block] * len(ids)
        self.turn += [turn] * len(ids)
        self.target += [NOTHING] * len(ids)
        self.weight += [0.0] * len(ids)
        self.hint += [NOTHING] * len(ids)

    def answer(self, ids: Sequence[int], close: Sequence[int], through: int = NOTHING) -> None:
        """Add what is to be said, and the end of what is said; of the turn that was added last.

        Args:
            through: The token of what the first of two steps finds.
        """
        said = [*ids, *close]
        learnt = len(ids) + 1
        before = len(self.ids) - 1
        for place in range(max(0, len(self.ids) - CLOSE), len(self.ids)):
            self.hint[place] = through
        self.add(said, turn=self.turn[-1])
        for offset in range(learnt):
            self.target[before + offset] = said[offset]
            self.weight[before + offset] = learnt**-0.5
