"""The network: its memory is inert when empty, its cache changes nothing, gradients reach S."""

import dataclasses
import math

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.network import BorrowedProjections, Network, Pass
from sleepdoc_model.state import KVCache, empty_memory
from sleepdoc_model.testing import randomise


def make(shape: config.ModelConfig, seed: int = 0) -> Network:
    network = Network(shape)
    randomise(network, seed)
    return network.eval()


def tokens(length: int, batch: int = 1, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, (batch, length), generator=torch.Generator().manual_seed(seed))


PAPER = config.paper(vocab=272, dim=64, window=16)
SHAPES = [pytest.param(config.tiny(), id="retrofit"), pytest.param(PAPER, id="paper")]


def test_an_empty_memory_equals_the_base_bit_for_bit() -> None:
    shape = config.tiny()
    network = make(shape)
    base = Network(dataclasses.replace(shape, layers=("A",) * 3))
    own = {n: p for n, p in network.state_dict().items() if ".memory." not in n}
    base.load_state_dict(own)
    h = network.embed(tokens(40))
    plain, _ = base(h, None, Pass("read"))
    for memory in (None, empty_memory(shape)):
        out, _ = network(h, memory, Pass("read"))
        assert torch.equal(out, plain)


def test_a_filled_memory_changes_the_output() -> None:
    network = make(config.tiny())
    h = network.embed(tokens(40))
    _, memory = network(h, None, Pass("write"))
    empty, _ = network(h, None, Pass("read"))
    filled, _ = network(h, memory, Pass("read"))
    assert not torch.allclose(empty, filled, atol=1e-3)


def test_tokens_that_the_memory_does_not_concern_are_as_without_one() -> None:
    network = make(config.tiny())
    h = network.embed(tokens(40))
    _, memory = network(h, None, Pass("write"))
    without, _ = network(h, None, Pass("read"))
    assert network.relevance is not None
    torch.nn.init.zeros_(network.relevance.up.weight)
    torch.nn.init.constant_(network.relevance.up.bias, -50.0)
    out, _ = network(h, memory, Pass("read"))
    torch.testing.assert_close(out, without)


def test_heads_that_share_keys_and_values_share_a_memory() -> None:
    """Read by hand: every query head reads the state of its group."""
    network = make(config.tiny())
    attention, heads = next(network.memory_blocks())
    own = heads.projections
    assert attention is not None and isinstance(own, BorrowedProjections)
    with torch.no_grad():
        own.log_fill.fill_(math.log(1e6))
        assert own.features is not None
        x = torch.randn(1, 5, 32)
        q = attention.project(x)[0]
        state = torch.randn(1, 2, 8, 16)
        read = own.read(own.queries(x, q, None), state)
        queries = (q + own.q(x)).view(5, 4, 8) + own.q_bias
        for head in range(4):
            spread = (queries[:, head] @ own.features[head // 2]).relu() ** 2
            expected = (spread / spread.norm(dim=-1, keepdim=True)) @ state[0, head // 2].T
            torch.testing.assert_close(read[0, :, head], expected)


def test_a_memory_is_read_no_louder_than_its_fill() -> None:
    network = make(config.tiny())
    h = network.embed(tokens(40))
    _, memory = network(h, None, Pass("write"))
    assert memory is not None
    quiet, full, fuller = (
        network(h, tuple(scale * state for state in memory), Pass("read"))[0]
        for scale in (1e-3, 1e3, 2e3)
    )
    torch.testing.assert_close(full, fuller)
    assert not torch.allclose(quiet, full, atol=1e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_pieces_through_the_cache_equal_one_run(shape: config.ModelConfig) -> None:
    network = make(shape)
    h = network.embed(tokens(16))
    mode = "write" if shape.memory.writes_awake else "read"
    whole, memory = network(h, None, Pass(mode))
    cache = KVCache.allocate(shape, 16, dtype=torch.float32, device="cpu")
    state, pieces = None, []
    for first, last in ((0, 5), (5, 6), (6, 7), (7, 16)):
        out, state = network(h[:, first:last], state, Pass(mode, cache))
        pieces.append(out)
    torch.testing.assert_close(torch.cat(pieces, dim=1), whole, atol=1e-5, rtol=1e-5)
    for left, right in zip(state or (), memory or (), strict=True):
        torch.testing.assert_close(left, right, atol=1e-5, rtol=1e-5)


def test_inactive_tokens_neither_read_nor_write() -> None:
    network = make(config.tiny())
    h = network.embed(tokens(20))
    _, memory = network(h, None, Pass("write"))
    nobody = torch.zeros(1, 20, dtype=torch.bool)
    out, after = network(h, memory, Pass("write", active=nobody))
    plain, _ = network(h, None, Pass("read"))
    assert torch.equal(out, plain)
    assert all(torch.equal(a, b) for a, b in zip(after, memory, strict=True))


def test_padding_changes_nothing_for_the_tokens_before_it() -> None:
    network = make(config.tiny())
    ids = tokens(12)
    padded = torch.cat((ids, torch.zeros(1, 9, dtype=torch.long)), dim=1)
    active = torch.arange(21)[None] < 12
    _, short = network(network.embed(ids), None, Pass("write"))
    _, long = network(network.embed(padded), None, Pass("write", active=active))
    for left, right in zip(long, short, strict=True):
        torch.testing.assert_close(left, right, atol=1e-6, rtol=1e-5)


def test_window_level_writes_are_not_seen_within_the_pass() -> None:
    network = make(config.tiny())
    h = network.embed(tokens(20))
    written, _ = network(h, None, Pass("write"))
    read, _ = network(h, None, Pass("read"))
    assert torch.equal(written, read)


def test_one_prefix_serves_a_batch() -> None:
    shape = config.tiny()
    network = make(shape)
    prefix, rest = tokens(4, seed=1), tokens(6, batch=3, seed=2)
    cache = KVCache.allocate(shape, 4, dtype=torch.float32, device="cpu")
    network(network.embed(prefix), None, Pass("read", cache))
    shared, _ = network(network.embed(rest), None, Pass("read", cache, grow=False))
    joined = torch.cat((prefix.expand(3, -1), rest), dim=1)
    whole, _ = network(network.embed(joined), None, Pass("read"))
    torch.testing.assert_close(shared, whole[:, 4:], atol=1e-5, rtol=1e-5)
    assert cache.length == 4


def test_decoding_ignores_what_the_cache_held_before() -> None:
    shape = config.tiny()
    network = make(shape)
    cache = KVCache.allocate(shape, 32, dtype=torch.float32, device="cpu")
    h = network.embed(tokens(8))
    first, _ = network(h, None, Pass("read", cache))
    network(network.embed(tokens(20, seed=5)), None, Pass("read", cache))
    cache.length = 0
    again, _ = network(h, None, Pass("read", cache))
    assert torch.equal(first, again)


def test_a_new_retrofit_ignores_its_memory_but_learns() -> None:
    network = Network(config.tiny())
    torch.manual_seed(0)
    h = network.embed(tokens(12)).detach()
    memory = tuple(torch.randn_like(s) for s in empty_memory(network.config))
    with_memory, _ = network(h, memory, Pass("read"))
    without, _ = network(h, None, Pass("read"))
    assert torch.equal(with_memory, without)
    with_memory.square().sum().backward()
    for name in (".memory.gate.", ".memory.fade."):
        gates = [p.grad for n, p in network.weights().items() if name in n]
        assert gates and all(g is not None and g.abs().max() > 0 for g in gates)


def test_a_window_does_to_a_state_what_writing_it_does() -> None:
    network = make(config.tiny())
    ids, active = tokens(20, batch=2), torch.arange(20) < torch.tensor([[20], [12]])
    before = tuple(torch.zeros(1, *network.config.memory.state_shape) for _ in range(2))
    with torch.no_grad():
        _, written = network(network.embed(ids), None, Pass("write", active=active))
        windows = network.windows(network.taps(ids), active)
    for window, state, expected in zip(windows, before, written, strict=True):
        torch.testing.assert_close(window(state), expected)


def test_no_more_layers_run_than_taps_are_asked_for() -> None:
    network, ids, ran = make(config.tiny()), tokens(12), []
    for block in network.layers():
        block.mlp.register_forward_hook(lambda *_: ran.append(1))
    (lowest,) = network.taps(ids, layers=1)
    assert len(ran) == 1
    assert torch.equal(lowest, network.taps(ids)[0])
    assert len(ran) == 1 + 2


@pytest.mark.parametrize("shape", SHAPES)
def test_names_in_files_do_not_say_how_the_code_is_sorted(shape: config.ModelConfig) -> None:
    network, other = make(shape), make(shape, seed=1)
    names = network.state_dict()
    assert not any("projections" in name or "mlp." in name for name in names)
    assert {"blocks.0.gate.weight", "blocks.1.memory.beta.weight"} <= set(names)
    other.load_state_dict(names)
    assert all(torch.equal(names[name], p) for name, p in other.weights().items())
    with pytest.raises(RuntimeError, match="Unexpected"):
        other.load_state_dict({**names, "blocks.0.gates.weight": torch.zeros(1)})


def test_layers_are_checked() -> None:
    with pytest.raises(ValueError, match="mixers"):
        dataclasses.replace(config.tiny(), layers=("A", "X"))
    with pytest.raises(ValueError, match="share"):
        dataclasses.replace(config.tiny(), layers=("A", "M"))
    for unfit in ({"reads_asleep": True}, {"write": "token"}):
        with pytest.raises(ValueError, match="least squares"):
            dataclasses.replace(config.tiny().memory, **unfit)


@pytest.mark.parametrize("asked", [{"subject": 2}, {"fades": True}])
def test_what_only_a_shared_attention_can_have_is_refused_without_one(asked) -> None:
    with pytest.raises(ValueError, match="share an attention"):
        config.MemoryConfig(heads=2, key_dim=8, value_dim=8, **asked)
