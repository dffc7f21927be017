"""The mean of readers along one run, which may answer better than each of them.

python -m sleepdoc_model.training.reader.mean STATE STATE ... --out reader.safetensors

Factors are averaged, not their products: along one run they stay near each other, as for weights of
fine-tuned networks (model soups, arXiv 2203.05482).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from sleepdoc_model.reader import save_reader

_AVERAGE = ".down/average"


def mean(states: Sequence[dict[str, Tensor]]) -> dict[str, tuple[Tensor, Tensor]]:
    """Down- and up-projections of the averages over steps in states that `ReaderTrainer.save` wrote
    in one run, by the corrected projection's name."""

    def of(name: str) -> Tensor:
        total = states[0][name].clone()
        for state in states[1:]:
            total += state[name]
        return total / len(states)

    names = [name.removesuffix(_AVERAGE) for name in states[0] if name.endswith(_AVERAGE)]
    return {name: (of(f"{name}{_AVERAGE}"), of(f"{name}.up/average")) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.training.reader.mean")
    parser.add_argument("states", type=Path, nargs="+", metavar="STATE")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    states = [load_file(path) for path in options.states]
    step = "+".join(str(int(state["step"])) for state in states)
    save_reader(options.out, mean(states), step=step)


if __name__ == "__main__":
    main()
