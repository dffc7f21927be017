"""One fixed length for all windows: what a CUDA graph needs, and what it must not change."""

import pytest
import torch

from sleepdoc_kernels.testing import assert_close
from sleepdoc_model import config
from sleepdoc_model.captured import CapturedWindow
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.sleep import see_window, sleep_passes
from sleepdoc_model.state import KVCache
from sleepdoc_model.testing import randomise

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


@pytest.fixture(params=["least-squares", "delta"])
def network(request: pytest.FixtureRequest) -> Network:
    found = Network(config.tiny(rule=request.param))
    randomise(found, 0)
    return found.eval().to(DEVICE)


def tokens(length: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (1, length), generator=generator).to(DEVICE)


@torch.no_grad()
def prefix(network: Network) -> KVCache:
    cache = KVCache.allocate(network.config, 64, dtype=torch.float32, device=DEVICE)
    network(network.embed(tokens(5, seed=9)), None, Pass("read", cache))
    return cache


def test_windows_of_any_length_are_seen_as_without_padding(network: Network) -> None:
    before = prefix(network)
    captured = CapturedWindow(network, 24, before)
    for length in (24, 3, 17):  # a short one after a long one: nothing may be left over
        ids = tokens(length, seed=length)
        for actual, expected in zip(captured(ids), see_window(network, ids, before), strict=True):
            for name, part in expected._asdict().items():
                assert_close(getattr(actual, name), part, ratio=1e-5, name=name)


def test_sleeping_on_it_gives_the_same_memory(network: Network) -> None:
    before, ids = prefix(network), tokens(11)
    captured = CapturedWindow(network, 24, before)
    *_, (expected, _) = sleep_passes(network, ids, None, passes=3, prefix=before)
    *_, (actual, _) = sleep_passes(network, ids, None, passes=3, see=captured)
    for state, true in zip(actual, expected, strict=True):
        assert_close(state, true, ratio=1e-5, name="memory")


def test_more_tokens_than_there_is_room_for_are_refused(network: Network) -> None:
    with pytest.raises(ValueError, match="25 tokens do not fit into 24"):
        CapturedWindow(network, 24, prefix(network))(tokens(25))
