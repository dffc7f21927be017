"""Which implementation is chosen, the reasons given, and what overrides the choice."""

from dataclasses import replace

import pytest
import torch

from sleepdoc_kernels import dispatch
from sleepdoc_kernels.dispatch import Call, choose, implementations
from sleepdoc_kernels.gated_delta_rule import gated_delta_rule
from sleepdoc_kernels.testing import assert_close, make_inputs


@pytest.fixture(autouse=True)
def no_override(monkeypatch):
    monkeypatch.delenv("SLEEPDOC_KERNELS", raising=False)


def call(tokens: int, **changes) -> Call:
    inputs = make_inputs(tokens=tokens)
    return replace(Call.of(inputs.k.float(), inputs.v.float()), **changes)


@pytest.mark.parametrize(("tokens", "name"), [(1, "torch_step"), (2, "torch_chunk")])
def test_one_token_is_a_step_and_more_are_a_scan(tokens, name):
    assert choose(call(tokens)).name == name


def test_the_reason_tells_the_call_it_was_made_for():
    inputs = make_inputs(tokens=96)
    beta = inputs.beta.requires_grad_()
    reason = choose(Call.of(inputs.k.float(), inputs.v, beta)).reason
    for part in ("96 tokens", "3x16x24", "float64", "cpu", "with gradient"):
        assert part in reason
    with torch.no_grad():
        assert "gradient" not in str(Call.of(inputs.k, inputs.v, beta))


def test_an_implementation_that_cannot_take_the_call_says_why():
    by_name = {entry.name: entry for entry in implementations(call(96))}
    assert not by_name["torch_step"].available
    assert "one token per call, not 96" in by_name["torch_step"].reason
    assert by_name["torch_chunk"].available


def test_everything_listed_can_be_asked_for_and_agrees():
    inputs = make_inputs(tokens=1, key_dim=16, value_dim=16).map(torch.Tensor.float)
    expected = gated_delta_rule(**inputs.keywords(), implementation="naive")
    assert len(implementations()) >= 3
    for entry in implementations(call(1)):
        assert entry.reason
        if not entry.available:
            continue
        assert choose(call(1), entry.name).name == entry.name
        result = gated_delta_rule(**inputs.keywords(), implementation=entry.name)
        for actual, value in zip(result, expected):
            assert_close(actual, value, ratio=1e-5, name=entry.name)


def refusals(call: Call) -> dict[str, str]:
    return {entry.name: entry.reason for entry in implementations(call) if not entry.available}


def test_triton_is_not_chosen_on_a_cpu_even_where_it_could_be_interpreted(monkeypatch):
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    assert "triton_chunk" not in refusals(call(96))
    assert choose(call(96)).name == "torch_chunk"
    assert "wrong in bfloat16" in refusals(call(96, dtype=torch.bfloat16))["triton_chunk"]
    assert "float32 at most" in refusals(call(96, dtype=torch.float64))["triton_chunk"]
    assert "at most 256" in refusals(call(96, key_dim=512))["triton_chunk"]
    assert "no gradient" in refusals(call(1, grad=True))["triton_step"]
    monkeypatch.delenv("TRITON_INTERPRET")
    assert "needs an NVIDIA GPU" in refusals(call(96))["triton_chunk"]


def test_triton_is_not_offered_where_it_is_not_installed(monkeypatch):
    monkeypatch.setattr(dispatch, "find_spec", lambda name: None)
    assert "pip install 'sleepdoc[gpu]'" in refusals(call(96, device="cuda"))["triton_chunk"]


@pytest.mark.parametrize(
    ("capability", "name"), [((7, 5), "torch_chunk"), ((9, 0), "triton_chunk")]
)
def test_a_gpu_gets_triton_if_it_is_new_enough(monkeypatch, capability, name):
    monkeypatch.setattr(dispatch, "find_spec", lambda name: object())
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
    dispatch._capability.cache_clear()
    try:
        on_gpu = {"device": "cuda", "dtype": torch.bfloat16}
        assert choose(call(96, **on_gpu)).name == name
        assert choose(call(1, **on_gpu)).name == name.replace("chunk", "step")
        assert choose(call(1, **on_gpu, grad=True)).name.endswith(("step", "triton_chunk"))
    finally:
        dispatch._capability.cache_clear()


@pytest.mark.parametrize(
    ("fast", "changes", "name"),
    [
        (True, {}, "torch_chunk_bfloat16"),
        (True, {"heads": 3}, "torch_chunk"),
        (True, {"grad": True}, "torch_chunk"),
        (True, {"dtype": torch.float32}, "torch_chunk"),
        (False, {}, "torch_chunk"),
    ],
)
def test_products_are_in_bfloat16_where_it_pays(monkeypatch, fast, changes, name):
    monkeypatch.setattr(dispatch, "fast_bfloat16", lambda: fast)
    large = {"dtype": torch.bfloat16, "heads": 9, "key_dim": 64} | changes
    assert choose(call(96, **large)).name == name


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
    with pytest.raises(ValueError, match=r"'cuda'.*torch_step, .*torch_chunk, naive"):
        gated_delta_rule(**make_inputs(tokens=4).keywords())
