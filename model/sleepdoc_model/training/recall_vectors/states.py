"""Pooled states of documents and questions, computed once and kept in a folder."""

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from sleepdoc_model.engine import Stretch
from sleepdoc_model.network import Network
from sleepdoc_model.pooling import Pooling, States
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.windows import in_window
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.state import KVCache
from sleepdoc_model.tensor_file import write_tensors
from sleepdoc_model.tokenizer import Tokenizer, token_places
from sleepdoc_model.training.recall_vectors.texts import Pages

WINDOW = 872
"""Document tokens of a window of 1,024: what the application reads between two sleeps."""
_BATCH = 32
"""Questions that are run at once."""


class PooledStates:
    """What a sleep would pool of every sentence, and an engine of a question."""

    def __init__(
        self, network: Callable[[], Network], tokenizer: Tokenizer, pooling: Pooling, of: str
    ) -> None:
        """Args:
        network: loaded when something is pooled.
        of: what is pooled depends on, besides the text and the pooled layers.
        """
        self._load, self.tokenizer, self.pooling, self._of = network, tokenizer, pooling, of

    def kept(self, path: Path, pages: Pages, questions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Those of sentences [S, F] and of questions [Q, F], from a file if they are there."""
        layers = self.pooling.low, self.pooling.high
        parts = [self._of, layers, WINDOW, list(pages), list(questions)]
        of = sha256(json.dumps(parts).encode()).hexdigest()
        if path.exists():
            with safe_open(path, "pt") as file:
                if (file.metadata() or {}).get("of") == of:
                    return file.get_tensor("sentences").float(), file.get_tensor(
                        "questions"
                    ).float()
        made = {
            "sentences": self.sentences(pages).half(),
            "questions": self.questions(questions).half(),
        }
        write_tensors(path, made, {"of": of})
        return made["sentences"].float(), made["questions"].float()

    def sentences(self, pages: Pages) -> Tensor:
        """Of a document read window by window, [S, F]."""
        tokens, stretches = self._stretches(pages)
        found = []
        for start in range(0, len(tokens), WINDOW):
            window = tokens[start : start + WINDOW]
            here = in_window(stretches, start, start + len(window))
            if here:
                (states,) = self._states([window])
                found.append(
                    self.pooling.sentences(torch.tensor(window), states, list(here.values()))
                )
        return torch.cat(found)

    def questions(self, questions: Sequence[str]) -> Tensor:
        """[Q, F]."""
        frame = self.tokenizer.frame
        opened, closed = len(frame.question_open), len(frame.answer_open)
        found = []
        for begin in range(0, len(questions), _BATCH):
            encoded = map(self.tokenizer.encode, questions[begin : begin + _BATCH])
            prompts = [frame.asked(ids) for ids in encoded]
            for prompt, states in zip(prompts, self._states(prompts), strict=True):
                own = opened, len(prompt) - closed
                found.append(self.pooling.question(torch.tensor(prompt), states, own))
        return torch.stack(found)

    def _stretches(self, pages: Pages) -> tuple[list[int], list[Stretch]]:
        """The tokens of pages as the application reads them, and where sentences stand in them."""
        tokens: list[int] = []
        stretches: list[Stretch] = []
        for _, text in pages:
            ids = self.tokenizer.encode(text + "\n\n")
            places = token_places(text, map(self.tokenizer.piece, ids), sentences(text))
            stretches += [(len(tokens) + start, len(tokens) + end) for start, end in places]
            tokens += ids
        return tokens, stretches

    @torch.no_grad()
    def _states(self, rows: Sequence[Sequence[int]]) -> list[States]:
        ids = pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
        layers = self._network.config.memory_layers
        low, high = layers.index(self.pooling.low), layers.index(self.pooling.high)
        taps = self._network.taps(ids, self._prefix, layers=high + 1)
        return [
            States(taps[low][n, : len(row)], taps[high][n, : len(row)])
            for n, row in enumerate(rows)
        ]

    @cached_property
    def _network(self) -> Network:
        return self._load()

    @cached_property
    def _prefix(self) -> KVCache:
        return cached_prefix(self._network, self.tokenizer.frame.prefix)
