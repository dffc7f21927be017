"""Passes over a window that see what the passes before them found."""

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.network import Network
from sleepdoc_model.network.looped import Feedback, consolidated, passes_over
from sleepdoc_model.sleep import cached_prefix, see_window
from sleepdoc_model.state import KVCache, Memory, empty_memory
from sleepdoc_model.testing import randomise

TOKENS = torch.arange(40, 64).view(2, 12)


@pytest.fixture
def network() -> Network:
    made = Network(config.tiny())
    randomise(made, 0)
    return made


@pytest.fixture
def prefix(network: Network) -> KVCache:
    return cached_prefix(network, (256, 257))


@pytest.fixture
def feedback(network: Network) -> Feedback:
    made = Feedback(network.config.dim)
    torch.manual_seed(0)
    torch.nn.init.normal_(made.weight, std=0.1)
    return made


def apart(one: Memory, other: Memory) -> float:
    return max((a - b).abs().max().item() for a, b in zip(one, other, strict=True))


def test_one_pass_over_a_first_window_writes_what_the_network_writes(
    network: Network, prefix: KVCache, feedback: Feedback
) -> None:
    windows = see_window(network, TOKENS, prefix)
    empty = empty_memory(network.config, 2)
    expected = tuple(w(state) for w, state in zip(windows, empty, strict=True))
    memory, _ = consolidated(network, TOKENS, None, feedback, passes=1, prefix=prefix)
    assert apart(memory, expected) < 1e-5


def test_a_pass_reads_what_the_windows_before_left(
    network: Network, prefix: KVCache, feedback: Feedback
) -> None:
    known, _ = consolidated(network, TOKENS.flip(1), None, feedback, passes=1, prefix=prefix)
    blind = see_window(network, TOKENS, prefix)
    unseen = tuple(w(state) for w, state in zip(blind, known, strict=True))
    seen, _ = consolidated(network, TOKENS, known, feedback, passes=1, prefix=prefix)
    assert apart(seen, unseen) > 1e-4


@torch.no_grad()
def test_from_the_end_of_a_window_to_its_beginning_only_a_second_pass_sees(
    network: Network, prefix: KVCache
) -> None:
    changed = TOKENS.clone()
    changed[:, -1] = 99
    # What is fed back says nothing here: passes see each other by attention too.
    silent = Feedback(network.config.dim)
    found, other = (
        passes_over(network, tokens, None, silent, passes=2, prefix=prefix)[0]
        for tokens in (TOKENS, changed)
    )
    first, second = ((a[:, 0] - b[:, 0]).abs().max() for a, b in zip(found, other, strict=True))
    assert first == 0 and second > 1e-6


@torch.no_grad()
def test_a_pass_is_told_what_the_one_before_found(
    network: Network, prefix: KVCache, feedback: Feedback
) -> None:
    alone = torch.full((1, 1), 40)
    silent = Feedback(network.config.dim)
    told, untold = (
        passes_over(network, alone, None, each, passes=2, prefix=prefix)[0]
        for each in (feedback, silent)
    )
    assert torch.equal(told[0], untold[0])
    assert (told[1] - untold[1]).abs().max() > 1e-3


def test_gradients_flow_through_all_passes(
    network: Network, prefix: KVCache, feedback: Feedback
) -> None:
    weight = network.get_parameter("blocks.1.mlp.down.weight")
    weight.requires_grad_(True)

    def written() -> torch.Tensor:
        memory, _ = consolidated(network, TOKENS, None, feedback, passes=3, prefix=prefix)
        return memory[1].square().sum()

    written().backward()
    slope = weight.grad
    assert slope is not None
    step = slope / slope.norm() * 1e-3
    sums = []
    with torch.no_grad():
        for sign in (1, -1):
            weight += sign * step
            sums.append(written().item())
            weight -= sign * step
    assert (sums[0] - sums[1]) / 2e-3 == pytest.approx(slope.norm().item(), rel=0.05)


@torch.no_grad()
def test_padding_is_neither_seen_nor_written(
    network: Network, prefix: KVCache, feedback: Feedback
) -> None:
    padded = torch.cat((TOKENS, torch.zeros(2, 5, dtype=torch.long)), dim=1)
    active = torch.arange(17).expand(2, 17) < 12
    # Without padding the passes lie closer together, which rotary positions tell; so both pad.
    other = torch.where(active, padded, 7)
    found = [
        consolidated(network, tokens, None, feedback, passes=2, prefix=prefix, active=active)[0]
        for tokens in (padded, other)
    ]
    assert apart(*found) < 1e-5


def test_a_sleep_has_a_pass(network: Network, feedback: Feedback) -> None:
    with pytest.raises(ValueError):
        consolidated(network, TOKENS, None, feedback, passes=0)
