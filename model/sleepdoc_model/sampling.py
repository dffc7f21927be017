"""Choosing the next token."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor

from sleepdoc_model.engine import Sampling


def sample(
    logits: Callable[[], Tensor],
    sampling: Sampling,
    *,
    at_most: int,
    stop: frozenset[int],
    chances: list[float],
) -> Iterator[int]:
    """An answer's tokens, up to one of `stop`; each is taken in before the next is asked for.

    Args:
        logits: Scores [vocab] of the next token, after all there is by then.
        sampling: How tokens are drawn.
        at_most: How many.
        stop: Tokens that end the answer and are not part of it.
        chances: Gets the model's own log-probability of every token, that of the end as well.
    """
    sampler, generated = Sampler(sampling), list[int]()
    while len(generated) < at_most:
        scores = logits()
        token = sampler.next(scores, generated, stop)
        chances.append(float(scores.float().log_softmax(-1)[token]))
        if token in stop:
            return
        generated.append(token)
        yield token


class Sampler:
    """Draws tokens under one `Sampling`; equal seeds give equal draws."""

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling
        self._generator = torch.Generator().manual_seed(sampling.seed)

    def next(
        self, logits: Tensor, generated: Iterable[int], stop: frozenset[int] = frozenset()
    ) -> int:
        """The next token from logits [vocab], given the tokens of this answer so far, which one of
        `stop` ends."""
        logits = penalise(logits.cpu(), generated, self.sampling.repetition_penalty)
        logits = without(logits, tuple(generated), self.sampling.not_begun)
        if self.sampling.copied:
            logits = copying(logits, tuple(generated), self.sampling.copied, stop)
        if self.sampling.temperature <= 0:
            return int(logits.argmax())
        chances = nucleus((logits / self.sampling.temperature).softmax(-1), self.sampling.top_p)
        return int(torch.multinomial(chances, 1, generator=self._generator))


def penalise(logits: Tensor, tokens: Iterable[int], penalty: float) -> Tensor:
    """Make tokens already used less likely (repetition penalty of CTRL, arXiv 1909.05858)."""
    used = sorted(set(tokens))
    if penalty == 1.0 or not used:
        return logits
    logits = logits.clone()
    chosen = logits[used]
    logits[used] = torch.where(chosen > 0, chosen / penalty, chosen * penalty)
    return logits


def without(
    logits: Tensor, tokens: tuple[int, ...], beginnings: Iterable[tuple[int, ...]]
) -> Tensor:
    """Make impossible what would complete one of the beginnings."""
    banned = [each[-1] for each in beginnings if each[:-1] == tokens]
    if not banned:
        return logits
    logits = logits.clone()
    logits[banned] = -torch.inf
    return logits


def copying(
    logits: Tensor, tokens: tuple[int, ...], texts: Iterable[tuple[int, ...]], stop: frozenset[int]
) -> Tensor:
    """Leave possible only what goes on with a copy of one of the texts, and, once there is one,
    what ends it."""
    count = len(tokens)
    on = {each[count] for each in texts if len(each) > count and each[:count] == tokens}
    left = sorted(on | stop if tokens else on)
    out = torch.full_like(logits, -torch.inf)
    out[left] = logits[left]
    return out


def nucleus(chances: Tensor, top_p: float) -> Tensor:
    """Keep the likeliest tokens that together reach `top_p` (arXiv 1904.09751)."""
    if top_p >= 1.0:
        return chances
    ordered, order = chances.sort(descending=True)
    ordered[ordered.cumsum(-1) - ordered >= top_p] = 0.0
    return torch.zeros_like(chances).scatter(-1, order, ordered)
