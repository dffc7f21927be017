"""The reader: low-rank corrections that teach a frozen trunk to read, and what points at answers.

Corrections are LoRA (arXiv 2106.09685): every projection W of attention and MLP becomes W + U D,
with D [rank, in] and U [out, rank]. They are trained beside W and merged into it when a model is
loaded, so that a network with a reader costs what one without costs.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sleepdoc_model.network import Network

FORMAT = "sleepdoc-reader"
ABSENT = "The document does not say."
"""What it was trained to write where no passage answers."""
_CORRECTED = {
    **{name: name for name in ("attention.q", "attention.k", "attention.v", "attention.o")},
    **{name: f"mlp.{name}" for name in ("gate", "up", "down")},
}
"""Projections by the name they have in files."""


class Corrected(nn.Module):
    """A frozen projection with a correction of low rank; [..., in] to [..., out]."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) * linear.in_features**-0.5)
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))
        self.enabled = True

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.linear(x)
        if not self.enabled:
            return out
        down, up = self.down.to(x.dtype), self.up.to(x.dtype)
        low = F.linear(x, down).flatten(0, -2)
        return torch.addmm(out.flatten(0, -2), low, up.T).view(out.shape)


def projections(network: Network) -> Iterator[tuple[nn.Module, str, str]]:
    """Parent, attribute and name of every projection of the trunk."""
    for index, block in enumerate(network.layers()):
        for name, place in _CORRECTED.items():
            path, _, last = place.rpartition(".")
            yield block.get_submodule(path), last, f"blocks.{index}.{name}"


def attach(network: Network, rank: int) -> dict[str, Corrected]:
    """Put trainable corrections beside all projections, which stay as they are."""
    found = {}
    for parent, attribute, name in projections(network):
        corrected = Corrected(getattr(parent, attribute), rank)
        setattr(parent, attribute, corrected)
        found[name] = corrected
    return found


POINTED_FROM = (0.6, 0.8, 1.0)
"""How high in the stack hidden states are taken that point: what a token is about stands in the
middle, what comes next at the top."""


class Pointer(nn.Module):
    """Start and end scores of the tokens of the passages, and of none of them.

    A span's score is that of its start and of its end; both are products of what the end of the
    prompt asks for with what a token offers (Vinyals et al., arXiv 1506.03134). States [..., dim]
    are those of several layers side by side; see `seen_by_layers`.
    """

    def __init__(self, dim: int, features: int = 128) -> None:
        super().__init__()
        self.features, dim = features, dim * len(POINTED_FROM)
        self.asks = nn.Linear(dim, 2 * features)
        self.offers = nn.Linear(dim, 2 * features)
        self.nothing = nn.Linear(dim, 2)
        nn.init.zeros_(self.nothing.weight)
        nn.init.zeros_(self.nothing.bias)

    def forward(self, asked: Tensor, tokens: Tensor) -> Tensor:
        """Scores [2, T + 1] of starts and ends, that of nothing first.

        Args:
            asked: Hidden states of the prompt's last token, [layers * dim].
            tokens: Those of the tokens that can be pointed at, [T, layers * dim].
        """
        asks = self.asks(asked.float()).view(2, self.features)
        offers = self.offers(tokens.float()).view(-1, 2, self.features)
        scores = torch.einsum("sf,tsf->st", asks, offers) * self.features**-0.5
        return torch.cat((self.nothing(asked.float())[:, None], scores), dim=1)


@contextmanager
def seen_by_layers(network: Network) -> Iterator[list[Tensor]]:
    """Collects, as the network runs, the hidden states [B, T, dim] that a pointer needs."""
    found: list[Tensor] = []
    blocks = list(network.layers())
    hooks = [
        blocks[round(share * len(blocks)) - 1].register_forward_hook(
            lambda _module, _inputs, output: found.append(output[0])
        )
        for share in POINTED_FROM
    ]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def pointing_states(found: list[Tensor]) -> Tensor:
    """Hidden states of several layers side by side, each normed: [B, T, layers * dim]."""
    return torch.cat([F.rms_norm(h.float(), h.shape[-1:]) for h in found], dim=-1)


def save_reader(
    path: Path, corrections: Mapping[str, tuple[Tensor, Tensor]], pointer: Pointer, **notes: str
) -> None:
    """Write down- and up-projections by name, in bf16, and the pointer."""
    tensors = {}
    for name, (down, up) in corrections.items():
        tensors[f"{name}.down"], tensors[f"{name}.up"] = down, up
    tensors |= {f"pointer.{name}": value for name, value in pointer.state_dict().items()}
    tensors = {n: t.detach().to(torch.bfloat16).contiguous() for n, t in tensors.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    save_file(tensors, temporary, {"format": FORMAT, **notes})
    temporary.replace(path)


def read_reader(path: Path) -> tuple[dict[str, tuple[Tensor, Tensor]], dict[str, Tensor]]:
    """Corrections by the projection's name, and the pointer's parameters.

    Raises:
        ValueError: not a reader of ours.
    """
    with safe_open(path, "pt") as file:
        if (file.metadata() or {}).get("format") != FORMAT:
            raise ValueError(f"{path.name} is not a reader")
    tensors = load_file(path)
    names = [name.removesuffix(".down") for name in tensors if name.endswith(".down")]
    pointer = {n.removeprefix("pointer."): t for n, t in tensors.items() if n.startswith("pointer")}
    return {name: (tensors[f"{name}.down"], tensors[f"{name}.up"]) for name in names}, pointer


def with_corrections(weights: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    """A base's weights, by our names, with a reader's corrections added."""
    corrections, _ = read_reader(path)
    merged = dict(weights)
    for name, (down, up) in corrections.items():
        merged[f"{name}.weight"] = weights[f"{name}.weight"] + up.float() @ down.float()
    return merged
