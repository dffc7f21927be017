"""Rule 110: of some states of a cellular automaton, what is the first cell after so many steps?

The task of arXiv 2605.26099. With zero steps it is recall; every step adds a layer of reasoning
that has to be done before the question comes. Cells are on a ring: with cells outside that are
always zero, the first cell would soon be constant (the paper does not say which it was).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from sleepdoc_model.tasks.sequences import Sequences

QUERY = 2
"""The token before the answers; cells are tokens 0 and 1."""


@dataclass(frozen=True)
class Rule110:
    """A window for each state, and one for the answers."""

    width: int = 24
    states: int = 4
    steps: int = 32

    @property
    def vocab(self) -> int:
        return 3

    @property
    def window(self) -> int:
        return self.width

    def draw(self, count: int, seed: int, *, test: bool = False) -> Sequences:
        """`count` sequences of a seed: all states, the query token, and the first cells."""
        generator = torch.Generator().manual_seed(2 * seed + test)
        cells = torch.randint(2, (count, self.states, self.width), generator=generator)
        answers = after(cells, self.steps)[..., 0]
        query = torch.full((count, 1), QUERY)
        tokens = torch.cat((cells.flatten(1), query, answers), dim=1)
        asked = torch.zeros_like(tokens, dtype=torch.bool)
        asked[:, -self.states :] = True
        return Sequences(tokens, asked, torch.zeros_like(tokens))

    def modal_accuracy(self) -> float:
        """How often the best constant guess gets all answers of a sequence right.

        Counted over every state there is; 24 cells take seconds.
        """
        every, width = 2**self.width, self.width
        states = torch.arange(every)  # bit i is cell i
        for _ in range(self.steps):
            left = (states << 1 | states >> (width - 1)) & (every - 1)
            right = (states >> 1 | states << (width - 1)) & (every - 1)
            states = (states | right) & ~(left & states & right)
        ones = int((states & 1).sum())
        return float(max(ones, every - ones) / every) ** self.states


def after(cells: Tensor, steps: int) -> Tensor:
    """Cells [..., width] after so many steps: a cell is one if it or its right neighbour is, and
    not all three are."""
    for _ in range(steps):
        left, right = cells.roll(1, -1), cells.roll(-1, -1)
        cells = (cells | right) & (1 - (left & cells & right))
    return cells
