"""The pretrained base's weights, read from its GGUF file."""

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from sleepdoc_model.checkpoint import load_heads, trained_parameters
from sleepdoc_model.config import ModelConfig
from sleepdoc_model.decoding import eight_bits, stacked
from sleepdoc_model.device import Placement
from sleepdoc_model.file_hash import file_sha256
from sleepdoc_model.gguf.tensors import GGUFFile
from sleepdoc_model.network import Network
from sleepdoc_model.reader import with_corrections
from sleepdoc_model.weights_cache import Weights, WeightsCache

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


def read_base(path: Path, wanted: Callable[[str], bool] = lambda name: True) -> Weights:
    """The weights under our names, dequantised to fp32; matrices are [out, in].

    q and k stay permuted as GGUF stores them: the network rotates interleaved pairs.
    """
    file = GGUFFile(path)
    named = ((_our_name(info.name), info) for info in file.tensors)
    return {
        name: torch.from_numpy(np.array(file.read(info), dtype=np.float32))
        for name, info in named
        if wanted(name)
    }


def _our_name(name: str) -> str:
    if name == "token_embd.weight":
        return "embedding.weight"
    if name == "output_norm.weight":
        return "norm.weight"
    _, layer, part, kind = name.split(".")
    return f"blocks.{layer}.{_BLOCK_NAMES[part]}.{kind}"


def load_base(network: Network, path: Path, dtype: torch.dtype, reader: Path | None = None) -> None:
    """Fill a network's frozen part in `dtype`, with a reader's corrections if there are any;
    fast-weight heads keep theirs, in fp32."""
    weights = read_base(path)
    if reader is not None:
        weights = with_corrections(weights, reader)
    names = set(network.weights()) - set(trained_parameters(network))
    if names != set(weights):
        raise ValueError(
            f"{path.name} does not fit the network: {sorted(names ^ set(weights))[:4]}"
        )
    for name, parameter in network.weights().items():
        if name in weights:
            parameter.requires_grad_(False)
            parameter.data = weights[name].to(dtype).contiguous()


class BaseWeights:
    """The base's weights in one precision on one device, each part made or mapped when it is asked
    for: the embedding, which all networks share, and the trunk, with or without a reader."""

    def __init__(self, path: Path, sha256: str, placement: Placement, cache: WeightsCache) -> None:
        """Take note of a GGUF file and its hash."""
        self._path, self._sha256, self._placement, self._cache = path, sha256, placement, cache

    @cached_property
    def _embedding(self) -> Weights:
        return self._get("embedding", lambda: read_base(self._path, _is_embedding))

    def _trunk(self, reader: Path | None) -> Weights:
        def read() -> Weights:
            return read_base(self._path, lambda name: not _is_embedding(name))

        if reader is None:
            return self._get("trunk", read)
        return self._get("reader", lambda: with_corrections(read(), reader), file_sha256(reader))

    def _get(self, kind: str, make: Callable[[], Weights], *parts: str) -> Weights:
        dtype = self._placement.dtype
        found = self._cache.get(
            f"{kind}-{self._dtype}",
            (self._sha256, *parts),
            lambda: {name: tensor.to(dtype) for name, tensor in make().items()},
        )
        return {name: tensor.to(self._placement.device) for name, tensor in found.items()}

    def matrices(self, config: ModelConfig, reader: Path | None) -> Weights:
        """What a network decodes with, in 8 bits; see `decoding`."""
        layers = len(config.layers)
        parts = () if reader is None else (file_sha256(reader),)
        trunk = "trunk" if reader is None else "reader"
        return self._rounded("embedding", lambda: self._embedding, layers) | self._rounded(
            trunk, lambda: self._trunk(reader), layers, *parts
        )

    def _rounded(self, kind: str, make: Callable[[], Weights], layers: int, *parts: str) -> Weights:
        return self._cache.get(
            f"decode-{kind}-{self._dtype}",
            (self._sha256, *parts),
            lambda: eight_bits(stacked(make(), layers)),
        )

    @property
    def _dtype(self) -> str:
        return str(self._placement.dtype).removeprefix("torch.")

    def network(self, config: ModelConfig, heads: Path, reader: Path | None = None) -> Network:
        """The base with a reader's corrections, if any, and fast weights."""
        made = self._filled(config, self._trunk(reader))
        load_heads(made, heads)
        return made

    def _filled(self, config: ModelConfig, trunk: Weights) -> Network:
        """A network whose heads have no values yet."""
        with _Uninitialised():
            network = Network(config)
        weights = self._embedding | trunk
        if (names := set(network.weights()) - set(trained_parameters(network))) != set(weights):
            differ = sorted(names ^ set(weights))[:4]
            raise ValueError(f"{self._path.name} does not fit the network: {differ}")
        network.load_state_dict(weights, strict=False, assign=True)
        return network.requires_grad_(False).to(self._placement.device)


class _Uninitialised(TorchFunctionMode):
    """Modules made meanwhile get no random values: those take longer than everything else here."""

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if getattr(function, "__module__", "") == nn.init.__name__:
            return None
        return function(*args, **(kwargs or {}))


def _is_embedding(name: str) -> bool:
    return name == "embedding.weight"
