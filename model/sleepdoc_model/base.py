"""The pretrained base's weights, read from its GGUF file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sleepdoc_model.checkpoint import trained_parameters
from sleepdoc_model.gguf.tensors import GGUFFile
from sleepdoc_model.network import Network
from sleepdoc_model.reader import with_corrections

_BLOCK_NAMES = {
    "attn_norm": "norm",
    "attn_q": "attention.q",
    "attn_k": "attention.k",
    "attn_v": "attention.v",
    "attn_output": "attention.o",
    "ffn_norm": "mlp_norm",
    "ffn_gate": "gate",
    "ffn_up": "up",
    "ffn_down": "down",
}


def read_base(path: Path) -> dict[str, Tensor]:
    """The weights under our names, dequantised to fp32; matrices are [out, in].

    q and k stay permuted as GGUF stores them: the network rotates interleaved pairs.
    """
    return {
        _our_name(name): torch.from_numpy(np.array(values, dtype=np.float32))
        for name, values in GGUFFile(path)
    }


def _our_name(name: str) -> str:
    if name == "token_embd.weight":
        return "embedding.weight"
    if name == "output_norm.weight":
        return "norm.weight"
    _, layer, part, kind = name.split(".")
    return f"blocks.{layer}.{_BLOCK_NAMES[part]}.{kind}"


def load_base(
    network: Network, path: Path, dtype: torch.dtype, weights: Mapping[str, Tensor] | None = None
) -> None:
    """Fill a network's frozen part in `dtype`; fast-weight heads keep theirs, in fp32.

    `weights` are those of the file, if they have been read.
    """
    weights = read_base(path) if weights is None else weights
    names = set(network.weights()) - set(trained_parameters(network))
    if names != set(weights):
        raise ValueError(
            f"{path.name} does not fit the network: {sorted(names ^ set(weights))[:4]}"
        )
    for name, parameter in network.weights().items():
        if name in weights:
            parameter.requires_grad_(False)
            parameter.data = weights[name].to(dtype).contiguous()


def reading_network(network: Network, weights: Mapping[str, Tensor], reader: Path) -> Network:
    """The base with a reader's corrections and without fast weights, in the precision of
    `network`, with which it shares the embedding."""
    corrected = with_corrections(weights, reader)
    config = replace(network.config, layers=("A",) * len(network.config.layers))
    made = Network(replace(config, memory=replace(config.memory, relevance=False, subject=0)))
    shared = network.embedding.weight
    for name, parameter in made.weights().items():
        parameter.requires_grad_(False)
        parameter.data = corrected[name].to(shared).contiguous()
    made.embedding.weight = shared
    return made
