"""Corrections: none before training, the same merged as beside, and back from a file."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.reader import (
    Corrected,
    attach,
    read_reader,
    save_reader,
    with_corrections,
)
from sleepdoc_model.testing import randomise

TOKENS = torch.tensor([[5, 6, 7, 8]])


def make_network() -> Network:
    shape = config.tiny()
    network = Network(replace(shape, layers=("A",) * len(shape.layers)))
    randomise(network, 0)
    return network


def learn(corrections: dict[str, Corrected]) -> None:
    """Something that int8 with a scale per direction holds exactly."""
    generator = torch.Generator().manual_seed(1)
    for each in corrections.values():
        for parameter, across in ((each.down, 1), (each.up, 0)):
            drawn = torch.randint(-126, 127, parameter.shape, generator=generator)
            drawn.select(across, 0).fill_(127)
            parameter.data = drawn / 1024


def output(network: Network) -> torch.Tensor:
    h, _ = network(network.embed(TOKENS), None, Pass("read"))
    return h.detach()


def test_untrained_corrections_change_nothing() -> None:
    network = make_network()
    before = output(network)
    attach(network, rank=2)
    assert torch.equal(output(network), before)


def test_a_saved_reader_merged_into_the_base_is_the_trained_network(tmp_path: Path) -> None:
    network, base = make_network(), make_network()
    corrections = attach(network, rank=2)
    learn(corrections)
    pairs = {name: (each.down, each.up) for name, each in corrections.items()}
    save_reader(tmp_path / "reader.safetensors", pairs)
    merged = with_corrections(dict(base.weights()), tmp_path / "reader.safetensors")
    with torch.no_grad():
        for name, parameter in base.weights().items():
            parameter.copy_(merged[name])
    assert not torch.equal(output(network), output(make_network()))
    torch.testing.assert_close(output(base), output(network))


def test_another_file_is_no_reader(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="not a reader"):
        read_reader(tmp_path / "other.safetensors")
