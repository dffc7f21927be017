"""Depo: the directed edges of a cycle in any order; which node is k steps on from this one?

The task of "Physics of Language Models: Part 4.1" (arXiv 2512.17351) by its definition, in the
variant of arXiv 2605.26099: at most 75 nodes, up to 16 hops, padded on the left to 300 tokens.
"""

import random
from dataclasses import dataclass

import torch

from sleepdoc_model.tasks.sequences import Sequences

PAD, ANSWER = 0, 1

Word = tuple[int, ...]


@dataclass(frozen=True)
class Depo:
    """A cycle in windows, then questions in one more."""

    nodes: int = 75
    hops: int = 16
    questions: int = 10
    letters: int = 50
    """How many tokens words are made of; a word's last token is one of as many others."""
    longest: int = 2
    """Tokens of the longest words."""
    windows: int = 4
    """How many the cycle is cut into."""
    skew: float = 0.0
    """Training asks for k hops with a probability in proportion to k ** -skew. Many hops cannot be
    learned before one hop is, and meanwhile only bury its signal."""

    @property
    def vocab(self) -> int:
        return 2 + 2 * self.letters + self.hops

    @property
    def window(self) -> int:
        length = 2 * self.longest * self.nodes
        return max(-(-length // self.windows), self.questions * (2 + 2 * self.longest))

    def draw(self, count: int, seed: int, *, test: bool = False) -> Sequences:
        """`count` sequences of a seed.

        In training cycles have 3 to all nodes, small ones more often, and questions any number of
        hops; in a test all nodes, and powers of two.
        """
        rng = random.Random(f"{seed}/{test}")
        drawn = [self._one(rng, test) for _ in range(count)]
        tokens, kinds = zip(*drawn, strict=True)
        kind = torch.tensor(kinds)
        return Sequences(torch.tensor(tokens), kind > 0, kind)

    def _one(self, rng: random.Random, test: bool) -> tuple[list[int], list[int]]:
        sizes = range(3, self.nodes + 1)
        weights = [1 / (n + self.nodes**0.5) for n in sizes]
        count = self.nodes if test else rng.choices(sizes, weights)[0]
        cycle = self._words(rng, count)
        edges = [(word, cycle[(i + 1) % count]) for i, word in enumerate(cycle)]
        rng.shuffle(edges)
        told = [token for edge in edges for word in edge for token in word]
        powers = [2**i for i in range(self.hops.bit_length()) if 2**i <= self.hops]
        depths = range(1, self.hops + 1)
        odds = [k**-self.skew for k in depths]
        tokens, kinds = [], []
        for start in rng.sample(range(count), min(count, self.questions)):
            hops = rng.choice(powers) if test else rng.choices(depths, odds)[0]
            answer = cycle[(start + hops) % count]
            asked = (1 + 2 * self.letters + hops, *cycle[start], ANSWER)
            tokens += [*asked, *answer]
            kinds += [0] * len(asked) + [hops] * len(answer)
        before = [PAD] * (self.window * self.windows - len(told)) + told
        after = [PAD] * (self.window - len(tokens))
        return before + tokens + after, [0] * len(before) + kinds + [0] * len(after)

    def _words(self, rng: random.Random, count: int) -> list[Word]:
        """Distinct words of letters 2..letters+1, their last one raised by `letters`."""
        words: dict[Word, None] = {}
        while len(words) < count:
            spelled = [
                rng.randint(2, self.letters + 1) for _ in range(rng.randint(1, self.longest))
            ]
            words[(*spelled[:-1], spelled[-1] + self.letters)] = None
        return list(words)
