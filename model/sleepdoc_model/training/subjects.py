"""Before training end to end: the network learns what tokens are about, so that questions find it.

Where the answer of a question stands in a document, its first token and the question's last token
are to agree, and to disagree with those of the document's other questions (a contrastive loss,
InfoNCE of arXiv 1807.03748). What is asked is matched by projections of the same tokens,
which are thrown away: there remains for the subject to say whom or what it is asked of.

It takes nothing but the input of the lowest memory layer, so no gradient goes through the base.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from sleepdoc_model.network import Network, Subject
from sleepdoc_model.state import KVCache
from sleepdoc_model.tasks import facts, fairytale, numbers
from sleepdoc_model.tasks.types import Example
from sleepdoc_model.tokenizer import Tokenizer

ASKED = 16
"""Questions about a document of facts or figures."""


@dataclass(frozen=True)
class Pairs:
    """A document and its questions, as the lowest memory layer sees them."""

    text: Tensor
    """[T, dim]."""
    told: Tensor
    """[Q]: the position of each answer's first token."""
    asked: Tensor
    """[Q, U, dim], padded."""
    last: Tensor
    """[Q]: the position of each question's last token."""


def documents(
    rng: random.Random, count: int, stories: Sequence[fairytale.Story], split: facts.Split
) -> Iterator[Example]:
    """Half of them facts about people, the others figures and, if given, sections of stories."""
    for number in range(count):
        make = facts.make_example if number % 2 else numbers.make_example
        if stories and number % 4 == 0:
            yield fairytale.make_example(rng, stories, sections=1, windows=1, questions=ASKED)
        else:
            yield make(rng, facts=ASKED, windows=1, questions=ASKED, split=split)


def see_pairs(
    network: Network, prefix: KVCache, tokenizer: Tokenizer, examples: Iterator[Example]
) -> Iterator[Pairs]:
    """Run the base over documents with several answers that each stand in them just once."""
    for example in examples:
        text = "".join(example.windows)
        once = [q for q in example.questions if text.count(q.answer) == 1]
        if len(once) < 2:
            continue
        # A space belongs to the token after it.
        before = [text[: text.index(q.answer)].rstrip(" ") for q in once]
        rows = [tokenizer.frame.asked(tokenizer.encode(q.text)) for q in once]
        yield Pairs(
            _inputs(network, prefix, [tokenizer.encode(text)])[0],
            torch.tensor([len(tokenizer.encode(start)) for start in before]),
            _inputs(network, prefix, rows),
            torch.tensor([len(row) - 1 for row in rows]),
        )


def _inputs(network: Network, prefix: KVCache, rows: Sequence[Sequence[int]]) -> Tensor:
    """Normed inputs [B, T, dim] of the lowest memory layer."""
    device = network.embedding.weight.device
    ids = pad_sequence([torch.tensor(row) for row in rows], batch_first=True).to(device)
    (seen,) = network.taps(ids, prefix, layers=1)
    return seen.float()


class Matching(nn.Module):
    """Similarities of questions and of places in their document."""

    def __init__(self, subject: Subject, dim: int, size: int = 64) -> None:
        super().__init__()
        self.subject = subject
        self.told = nn.Linear(dim, size, bias=False)
        self.asks = nn.Linear(dim, size, bias=False)
        self.log_sharpness = nn.Parameter(torch.tensor(2.0))

    def forward(self, pairs: Pairs) -> Tensor:
        """[Q, Q]: of every question to the place of every answer."""
        rows = torch.arange(len(pairs.last), device=pairs.last.device)
        count, width = len(pairs.text), pairs.asked.shape[1]
        text = self.subject(self.subject.project(pairs.text[None]), count, asleep=True)[
            0, pairs.told
        ]
        asked = self.subject(self.subject.project(pairs.asked), width)[rows, pairs.last]
        same = F.normalize(asked, dim=-1) @ F.normalize(text, dim=-1).T
        told = F.normalize(self.told(pairs.text[pairs.told]), dim=-1)
        asks = F.normalize(self.asks(pairs.asked[rows, pairs.last]), dim=-1)
        return (same + asks @ told.T) * self.log_sharpness.exp()


def learn_subjects(
    network: Network, pairs: Sequence[Pairs], held_out: Sequence[Pairs], *, steps: int = 300
) -> float:
    """Train the network's subject.

    Returns:
        The share of held-out questions that are nearest to the place of their own answer.
    """
    assert network.subject is not None
    matching = Matching(network.subject, network.config.dim).to(pairs[0].text.device)
    optimizer = torch.optim.AdamW(matching.parameters(), lr=2e-3, weight_decay=0.05)
    rng = random.Random(0)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, 2 * (steps - step) / steps)
        losses = []
        for drawn in rng.sample(pairs, min(12, len(pairs))):
            found = matching(drawn)
            losses.append(F.cross_entropy(found, torch.arange(len(found), device=found.device)))
        optimizer.zero_grad()
        torch.stack(losses).mean().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    with torch.no_grad():
        nearest = [matching(each).argmax(-1).cpu() for each in held_out]
    right = [each == torch.arange(len(each)) for each in nearest]
    return torch.cat(right).float().mean().item()
