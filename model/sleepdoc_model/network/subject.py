"""What tokens are about, and whether a memory concerns them: asked once, for all layers.

Shapes: B batch, T tokens, S heads of the subject, F `SUBJECT_FEATURES`.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_model.config import SUBJECT_FEATURES
from sleepdoc_model.network.trunk import split_heads

_BLOCK = 128
"""Tokens whose subjects are gathered at once: what all of a window weigh for each other would be
the largest thing that a sleep holds."""


class Relevance(nn.Module):
    """How much a memory concerns each token, from 0 to 1, before any layer has read it: a gate on
    the memory, by an MLP.

    The gates of the layers are linear, so each is shut on a plane at best, and no layer gains by
    shutting its own. This one is for all of them: where it is 0, the network is the base.
    """

    def __init__(self, dim: int, hidden: int = 64) -> None:
        super().__init__()
        self.down = nn.Linear(dim, hidden)
        self.up = nn.Linear(hidden, 1)
        nn.init.zeros_(self.up.weight)
        nn.init.constant_(self.up.bias, 4.0)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, 1] of normed inputs x [B, T, dim]."""
        hidden = F.silu(F.linear(x.float(), self.down.weight, self.down.bias))
        return F.linear(hidden, self.up.weight, self.up.bias).sigmoid()


class Subject(nn.Module):
    """What every token is about: features of it and of those around, the salient and the near most.

    In the field's terms attention without queries: values `down`, a score `salience` per key, and
    a learnt relative position bias, softmax(salience_j - distance_ij) over j.

    Fast weights find things by keys of single tokens, and what a pretrained network puts of, say,
    the person of a sentence into its other tokens is too little to tell many apart. What these few
    heads gather is added to keys and queries alike, so that those about the same meet.

    How far two tokens are apart is learnt too: from one to the next it is a small step, or, where a
    sentence ends, a large one, much as attention forgets in arXiv 2503.02130. Awake, tokens look
    back. Asleep the whole window is there, so they also look ahead: in "London is where Ada was
    born" it is only said later of whom London is told.

    Fast weights trained from scratch have short convolutions for this (arXiv 2212.14052); here they
    would have to be as long as sentences.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.down = nn.Linear(dim, heads * SUBJECT_FEATURES, bias=False)
        self.salience = nn.Linear(dim, heads, bias=False)
        self.step = nn.Linear(dim, heads)
        self.ahead = nn.Parameter(torch.full((heads,), 2.0))
        for start in (self.salience, self.step):
            nn.init.zeros_(start.weight)
        half_lives = torch.logspace(1, 4, heads, base=2.0)  # 2 to 16 tokens
        with torch.no_grad():
            self.step.bias.copy_((math.log(2) / half_lives).expm1().log())

    def project(self, x: Tensor) -> Tensor:
        """What other tokens need of normed inputs x [B, T, dim]: [B, T, S, F + 2], the last two of
        it the step to the next token, and salience."""
        x = x.float()
        features, steps = split_heads(self.down(x), self.heads), F.softplus(self.step(x))
        return torch.cat((features, steps[..., None], self.salience(x)[..., None]), dim=-1)

    def forward(
        self, projected: Tensor, count: int, *, asleep: bool = False, active: Tensor | None = None
    ) -> Tensor:
        """The subjects [B, count, S * F] of the last tokens of `projected` [B, all, S, F + 2].

        Asleep they look ahead as well, but not at padding, where `active` [B, count] is false.
        """
        features, steps, salience = (  # [B, S, all, F], and twice [B, S, all, 1]
            part.transpose(1, 2)
            for part in torch.split(projected, [SUBJECT_FEATURES, 1, 1], dim=-1)
        )
        position = steps.cumsum(2) - steps  # [B, S, all, 1]
        tokens = torch.arange(projected.shape[1], device=projected.device)
        padding = torch.zeros_like(tokens, dtype=torch.bool)
        if active is not None:
            padding = F.pad(~active, (len(tokens) - count, 0))[:, None, None]
        found = []
        for some in torch.split(tokens[-count:], _BLOCK):
            distance = (position[:, :, some] - position.mT).abs()  # [B, S, some, all]
            later = tokens > some[:, None]  # [some, all]
            weights = salience.mT - distance
            if asleep:
                weights = weights - self.ahead[:, None, None] * later
                later = later & padding
            weights = weights.masked_fill(later, -torch.inf).softmax(-1)
            found.append((weights @ features).transpose(1, 2))  # [B, some, S, F]
        gathered = torch.cat(found, dim=1).flatten(2)  # [B, count, S * F]
        return F.rms_norm(gathered, gathered.shape[-1:], eps=1e-6)
