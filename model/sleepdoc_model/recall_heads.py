"""From what is pooled of a sentence or a question to vectors that recall compares.

A vector is a few signed bytes, of account by its direction alone: two are as like as the cosine of
the angle between them. Projections are learnt by `training.recall_vectors`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor

from sleepdoc_model.engine import Stretch
from sleepdoc_model.pooling import Pooling, States
from sleepdoc_model.tensor_file import write_tensors

FORMAT = "sleepdoc-recall"


@dataclass(frozen=True)
class Projection:
    """An affine map from F pooled values to those of a vector."""

    weight: Tensor
    """[size, F]."""
    bias: Tensor
    """[size]."""

    def __call__(self, pooled: Tensor) -> Tensor:
        """Of what is pooled [N, F] the vectors in bytes, [N, size]."""
        found = F.linear(pooled, self.weight, self.bias)
        largest = found.abs().amax(-1, keepdim=True).clamp(min=1e-12)
        return (found * (127 / largest)).round().to(torch.int8)


@dataclass(frozen=True)
class RecallHeads:
    """What makes vectors of a network's hidden states."""

    pooling: Pooling
    sentence: Projection
    question: Projection

    def sentences(
        self, tokens: Tensor, states: States, stretches: Sequence[Stretch]
    ) -> list[bytes]:
        """The vectors of stretches of a window of `tokens` [T]."""
        if not stretches:
            return []
        made = self.sentence(self.pooling.sentences(tokens, states, stretches))
        return [row.numpy().tobytes() for row in made.cpu()]

    def similar(
        self, tokens: Tensor, states: States, question: Stretch, vectors: Sequence[bytes]
    ) -> list[float]:
        """How like the question in a prompt of `tokens` [T] sentences are by their vectors: from
        -1 to 1."""
        asked = self.question(self.pooling.question(tokens, states, question)).cpu()
        size = len(asked)
        if any(len(vector) != size for vector in vectors):
            raise ValueError(f"vectors of these sentences do not have {size} bytes")
        kept = torch.frombuffer(bytearray(b"".join(vectors)), dtype=torch.int8).view(-1, size)
        found: list[float] = cosines(asked[None], kept)[0].tolist()
        return found

    def to(self, device: str) -> "RecallHeads":
        """The same on a device."""
        pooling = Pooling(self.pooling.low, self.pooling.high, self.pooling.worth.to(device))
        sentence, question = (
            Projection(each.weight.to(device), each.bias.to(device))
            for each in (self.sentence, self.question)
        )
        return RecallHeads(pooling, sentence, question)


def cosines(questions: Tensor, sentences: Tensor) -> Tensor:
    """How like questions [Q, size] sentences [N, size] are by their vectors, [Q, N]."""
    return F.normalize(questions.float(), dim=-1) @ F.normalize(sentences.float(), dim=-1).T


def save_recall_heads(made: RecallHeads, path: Path, notes: Mapping[str, str]) -> None:
    """Write them in half precision. `notes` go into the file's metadata."""
    tensors = {
        "worth": made.pooling.worth,
        "sentence.weight": made.sentence.weight,
        "sentence.bias": made.sentence.bias,
        "question.weight": made.question.weight,
        "question.bias": made.question.bias,
    }
    layers = json.dumps([made.pooling.low, made.pooling.high])
    halves = {name: tensor.half().contiguous() for name, tensor in tensors.items()}
    write_tensors(path, halves, {"format": FORMAT, "layers": layers, **notes})


def load_recall_heads(path: Path) -> RecallHeads:
    """Read them.

    Raises:
        ValueError: not a file of them.
    """
    with safe_open(path, "pt") as file:
        metadata = file.metadata() or {}
        if metadata.get("format") != FORMAT:
            raise ValueError(f"{path.name} holds nothing that makes vectors of sentences")
        found = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    low, high = json.loads(metadata["layers"])
    return RecallHeads(
        Pooling(low, high, found["worth"]),
        Projection(found["sentence.weight"], found["sentence.bias"]),
        Projection(found["question.weight"], found["question.bias"]),
    )
