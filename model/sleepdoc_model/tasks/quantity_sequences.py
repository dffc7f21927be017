"""Problems of `quantities` as sequences: the question, all that is told, and the answer."""

import functools
import random
import re
from dataclasses import dataclass

import torch

from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.tasks.quantities import LARGEST, NAMES, make_problem, modal_share
from sleepdoc_model.tasks.sequences import Sequences
from sleepdoc_model.tokenizer import Tokenizer

_FEW = NAMES[:: len(NAMES) // 32][:32]
_WORDS = re.compile("|".join([*_FEW, r"\w+", r"[.?:]"]))
_SENTENCES = (
    "How many are there? There are. The number of is more than fewer times the and together "
    "difference between. Answer:"
)


@dataclass(frozen=True)
class QuantitySequences:
    """Problems of 1 to `most` operations, as many of each; told in one window and a part of the
    next, in which the answer is asked for."""

    most: int = 8
    window: int = 2000
    length: int = 3300
    """Tokens of a sequence; shorter ones are padded behind the answer, where it sees nothing."""
    words: bool = False
    """Whether a token is a whole word, number or name, of which there are few, and not one of the
    base's."""

    @property
    def vocab(self) -> int:
        return 1 + len(_vocabulary()) if self.words else 49152

    def modal_accuracy(self, draws: int = 10_000) -> float:
        """How often the best constant guess is right, over so many problems."""
        rng = random.Random(0)
        return modal_share(
            make_problem(rng, operations=rng.randint(1, self.most)).answer for _ in range(draws)
        )

    def draw(self, count: int, seed: int, *, test: bool = False) -> Sequences:
        """`count` problems of a seed; `kind` is the number of operations."""
        rng = random.Random(2 * seed + test)
        tokens = torch.zeros(count, self.length, dtype=torch.long)
        asked, kind = torch.zeros_like(tokens, dtype=torch.bool), torch.zeros_like(tokens)
        for row in range(count):
            operations = rng.randint(1, self.most)
            told, answer = self._problem(rng, operations)
            whole = len(told) + len(answer)
            tokens[row, :whole] = torch.tensor(told + answer)
            asked[row, len(told) : whole] = True
            kind[row, len(told) : whole] = operations
        return Sequences(tokens, asked, kind)

    def _problem(self, rng: random.Random, operations: int) -> tuple[list[int], list[int]]:
        """Tokens up to the answer, and the answer's."""
        while True:
            problem = make_problem(
                rng,
                operations=operations,
                length=rng.randint(self.window, self.length),
                count=lambda text: len(self.encode(text)),
                names=_FEW if self.words else NAMES,
            )
            told = self.encode(f"{problem.question} {' '.join(problem.statements)} Answer:")
            answer = self.encode(f" {problem.answer}.")
            if len(told) + len(answer) <= self.length:
                return told, answer

    def encode(self, text: str) -> list[int]:
        """Token ids of a problem's text."""
        if not self.words:
            return _base_tokenizer().encode(text)
        return [_vocabulary()[word] for word in _WORDS.findall(text)]


@functools.cache
def _vocabulary() -> dict[str, int]:
    """Ids of all words there can be; 0 is the padding."""
    numbers = [str(number) for number in range(LARGEST + 1)]
    words = [*_FEW, *numbers, *sorted(set(_WORDS.findall(_SENTENCES)))]
    return {word: i for i, word in enumerate(words, start=1)}


@functools.cache
def _base_tokenizer() -> Tokenizer:
    return GGUFTokenizer(base_path(), SMOLLM2)
