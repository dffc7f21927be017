"""Trained fast-weight heads on disk: one safetensors file with the config in its metadata."""

import dataclasses
import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from sleepdoc_model.config import AttentionConfig, MemoryConfig, ModelConfig, SleepConfig
from sleepdoc_model.network import Network
from sleepdoc_model.tensor_file import write_tensors

FORMAT = "sleepdoc-heads"


def trained_parameters(network: Network) -> dict[str, torch.nn.Parameter]:
    """The parameters that belong to a checkpoint: everything of the fast-weight heads."""
    ours = {id(parameter) for parameter in network.added()}
    return {name: p for name, p in network.weights().items() if id(p) in ours}


def reading_parameters(network: Network) -> dict[str, torch.nn.Parameter]:
    """Those of them that what is written does not depend on."""
    writing = {id(parameter) for parameter in network.writing()}
    parameters = trained_parameters(network)
    return {name: p for name, p in parameters.items() if id(p) not in writing}


def save_heads(network: Network, path: Path, **notes: str) -> None:
    """Write the heads and the config they need. `notes` go into the file's metadata."""
    tensors = {n: p.detach().contiguous() for n, p in trained_parameters(network).items()}
    config = json.dumps(dataclasses.asdict(network.config), sort_keys=True)
    write_tensors(path, tensors, {"format": FORMAT, "config": config, **notes})


def read_config(path: Path) -> ModelConfig:
    """The config a checkpoint was trained with.

    Raises:
        ValueError: not a checkpoint of ours.
    """
    with safe_open(path, "pt") as file:
        metadata = file.metadata() or {}
    if metadata.get("format") != FORMAT:
        raise ValueError(f"{path.name} is not a checkpoint of fast-weight heads")
    fields = json.loads(metadata["config"])
    return ModelConfig(
        **{
            **fields,
            "layers": tuple(fields["layers"]),
            "attention": AttentionConfig(**fields["attention"]),
            "memory": MemoryConfig(**fields["memory"]),
            "sleep": SleepConfig(**fields["sleep"]),
        }
    )


def load_heads(network: Network, path: Path, *, newer: bool = False) -> None:
    """Fill a network's heads from a checkpoint.

    Args:
        network: What it was trained for; `newer` if it may have parameters that the checkpoint
            does not know yet. These stay as they are.
        path: The checkpoint.

    Raises:
        ValueError: names or shapes differ.
    """
    tensors: dict[str, Tensor] = load_file(path)
    parameters = trained_parameters(network)
    if newer:
        parameters = {name: p for name, p in parameters.items() if name in tensors}
    shapes = {name: tuple(p.shape) for name, p in parameters.items()}
    if shapes != {name: tuple(t.shape) for name, t in tensors.items()}:
        raise ValueError(f"{path.name} does not fit the network")
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensors[name])
