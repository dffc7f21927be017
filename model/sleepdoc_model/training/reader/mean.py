"""The mean of readers that come from one another, which may answer better than each of them.

python -m sleepdoc_model.training.reader.mean READER READER ... --out reader.safetensors

Factors are averaged, not their products: readers of which one was trained from another stay near
each other, as weights of fine-tuned networks do (model soups, arXiv 2203.05482).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from sleepdoc_model.file_hash import file_sha256
from sleepdoc_model.reader import read_factors, save_reader


def mean(readers: Sequence[Path]) -> dict[str, tuple[Tensor, Tensor]]:
    """Down- and up-projections by the corrected projection's name.

    Raises:
        ValueError: one of them is not a reader of ours.
    """
    found = [read_factors(path) for path in readers]

    def of(name: str, factor: int) -> Tensor:
        return torch.stack([each[name][factor] for each in found]).mean(0)

    return {name: (of(name, 0), of(name, 1)) for name in found[0]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.training.reader.mean")
    parser.add_argument("readers", type=Path, nargs="+", metavar="READER")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    of = " ".join(file_sha256(path)[:12] for path in options.readers)
    save_reader(options.out, mean(options.readers), mean=of)


if __name__ == "__main__":
    main()
