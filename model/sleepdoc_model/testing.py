"""Tiny real networks, for tests."""

import zlib

import torch

from sleepdoc_model.network import Network


def randomise(network: Network, seed: int) -> None:
    """Fill every parameter with seeded noise, zero gates and corrections too.

    A freshly made network ignores its memory by design; a test needs one that does not. What a
    parameter is filled with depends on its name alone, not on those before it.
    """
    with torch.no_grad():
        for name, parameter in network.weights().items():
            if name.endswith("norm.weight"):
                continue
            generator = torch.Generator().manual_seed(seed + zlib.crc32(name.encode()))
            scale = parameter.shape[-1] ** -0.5 if parameter.ndim > 1 else 0.5
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)
            if name.endswith("log_ridge"):
                parameter.sub_(2.0)  # or a few tokens would hardly count
    network.requires_grad_(False)
