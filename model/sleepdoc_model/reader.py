"""The reader: low-rank corrections that teach a frozen trunk to read.

Corrections are LoRA (arXiv 2106.09685): every projection W of attention and MLP becomes W + U D,
with D [rank, in] and U [out, rank]. They are trained beside W and merged into it when a model is
loaded, so that a network with a reader costs what one without costs.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from sleepdoc_model.network import Network
from sleepdoc_model.tensor_file import write_tensors

FORMAT = "sleepdoc-reader-2"
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


def save_reader(path: Path, corrections: Mapping[str, tuple[Tensor, Tensor]], **notes: str) -> None:
    """Write down- and up-projections by name: int8, one scale for each of the `rank` directions."""
    tensors = {}
    for name, (down, up) in corrections.items():
        low, low_scale = _rounded(down, dim=1)
        high, high_scale = _rounded(up, dim=0)
        tensors[f"{name}.down"], tensors[f"{name}.up"] = low, high
        tensors[f"{name}.scale"] = low_scale * high_scale
    write_tensors(path, tensors, {"format": FORMAT, **notes})


def _rounded(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """`x` [rank, in] or [out, rank] in int8, and the scales [rank]; the rank is not `dim`."""
    x = x.detach().float()
    scale = x.abs().amax(dim, keepdim=True).clamp(min=1e-12) / 127
    return (x / scale).round().to(torch.int8).contiguous(), scale.flatten()


def read_reader(path: Path) -> dict[str, tuple[Tensor, Tensor]]:
    """Down- [rank, in] and up-projections [out, rank] in fp32, by the corrected projection's name.

    Raises:
        ValueError: not a reader of ours.
    """
    with safe_open(path, "pt") as file:
        if (file.metadata() or {}).get("format") != FORMAT:
            raise ValueError(f"{path.name} is not a reader")
    tensors = load_file(path)
    found = {}
    for name in (each.removesuffix(".scale") for each in tensors if each.endswith(".scale")):
        scale = tensors[f"{name}.scale"][:, None]
        found[name] = tensors[f"{name}.down"] * scale, tensors[f"{name}.up"].float()
    return found


def read_factors(path: Path) -> dict[str, tuple[Tensor, Tensor]]:
    """The same as training has them.

    A file has the product of the factors, not how large each is. A direction gets back the length
    one that it has where training begins, or an optimiser's steps would be far too large for one
    factor and too small for the other.

    Raises:
        ValueError: not a reader of ours.
    """
    factors = {}
    for name, (down, up) in read_reader(path).items():
        length = down.norm(dim=1)
        factors[name] = down / length[:, None], up * length
    return factors


def restore(corrections: Mapping[str, Corrected], path: Path) -> None:
    """Give corrections that were attached the values of a saved reader of the same rank.

    Raises:
        ValueError: not a reader of ours.
    """
    with torch.no_grad():
        for name, (down, up) in read_factors(path).items():
            corrections[name].down.copy_(down)
            corrections[name].up.copy_(up)


def with_corrections(weights: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    """A base's weights, by our names, with a reader's corrections added."""
    merged = dict(weights)
    for name, (down, up) in read_reader(path).items():
        merged[f"{name}.weight"] = weights[f"{name}.weight"] + up @ down
    return merged
