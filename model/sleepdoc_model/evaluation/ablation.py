"""Heads without one of their parts, to measure what it is worth.

python -m sleepdoc_model.evaluation.ablation decay --out runs/no-decay.safetensors

They have the shape of the others, and go wherever a checkpoint goes. Memories of one are refused by
the other: the fingerprint differs.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from sleepdoc_model.tensor_file import write_tensors

_FAR = 60.0
"""An exponent whose exponential is as good as infinite, and negated as good as 0, in float32."""

Change = Callable[[Tensor], Tensor]
PARTS: dict[str, dict[str, Change]] = {
    "decay": {".decay.log_rate": lambda rate: torch.full_like(rate, -_FAR)},
    "fill": {".log_fill": lambda fill: torch.full_like(fill, _FAR)},
    "bias": {".k_bias": torch.zeros_like, ".q_bias": torch.zeros_like},
}
"""By part: what becomes of the tensors whose names end so. Without decay nothing written fades;
without fill a memory is read as loudly as it is full; without bias keys and queries keep what
they all have in common."""


def without(part: str, heads: Path, out: Path) -> int:
    """Write a checkpoint without one of `PARTS`; returns how many tensors were changed."""
    changes = PARTS[part]
    with safe_open(heads, "pt") as file:
        metadata = file.metadata()
    tensors: dict[str, Tensor] = load_file(heads)
    changed = 0
    for name, tensor in tensors.items():
        for end, change in changes.items():
            if name.endswith(end):
                tensors[name] = change(tensor)
                changed += 1
    write_tensors(out, tensors, metadata)
    return changed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.evaluation.ablation")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--heads", type=Path, default=Path("assets/heads.safetensors"))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    print(f"{without(options.part, options.heads, options.out)} tensors changed: {options.out}")


if __name__ == "__main__":
    main()
