"""Passes over the middle layers that see what the passes before them wrote."""

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.network import Network
from sleepdoc_model.network.looped import consolidated
from sleepdoc_model.sleep import cached_prefix, see_window
from sleepdoc_model.state import KVCache, Memory, empty_memory
from sleepdoc_model.testing import randomise

TOKENS = torch.arange(40, 64).view(2, 12)
LOOP = (1, 2)


@pytest.fixture
def network() -> Network:
    made = Network(config.tiny())
    randomise(made, 0)
    return made


@pytest.fixture
def prefix(network: Network) -> KVCache:
    return cached_prefix(network, (256, 257))


def apart(one: Memory, other: Memory) -> float:
    return max((a - b).abs().max().item() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("end", [2, 3], ids=["middle", "all above"])
def test_one_pass_over_a_first_window_writes_what_the_network_writes(
    network: Network, prefix: KVCache, end: int
) -> None:
    empty = empty_memory(network.config, 2)
    windows = see_window(network, TOKENS, prefix)
    expected = tuple(w(state) for w, state in zip(windows, empty, strict=True))
    found = consolidated(network, TOKENS, None, passes=1, loop=(1, end), prefix=prefix)
    assert apart(found, expected) < 1e-5


def test_a_pass_sees_the_windows_before_and_the_pass_before(
    network: Network, prefix: KVCache
) -> None:
    def slept(tokens: torch.Tensor, memory: Memory | None, passes: int) -> Memory:
        return consolidated(network, tokens, memory, passes=passes, loop=LOOP, prefix=prefix)

    with torch.no_grad():
        known = slept(TOKENS.flip(1), None, 1)
        blind = see_window(network, TOKENS, prefix)
        unseen = tuple(w(state) for w, state in zip(blind, known, strict=True))
        assert apart(slept(TOKENS, known, 1), unseen) > 1e-4
        # From the end of a window to its beginning only S tells, and only the second pass.
        changed = TOKENS.clone()
        changed[:, -1] = 99
        for passes, differs in ((1, False), (2, True)):
            first = [
                seen_at_first_token(network, tokens, prefix, passes) for tokens in (TOKENS, changed)
            ]
            assert (apart_at(first) > 1e-6) == differs


def seen_at_first_token(
    network: Network, tokens: torch.Tensor, prefix: KVCache, passes: int
) -> list[torch.Tensor]:
    """What the layers above the loop make of the first token."""
    taps: list[torch.Tensor] = []
    block = network.get_submodule("blocks.2")
    hook = block.register_forward_hook(lambda _, inputs, __: taps.append(inputs[0][:, 0]))
    consolidated(network, tokens, None, passes=passes, loop=LOOP, prefix=prefix)
    hook.remove()
    return taps


def apart_at(found: list[list[torch.Tensor]]) -> float:
    return (found[0][0] - found[1][0]).abs().max().item()


def test_gradients_flow_through_all_passes(network: Network, prefix: KVCache) -> None:
    weight = network.get_parameter("blocks.1.mlp.down.weight")
    weight.requires_grad_(True)
    memory = consolidated(network, TOKENS, None, passes=3, loop=LOOP, prefix=prefix)
    memory[1].square().sum().backward()
    slope = weight.grad
    assert slope is not None
    step = slope / slope.norm() * 1e-3
    sums = []
    with torch.no_grad():
        for sign in (1, -1):
            weight += sign * step
            found = consolidated(network, TOKENS, None, passes=3, loop=LOOP, prefix=prefix)
            sums.append(found[1].square().sum().item())
            weight -= sign * step
    assert (sums[0] - sums[1]) / 2e-3 == pytest.approx(slope.norm().item(), rel=0.05)


def test_padding_is_not_written(network: Network, prefix: KVCache) -> None:
    padded = torch.cat((TOKENS, torch.zeros(2, 5, dtype=torch.long)), dim=1)
    active = torch.arange(17).expand(2, 17) < 12
    found = [
        consolidated(network, tokens, None, passes=2, loop=LOOP, prefix=prefix, active=mask)
        for tokens, mask in ((TOKENS, None), (padded, active))
    ]
    assert apart(*found) < 1e-5


def test_a_loop_begins_below_what_is_written(network: Network) -> None:
    for passes, loop in ((0, LOOP), (1, (2, 3))):
        with pytest.raises(ValueError):
            consolidated(network, TOKENS, None, passes=passes, loop=loop)
