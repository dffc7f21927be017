"""The trunk's matrices as decoding wants them: those with the same input stacked, in 8 bits.

Shapes: matrices [out, in]; a token x [1, in].
"""

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

Product = Callable[[Tensor], Tensor]
"""[1, in] to [1, out]."""

_STACKED = {
    "qkv": ("attention.q", "attention.k", "attention.v"),
    "o": ("attention.o",),
    "gate_up": ("gate", "up"),
    "down": ("down",),
}
_SCALE = ".scale"


def stacked(weights: Mapping[str, Tensor], layers: int) -> dict[str, Tensor]:
    """Matrices by layer and use, such as ``0.qkv``, and ``embedding``.

    Args:
        weights: A network's, by the names they have in files; those it has none of are left out.
        layers: How many there are.
    """
    found = {
        f"{layer}.{use}": torch.cat([weights[f"blocks.{layer}.{name}.weight"] for name in names])
        for layer in range(layers)
        for use, names in _STACKED.items()
        if f"blocks.{layer}.{names[0]}.weight" in weights
    }
    if "embedding.weight" in weights:
        found["embedding"] = weights["embedding.weight"]
    return found


def eight_bits(matrices: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same rounded to 8 bits, with a scale per row in bf16 beside each."""
    found = {}
    for name, matrix in matrices.items():
        wide = matrix.float()
        scale = (wide.abs().amax(1).clamp(min=1e-8) / 127).bfloat16()
        # Rounded by the scale as it is stored: one rounded otherwise would shift a whole row.
        found[name] = (wide / scale.float()[:, None]).round().clamp(-127, 127).to(torch.int8)
        found[name + _SCALE] = scale
    return found


def product(matrices: Mapping[str, Tensor], name: str) -> Product:
    """Multiplies a token by a matrix, in 8 bits if it is in 8 bits."""
    matrix, scale = matrices[name], matrices.get(name + _SCALE)
    if scale is None:
        return lambda x: F.linear(x, matrix)
    multiply = torch._weight_int8pack_mm
    # Only in bf16 is it fast, whatever the network computes in.
    return lambda x: multiply(x.bfloat16(), matrix, scale).to(x.dtype)
