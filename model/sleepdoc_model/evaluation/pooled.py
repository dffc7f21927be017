"""What a sleep knows of the passages of a document, besides what it writes: their hidden states.

While a window sleeps the trunk is run over its tokens once, and every memory layer's normed input
is at hand (`Network.taps`). Here its mean over each passage of recall's index is kept, at two
layers: a low one, where states still tell words (rare ones count more), and a high one, where the
state behind a question is like the mean of what answers it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from sleepdoc_model.network import Network
from sleepdoc_model.recall.index import Indexed, indexed
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.tokenizer import Tokenizer

WINDOW = 872
"""Document tokens of a window of 1,024: what the application reads between two sleeps."""
LOW, HIGH = 8, 24
"""The blocks whose normed inputs are taken."""
_BREAK = "\n\n"

Rarity = Mapping[int, float]
"""What a token is worth; one that is not in it has the worth of token -1."""


@dataclass(frozen=True)
class Stretch:
    """A passage of the index as tokens of its document, `start` up to `end`."""

    passage: Indexed
    start: int
    end: int


def rarity(texts: Iterable[Sequence[int]]) -> Rarity:
    """Inverse document frequencies of the tokens of texts."""
    held: Counter[int] = Counter()
    count = 0
    for tokens in texts:
        held.update(set(tokens))
        count += 1
    found = {token: math.log((count + 1) / (times + 0.5)) for token, times in held.items()}
    return found | {-1: math.log(2 * (count + 1))}


def stretches(
    pages: Sequence[tuple[int, str]], tokenizer: Tokenizer
) -> tuple[list[int], list[Stretch]]:
    """The tokens of pages, given as number and text, and where their passages stand in them."""
    tokens: list[int] = []
    begins: dict[int, list[int]] = {}
    """Of each page the byte where every token begins."""
    first: dict[int, int] = {}
    for number, text in pages:
        ids = tokenizer.encode(text + _BREAK)
        first[number] = len(tokens)
        begins[number] = list(accumulate((len(tokenizer.piece(i)) for i in ids), initial=0))
        tokens += ids
    texts = dict(pages)
    found = []
    for passage in indexed(pages):
        text, page = texts[passage.page], passage.page
        start = len(text[: passage.start].encode())
        end = start + len(text[passage.start : passage.end].encode())
        inside = [n for n, at in enumerate(begins[page][:-1]) if start <= at < end]
        low, high = inside[0], inside[-1] + 1
        found.append(Stretch(passage, first[page] + low, first[page] + high))
    return tokens, found


class States:
    """Pooled hidden states of a network; F is twice its width."""

    def __init__(
        self,
        network: Network,
        tokenizer: Tokenizer,
        rare: Rarity,
        *,
        layers: tuple[int, int] = (LOW, HIGH),
    ) -> None:
        """Args:
        rare: What tokens count in weighted means.
        layers: The low one and the high one, both with fast weights.
        """
        self._network, self._tokenizer, self._rare = network, tokenizer, rare
        self._low, self._high = map(network.config.memory_layers.index, layers)
        self._prefix = cached_prefix(network, tokenizer.frame.prefix)

    def passages(self, tokens: Sequence[int], found: Sequence[Stretch]) -> Tensor:
        """Means of each stretch, [P, F], of a document read window by window: weighted ones of the
        low layer, plain ones of the high."""
        sums = torch.zeros(len(found), 2, self._network.config.dim)
        weights = torch.zeros(len(found), 2)
        for begin in range(0, len(tokens), WINDOW):
            window = tokens[begin : begin + WINDOW]
            worth = self._worth(window)
            both = torch.stack((worth, torch.ones_like(worth)))  # [2, T]
            seen = self._seen([window])[0] * both[..., None]  # [2, T, dim]
            for number, stretch in enumerate(found):
                inside = slice(max(stretch.start - begin, 0), max(stretch.end - begin, 0))
                sums[number] += seen[:, inside].sum(1)
                weights[number] += both[:, inside].sum(1)
        return (sums / weights.clamp(min=1e-6)[..., None]).flatten(1)

    def questions(self, questions: Sequence[str], batch: int = 32) -> Tensor:
        """Of each question the weighted mean at the low layer, and at the high one the state that
        its answer would be predicted from, [Q, F]."""
        frame, found = self._tokenizer.frame, []
        opened, closed = len(frame.question_open), len(frame.answer_open)
        for begin in range(0, len(questions), batch):
            asked = [self._tokenizer.encode(q) for q in questions[begin : begin + batch]]
            seen = self._seen([frame.asked(ids) for ids in asked])
            for states, ids in zip(seen, asked, strict=True):
                worth = self._worth(ids)
                mean = worth @ states[0, opened : opened + len(ids)] / worth.sum()
                found.append(torch.cat((mean, states[1, opened + len(ids) + closed - 1])))
        return torch.stack(found)

    def _worth(self, tokens: Sequence[int]) -> Tensor:
        return torch.tensor([self._rare.get(token, self._rare[-1]) for token in tokens])

    @torch.no_grad()
    def _seen(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """Both layers' states [B, 2, T, dim]; what stands behind a row's end means nothing."""
        ids = pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
        taps = self._network.taps(ids, self._prefix, layers=self._high + 1)
        return torch.stack((taps[self._low].float(), taps[self._high].float()), dim=1)
