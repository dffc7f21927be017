"""What the trunk makes of a stretch of text: means of its hidden states at two layers.

A low one, where states still tell words (rare ones count more), and a high one, where the state
behind a question is like the mean of what answers it. Both are normed inputs of layers with fast
weights (`Network.taps`): while a window sleeps they are computed anyway.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from sleepdoc_model.engine import Stretch


class States(NamedTuple):
    """Hidden states of the tokens of one window, [T, dim] each."""

    low: Tensor
    high: Tensor


@dataclass(frozen=True)
class Pooling:
    """What is pooled has F values, twice the network's width."""

    low: int
    high: int
    """The blocks whose normed inputs are taken."""
    worth: Tensor
    """What every token of the vocabulary counts in means at the low layer, [vocab]; positive."""

    def sentences(self, tokens: Tensor, states: States, stretches: Sequence[Stretch]) -> Tensor:
        """Means over stretches of a window of `tokens` [T], [N, F]."""
        places = torch.arange(len(tokens), device=tokens.device)
        starts, ends = torch.tensor(stretches, device=tokens.device).view(-1, 2, 1).unbind(1)
        inside = ((starts <= places) & (places < ends)).float()  # [N, T]
        return torch.cat(
            (_mean(inside * self.worth[tokens], states.low), _mean(inside, states.high)), dim=1
        )

    def question(self, tokens: Tensor, states: States, question: Stretch) -> Tensor:
        """Of a prompt of `tokens` [T] the mean over its question at the low layer, and at the high
        one the state that the answer would be predicted from, [F]."""
        (mean,) = self.sentences(tokens, states, [question])
        return torch.cat((mean[: states.low.shape[1]], states.high[-1].float()))


def worth_of_tokens(texts: Iterable[Sequence[int]], vocabulary: int) -> Tensor:
    """Inverse document frequencies of all tokens among texts, [vocabulary]."""
    held: Counter[int] = Counter()
    count = 0
    for tokens in texts:
        held.update(set(tokens))
        count += 1
    return torch.tensor([math.log((count + 1) / (held[n] + 0.5)) for n in range(vocabulary)])


def _mean(weights: Tensor, states: Tensor) -> Tensor:
    return weights @ states.float() / weights.sum(1, keepdim=True)
