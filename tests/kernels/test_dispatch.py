"""Which implementation is chosen, the reasons given, and what overrides the choice."""

import pytest
import torch

from sleepdoc_kernels.dispatch import Call, choose, implementations
from sleepdoc_kernels.gated_delta_rule import gated_delta_rule
from sleepdoc_kernels.testing import assert_close, make_inputs


@pytest.fixture(autouse=True)
def no_override(monkeypatch):
    monkeypatch.delenv("SLEEPDOC_KERNELS", raising=False)


def call(tokens: int) -> Call:
    inputs = make_inputs(tokens=tokens)
    return Call.of(inputs.k, inputs.v)


@pytest.mark.parametrize(("tokens", "name"), [(1, "torch_step"), (2, "torch_chunk")])
def test_one_token_is_a_step_and_more_are_a_scan(tokens, name):
    assert choose(call(tokens)).name == name


def test_the_reason_tells_the_call_it_was_made_for():
    inputs = make_inputs(tokens=96)
    beta = inputs.beta.requires_grad_()
    reason = choose(Call.of(inputs.k.float(), inputs.v, beta)).reason
    for part in ("96 tokens", "16x24", "float32", "cpu", "with gradient"):
        assert part in reason
    with torch.no_grad():
        assert "gradient" not in str(Call.of(inputs.k, inputs.v, beta))


def test_an_implementation_that_cannot_take_the_call_says_why():
    by_name = {entry.name: entry for entry in implementations(call(96))}
    assert not by_name["torch_step"].available
    assert "one token per call, not 96" in by_name["torch_step"].reason
    assert by_name["torch_chunk"].available


def test_everything_listed_can_be_asked_for_and_agrees():
    inputs = make_inputs(tokens=1)
    expected = gated_delta_rule(**inputs.keywords(), implementation="naive")
    assert len(implementations()) >= 3
    for entry in implementations():
        assert entry.available and entry.reason
        assert choose(call(1), entry.name).name == entry.name
        result = gated_delta_rule(**inputs.keywords(), implementation=entry.name)
        for actual, value in zip(result, expected):
            assert_close(actual, value, ratio=1e-12, name=entry.name)


def test_the_environment_overrides_the_choice(monkeypatch):
    inputs = make_inputs(tokens=40).map(torch.Tensor.float)
    _, naive = gated_delta_rule(**inputs.keywords(), implementation="naive")
    _, chosen = gated_delta_rule(**inputs.keywords())
    assert not torch.equal(naive, chosen)
    monkeypatch.setenv("SLEEPDOC_KERNELS", "naive")
    _, overridden = gated_delta_rule(**inputs.keywords())
    assert torch.equal(naive, overridden)
    assert "SLEEPDOC_KERNELS" in choose(call(40)).reason


def test_the_caller_overrides_the_environment(monkeypatch):
    monkeypatch.setenv("SLEEPDOC_KERNELS", "naive")
    choice = choose(call(40), "torch_chunk")
    assert choice.name == "torch_chunk"
    assert "the caller" in choice.reason


def test_an_override_that_cannot_take_the_call_is_refused(monkeypatch):
    monkeypatch.setenv("SLEEPDOC_KERNELS", "torch_step")
    inputs = make_inputs(tokens=40)
    with pytest.raises(ValueError, match="SLEEPDOC_KERNELS, takes one token per call, not 40"):
        gated_delta_rule(**inputs.keywords())


def test_an_unknown_name_is_refused_with_the_known_ones(monkeypatch):
    monkeypatch.setenv("SLEEPDOC_KERNELS", "cuda")
    with pytest.raises(ValueError, match=r"'cuda'.*torch_step, torch_chunk, naive"):
        gated_delta_rule(**make_inputs(tokens=4).keywords())
