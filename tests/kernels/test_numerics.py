"""Inputs chosen to break arithmetic: repeated keys, extreme gates, padding, autocast."""

import pytest
import torch
import torch.nn.functional as F

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule
from sleepdoc_kernels.testing import Inputs, assert_close, make_inputs, results

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}


def replaced(inputs: Inputs, **changes: torch.Tensor) -> Inputs:
    return Inputs(**vars(inputs) | changes)


def check_all(inputs: Inputs, tolerance: dict[torch.dtype, float] = TOLERANCE) -> None:
    """Values and gradients of the chunked scan, in both dtypes, against the definition."""
    for dtype, ratio in tolerance.items():
        given = inputs.map(lambda x, dtype=dtype: x.to(dtype))
        actual, expected = (
            values_and_gradients(given, "torch_chunk"),
            values_and_gradients(given.map(torch.Tensor.double), "naive"),
        )
        for name, value in expected.items():
            assert_close(actual[name], value, ratio=ratio, name=f"{name} in {dtype}")


def values_and_gradients(
    inputs: Inputs, implementation: str | None, *, autocast: bool = False
) -> dict[str, torch.Tensor]:
    def scan(**keywords: torch.Tensor | None):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            return gated_delta_rule(**keywords, implementation=implementation)

    return results(scan, inputs)


@pytest.mark.parametrize("beta", [0.95, 1.0, 1.9, 2.0])
@pytest.mark.parametrize("noise", [0.0, 1e-3])
@pytest.mark.parametrize("decay", [True, False])
def test_the_same_key_all_window(beta, noise, decay):
    inputs = make_inputs(tokens=100, decay=decay)
    key = F.normalize(inputs.k[:, :1] + noise * inputs.k, dim=-1)
    # Above 1 a write overshoots, and within a chunk large terms of alternating sign cancel.
    tolerance = TOLERANCE if beta <= 1 else TOLERANCE | {torch.float32: 3e-5}
    check_all(replaced(inputs, k=key, beta=torch.full_like(inputs.beta, beta)), tolerance)


@pytest.mark.parametrize("log_decay", [0.0, -20.0, -1000.0])
def test_constant_decay(log_decay):
    inputs = make_inputs(tokens=70)
    gate = torch.full_like(inputs.log_decay, log_decay)
    given = replaced(inputs, log_decay=gate)
    actual, expected = (values_and_gradients(given, name) for name in ("torch_chunk", "naive"))
    for name in ("out", "state", "d_q", "d_k", "d_v", "d_beta"):
        assert_close(actual[name], expected[name], ratio=1e-12, name=name)
    if log_decay == 0.0:
        assert_close(actual["d_log_decay"], expected["d_log_decay"], ratio=1e-12, name="d_log")
    else:
        # What passed through many such decays is nothing beside the other gradients.
        scale = expected["d_k"].norm()
        assert (actual["d_log_decay"] - expected["d_log_decay"]).norm() < 1e-12 * scale


def test_decays_near_none_after_strong_ones_stay_exact():
    inputs = make_inputs(tokens=96).map(torch.Tensor.float)
    gate = torch.full_like(inputs.log_decay, -0.01)
    gate[:, :16] = -100.0
    given = replaced(inputs, log_decay=gate)
    actual = values_and_gradients(given, "torch_chunk")
    expected = values_and_gradients(given.map(torch.Tensor.double), "naive")
    assert actual.pop("d_state").norm() == 0
    for name, value in actual.items():
        assert_close(value, expected[name], ratio=1e-5, name=name)


def test_zero_decay_equals_no_decay():
    inputs = make_inputs(tokens=70)
    zero = replaced(inputs, log_decay=torch.zeros_like(inputs.beta))
    none = replaced(inputs, log_decay=None)
    for actual, expected in zip(*(gated_delta_rule(**x.keywords()) for x in (zero, none))):
        assert torch.equal(actual, expected)


def test_zero_beta_only_decays():
    inputs = make_inputs(tokens=50)
    given = replaced(inputs, beta=torch.zeros_like(inputs.beta))
    _, state = gated_delta_rule(**given.keywords())
    whole = inputs.log_decay.sum(1).exp()[..., None, None]
    assert_close(state, inputs.state * whole, ratio=1e-12, name="state")


def bits(x: torch.Tensor) -> torch.Tensor:
    return x.contiguous().view(torch.int32 if x.dtype == torch.float32 else torch.int64)


def padded(inputs: Inputs, tokens: int) -> Inputs:
    """The inputs followed by random tokens that write nothing."""
    tail = make_inputs(tokens=tokens, seed=1, decay=inputs.log_decay is not None)
    tail = replaced(tail, beta=torch.zeros_like(tail.beta))
    if tail.log_decay is not None:
        tail = replaced(tail, log_decay=torch.zeros_like(tail.log_decay))
    joined = {
        name: torch.cat((x, getattr(tail, name).to(x.dtype)), dim=1)
        for name, x in inputs.keywords().items()
        if x is not None and name != "state"
    }
    return replaced(inputs, **joined)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("decay", [True, False])
@pytest.mark.parametrize("implementation", ["naive", "torch_chunk"])
@pytest.mark.parametrize(
    ("tokens", "tail"),
    [(0, 40), (5, 3), (5, 40), (13, 100), (20, 5), (20, 100), (32, 32), (50, 200)],
)
def test_padding_leaves_the_state_bit_identical(implementation, tokens, tail, decay, dtype):
    inputs = make_inputs(tokens=tokens, decay=decay).map(lambda x: x.to(dtype))
    out, state = gated_delta_rule(**inputs.keywords(), implementation=implementation)
    longer = padded(inputs, tail).keywords()
    padded_out, padded_state = gated_delta_rule(**longer, implementation=implementation)
    assert torch.equal(bits(padded_state), bits(state))
    assert torch.equal(bits(padded_out[:, :tokens]), bits(out))


@pytest.mark.parametrize("decay", [True, False])
def test_a_step_that_writes_nothing_leaves_the_state_bit_identical(decay):
    inputs = padded(make_inputs(tokens=0, decay=decay).map(torch.Tensor.float), 1)
    _, state = gated_delta_rule(**inputs.keywords(), implementation="torch_step")
    assert torch.equal(bits(state), bits(inputs.state))


@pytest.mark.parametrize("tokens", [1, 70])
def test_autocast_changes_nothing(tokens):
    inputs = make_inputs(tokens=tokens).map(torch.Tensor.float)
    plain = values_and_gradients(inputs, None)
    mixed = values_and_gradients(inputs, None, autocast=True)
    for name, value in plain.items():
        assert torch.equal(mixed[name], value), name


def test_a_backward_pass_under_autocast_is_exact_too():
    inputs = make_inputs(tokens=70).map(torch.Tensor.float)
    plain = values_and_gradients(inputs, "torch_chunk")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = values_and_gradients(inputs, "torch_chunk")
    for name, value in plain.items():
        assert torch.equal(mixed[name], value), name
