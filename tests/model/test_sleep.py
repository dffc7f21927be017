"""Sleep follows Algorithm 1, and nothing but S crosses an eviction."""

import dataclasses

import pytest
import torch

from sleepdoc_kernels import exact
from sleepdoc_kernels.testing import NoFloat64, assert_close
from sleepdoc_model import config
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.sleep import sleep_passes
from sleepdoc_model.state import relative_change
from sleepdoc_model.testing import randomise

PAPER = config.paper(vocab=272, dim=64, window=16)


def make(shape: config.ModelConfig) -> Network:
    network = Network(shape)
    randomise(network, 0)
    return network.eval()


def tokens(length: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, (1, length), generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def test_hidden_states_and_fast_weights_flow_from_pass_to_pass() -> None:
    network = make(PAPER)
    h, memory = network.embed(tokens(16)), None
    for _ in range(3):
        h, memory = network(h, memory, Pass("write"))
    *_, (slept, _) = sleep_passes(network, tokens(16), None, passes=3)
    assert all(torch.equal(a, b) for a, b in zip(slept, memory, strict=True))


@torch.no_grad()
def test_one_pass_is_the_plain_hybrid() -> None:
    network = make(PAPER)
    _, plain = network(network.embed(tokens(16)), None, Pass("write"))
    ((slept, _),) = sleep_passes(network, tokens(16), None, passes=1)
    assert all(torch.equal(a, b) for a, b in zip(slept, plain, strict=True))


@torch.no_grad()
@pytest.mark.parametrize("reads_asleep", [True, False])
def test_without_feedback_every_pass_starts_from_the_embeddings(reads_asleep: bool) -> None:
    tiny = config.tiny(rule="delta")
    heads = dataclasses.replace(tiny.memory, reads_asleep=reads_asleep)
    network = make(dataclasses.replace(tiny, memory=heads))
    h, memory = network.embed(tokens(16)), None
    for _ in range(3):
        _, memory = network(h, memory, Pass("write", blind=not reads_asleep))
    *_, (slept, _) = sleep_passes(network, tokens(16), None, passes=3)
    for state, expected in zip(slept, memory, strict=True):
        assert_close(state, expected, ratio=1e-5, name="memory")


@torch.no_grad()
def test_what_is_slept_on_blindly_does_not_depend_on_the_memory_it_finds() -> None:
    """By the delta rule every window acts on the memory as one affine map, whatever is in it."""
    network = make(config.tiny(rule="delta"))
    *_, (first, _) = sleep_passes(network, tokens(16, seed=1), None, passes=1)
    *_, (second, _) = sleep_passes(network, tokens(16, seed=2), None, passes=1)
    both = tuple(a + b for a, b in zip(first, second, strict=True))
    ends = [
        list(sleep_passes(network, tokens(16), start, passes=2))[-1][0]
        for start in (None, first, second, both)
    ]
    for nothing, one, other, sum_ in zip(*ends, strict=True):
        torch.testing.assert_close(sum_ - one, other - nothing, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_least_squares_do_not_depend_on_the_order_of_windows() -> None:
    """What is read later overwrites nothing, as far as nothing decays."""
    tiny = config.tiny()
    network = make(dataclasses.replace(tiny, memory=dataclasses.replace(tiny.memory, decay=False)))
    ends = []
    for order in ((1, 2, 3), (3, 2, 1)):
        memory = None
        for seed in order:
            ((memory, _),) = sleep_passes(network, tokens(16, seed), memory, passes=1)
        ends.append(memory)
    for one, other in zip(*ends, strict=True):
        assert_close(one, other, ratio=1e-4, name="memory")


@torch.no_grad()
def test_feedback_between_mixes_output_and_embeddings() -> None:
    network = make(PAPER)
    half = dataclasses.replace(PAPER, sleep=config.SleepConfig(feedback=0.5))
    results = {}
    for shape in (PAPER, half):
        network.config = shape
        *_, (results[shape.sleep.feedback], _) = sleep_passes(network, tokens(16), None, passes=2)
    changed = relative_change(results[1.0], results[0.5], PAPER.memory.value_dim)
    assert min(changed) > 1e-3


def test_reports_count_passes_and_measure_change() -> None:
    network = make(config.tiny())
    values = network.config.memory.value_dim
    memories = list(sleep_passes(network, tokens(16), None, passes=3))
    assert [(r.number, r.passes) for _, r in memories] == [(1, 3), (2, 3), (3, 3)]
    assert memories[0][1].change == pytest.approx((1.0, 1.0))
    assert memories[2][1].change == relative_change(memories[1][0], memories[2][0], values)


def test_what_changes_is_fast_weights_not_what_is_known_of_keys() -> None:
    # One head with D_v = 1 and D_k = 2: a row of S, and two of covariance.
    before = torch.tensor([[[[3.0, 0.0], [9.0, 9.0], [9.0, 9.0]]]])
    after = torch.tensor([[[[3.0, 4.0], [0.0, 0.0], [0.0, 0.0]]]])
    nothing = torch.zeros_like(before)
    changes = relative_change((before, nothing, after), (after, after, after), 1)
    assert changes == pytest.approx((4 / 5, 1.0, 0.0))


def test_a_sleep_without_passes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        next(sleep_passes(make(PAPER), tokens(4), None, passes=0))


@torch.no_grad()
@pytest.mark.parametrize(
    "shape", [config.tiny(), config.tiny(rule="delta"), PAPER], ids=["retrofit", "delta", "paper"]
)
def test_only_fast_weights_cross_an_eviction(shape: config.ModelConfig) -> None:
    network = make(shape)
    window = tokens(16)
    perturbed = window.clone()
    perturbed[0, 3] ^= 1
    question = network.embed(tokens(5, seed=9))
    outputs = []
    for evicted in (window, perturbed):
        *_, (memory, _) = sleep_passes(network, evicted, None, passes=2)
        outputs.append(network(question, memory, Pass("read"))[0])
    assert not torch.allclose(outputs[0], outputs[1], atol=1e-4)
    forgotten = network(question, tuple(torch.zeros_like(s) for s in memory), Pass("read"))[0]
    assert torch.equal(forgotten, network(question, None, Pass("read"))[0])


def test_the_gradient_reaches_the_sleep_only_through_the_memory() -> None:
    network = Network(PAPER)
    torch.manual_seed(0)
    h = network.embed(tokens(16)).detach().requires_grad_()
    _, memory = network(h, None, Pass("write"))
    out, _ = network(network.embed(tokens(4, seed=1)), memory, Pass("write"))
    (through,) = torch.autograd.grad(out.sum(), h, retain_graph=True)
    assert through.abs().max() > 0
    out, _ = network(
        network.embed(tokens(4, seed=1)), tuple(s.detach() for s in memory), Pass("write")
    )
    assert torch.autograd.grad(out.sum(), h, allow_unused=True) == (None,)


class Counted(torch.nn.Module):
    """A block's MLP gate that says how many tokens came through it."""

    def __init__(self, inner: torch.nn.Module, seen: list[int]) -> None:
        super().__init__()
        self.inner, self.seen = inner, seen

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append(x.shape[1])
        return self.inner(x)


@torch.no_grad()
@pytest.mark.parametrize("reads_asleep", [True, False])
def test_a_pass_computes_nothing_that_no_write_depends_on(reads_asleep: bool) -> None:
    tiny = config.tiny(rule="delta")
    heads = dataclasses.replace(tiny.memory, reads_asleep=reads_asleep)
    network = make(dataclasses.replace(tiny, memory=heads, layers=(*tiny.layers, "A")))
    last = max(network.config.memory_layers)
    runs: dict[int, list[int]] = {}
    for block in network.layers():
        block.mlp.gate = Counted(block.mlp.gate, runs.setdefault(block.layer, []))
    list(sleep_passes(network, tokens(16), None, passes=3))
    needed = 3 if reads_asleep else 1
    assert {layer: len(seen) for layer, seen in runs.items()} == {
        layer: needed if layer < last else 0 for layer in runs
    }


@torch.no_grad()
@pytest.mark.parametrize("rule", ["delta", "least-squares"])
def test_passes_end_when_nothing_changes_any_more(rule: config.Rule) -> None:
    tiny = config.tiny(rule=rule)
    blind = dataclasses.replace(tiny.memory, reads_asleep=False)
    endless = make(dataclasses.replace(tiny, memory=blind))
    changes = [r.change for _, r in sleep_passes(endless, tokens(16), None, passes=40)]
    # After the second pass one layer has settled, and another has not.
    threshold = sum(changes[1]) / len(changes[1])
    assert min(changes[1]) < threshold < max(changes[1])
    first = next(number for number, each in enumerate(changes, 1) if max(each) < threshold)
    assert 2 < first < 40 and len(changes) == 40

    settled = dataclasses.replace(tiny.sleep, settled=threshold)
    network = make(dataclasses.replace(tiny, memory=blind, sleep=settled))
    made = list(sleep_passes(network, tokens(16), None, passes=40))
    assert [report.number for _, report in made] == list(range(1, first + 1))
    assert [report.passes for _, report in made] == [40] * (first - 1) + [first]
    *_, (expected, _) = sleep_passes(endless, tokens(16), None, passes=first)
    assert all(torch.equal(a, b) for a, b in zip(made[-1][0], expected, strict=True))


@torch.no_grad()
@pytest.mark.parametrize("rule", ["delta", "least-squares"])
def test_a_sleep_needs_no_float64_of_its_device(rule, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its embeddings are on a device that plays one without, so all that follows from them is."""
    network = make(config.tiny(rule=rule))
    *_, (expected, _) = sleep_passes(network, tokens(16), None, passes=2)
    monkeypatch.setattr(exact, "has_float64", lambda device: False)
    monkeypatch.setattr(
        network.embedding,
        "forward",
        lambda ids: network.embedding.weight[ids].as_subclass(NoFloat64),
    )
    *_, (slept, _) = sleep_passes(network, tokens(16), None, passes=2)
    for state, plain in zip(slept, expected, strict=True):
        assert isinstance(state, NoFloat64)
        assert torch.equal(state.as_subclass(torch.Tensor), plain)
