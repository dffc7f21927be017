"""One token at a time is the same network, and in 8 bits nearly the same."""

from dataclasses import replace

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.decoding import Decoder, eight_bits, stacked
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.sleep import computed_prefix, sleep_passes
from sleepdoc_model.state import KVCache, Memory
from sleepdoc_model.testing import randomise

PREFIX = (256, 257)
TOKENS = [7, 20, 33, 7, 200]
SHAPE = config.tiny()
READER = replace(
    SHAPE,
    layers=("A",) * len(SHAPE.layers),
    memory=replace(SHAPE.memory, relevance=False, subject=0),
)
PLAIN = replace(
    SHAPE,
    memory=replace(SHAPE.memory, heads=4, key_dim=8, fades=False, relevance=False, subject=0),
)


def make_network(shape: config.ModelConfig) -> Network:
    network = Network(shape)
    randomise(network, 0)
    return network.requires_grad_(False)


def make_decoder(network: Network, *, exact: bool = True) -> Decoder:
    matrices = stacked(network.weights(), len(network.config.layers))
    return Decoder(network, matrices if exact else eight_bits(matrices), network.config.window)


def slept(network: Network) -> Memory:
    tokens = torch.randint(0, 250, (1, 60), generator=torch.Generator().manual_seed(3))
    ((memory, _report),) = sleep_passes(network, tokens, None, passes=1)
    return memory


def started(network: Network) -> KVCache:
    cache = KVCache.allocate(network.config, 64, dtype=torch.float32, device="cpu")
    cache.begin(computed_prefix(network, PREFIX).cache)
    return cache


@pytest.mark.parametrize("remembers", [False, True])
@pytest.mark.parametrize("shape", [SHAPE, READER, PLAIN], ids=["memory", "reader", "plain"])
@torch.no_grad()
def test_tokens_are_computed_as_by_the_network(shape: config.ModelConfig, remembers: bool) -> None:
    if remembers and shape is READER:
        pytest.skip("a reader has no memory")
    network = make_network(shape)
    memory = slept(network) if remembers else None
    expected, found = started(network), started(network)
    decoder = make_decoder(network)
    assert decoder.supports(network)
    for token in TOKENS:
        h, _ = network(network.embed(torch.tensor([[token]])), memory, Pass("read", expected))
        ours = decoder(token, found, memory)
        torch.testing.assert_close(ours, h[0], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(
            decoder.logits(ours), network.logits(h[0, -1]), atol=1e-4, rtol=1e-4
        )
    assert found.length == expected.length == len(PREFIX) + len(TOKENS)
    torch.testing.assert_close(found.keys, expected.keys, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(found.values, expected.values, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_what_is_remembered_counts() -> None:
    network = make_network(SHAPE)
    decoder, memory = make_decoder(network), slept(network)
    without = decoder(7, started(network), None)
    assert (decoder(7, started(network), memory) - without).abs().max() > 1e-3
    other = tuple(-state for state in memory)
    assert (decoder(7, started(network), other) - without).abs().max() > 1e-3
    torch.testing.assert_close(decoder(7, started(network), None), without)


def test_eight_bits_are_within_half_a_step() -> None:
    matrices = stacked(make_network(READER).weights(), 3)
    rounded = eight_bits(matrices)
    for name, matrix in matrices.items():
        scale = rounded[f"{name}.scale"].float()[:, None]
        assert rounded[name].dtype == torch.int8
        error = (rounded[name].float() * scale - matrix).abs()
        assert (error <= scale * 0.51 + matrix.abs() * 2**-7).all()


@torch.no_grad()
def test_in_eight_bits_it_is_nearly_the_same() -> None:
    network = make_network(SHAPE)
    memory = slept(network)
    exact, rounded = make_decoder(network), make_decoder(network, exact=False)
    h, other = exact(7, started(network), memory), rounded(7, started(network), memory)
    difference = (h - other).norm() / h.norm()
    assert 0 < difference < 0.05


def test_networks_of_other_kinds_are_left_alone() -> None:
    assert not Decoder.supports(make_network(config.paper(64, dim=64)))
    writing = replace(SHAPE, memory=replace(SHAPE.memory, rule="delta", writes_awake=True))
    assert not Decoder.supports(make_network(writing))
