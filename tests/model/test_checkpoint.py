"""Checkpoints carry their config and refuse what does not fit."""

import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from sleepdoc_model import config
from sleepdoc_model.checkpoint import (
    load_heads,
    read_config,
    reading_parameters,
    save_heads,
    trained_parameters,
)
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.testing import randomise


def make(seed: int) -> Network:
    network = Network(config.tiny())
    randomise(network, seed)
    return network


def test_heads_and_config_come_back(tmp_path: Path) -> None:
    path = tmp_path / "heads.safetensors"
    saved, loaded = make(1), make(2)
    base = loaded.embedding.weight.clone()
    save_heads(saved, path, step="7")
    assert read_config(path) == config.tiny()
    load_heads(loaded, path)
    for name, parameter in trained_parameters(saved).items():
        assert torch.equal(parameter, trained_parameters(loaded)[name])
    assert torch.equal(loaded.embedding.weight, base)


def test_what_an_older_checkpoint_does_not_know_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "heads.safetensors"
    shape = config.tiny()
    older = dataclasses.replace(shape, memory=dataclasses.replace(shape.memory, relevance=False))
    saved, loaded = Network(older), make(2)
    before = {name: p.clone() for name, p in trained_parameters(loaded).items()}
    save_heads(saved, path)
    with pytest.raises(ValueError, match="does not fit"):
        load_heads(loaded, path)
    load_heads(loaded, path, newer=True)
    known = trained_parameters(saved)
    assert len(before) > len(known)
    for name, parameter in trained_parameters(loaded).items():
        assert torch.equal(parameter, known.get(name, before[name]))


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "heads.safetensors"
    save_heads(make(1), path)
    other = Network(dataclasses.replace(config.tiny(), layers=("A", "A", "AM")))
    with pytest.raises(ValueError, match="does not fit"):
        load_heads(other, path)
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match="not a checkpoint"):
        read_config(path)


@pytest.mark.parametrize("rule", ["delta", "least-squares"])
def test_what_reads_is_all_that_no_write_depends_on(rule: config.Rule) -> None:
    network = Network(config.tiny(rule=rule))
    randomise(network, 0)
    parameters = trained_parameters(network)
    for parameter in parameters.values():
        parameter.requires_grad_()
    h = network.embed(torch.arange(1, 13)[None]).detach()
    _, memory = network(h, None, Pass("write"))
    assert memory is not None
    wrote = torch.autograd.grad(
        sum(state.sum() for state in memory), list(parameters.values()), allow_unused=True
    )
    silent = {name for name, gradient in zip(parameters, wrote, strict=True) if gradient is None}
    assert set(reading_parameters(network)) == silent
    assert {"relevance.up.weight", "blocks.1.memory.gate.weight"} <= silent
    assert "subject.salience.weight" not in silent


def test_fast_weights_of_their_own_are_all_trained() -> None:
    network = Network(config.paper(vocab=272, dim=64))
    bare = {name for name in network.weights() if ".memory." not in name}
    assert set(network.weights()) - set(trained_parameters(network)) == bare
    gates = {f"blocks.{layer}.memory.{name}.weight" for layer in (1, 3) for name in ("q", "o")}
    assert gates <= set(reading_parameters(network))
    assert "blocks.1.memory.k.weight" not in reading_parameters(network)
