"""The state of an optimiser by the names of its parameters, to go on from."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def optimizer_state(
    optimizer: torch.optim.Optimizer, named: Mapping[str, nn.Parameter]
) -> dict[str, Tensor]:
    """Tensors by ``NAME/KEY``; a key such as ``exp_avg`` has no slash."""
    return {
        f"{name}/{key}": value
        for name, parameter in named.items()
        for key, value in optimizer.state[parameter].items()
    }


def load_optimizer_state(
    optimizer: torch.optim.Optimizer,
    named: Mapping[str, nn.Parameter],
    state: Mapping[str, Tensor],
) -> None:
    """Put back what `optimizer_state` gave."""
    for name, value in state.items():
        parameter, key = name.rsplit("/", 1)
        # The optimiser counts its steps on the CPU, wherever the parameters are.
        there = value if key == "step" else value.to(named[parameter].device)
        optimizer.state[named[parameter]][key] = there
