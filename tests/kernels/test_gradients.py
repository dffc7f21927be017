"""Gradients: numerically for small cases, against autograd through the definition for larger."""

import pytest
import torch

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule, read_state
from sleepdoc_kernels.testing import Inputs, assert_close, make_inputs

SMALL = {"batch": 1, "heads": 2, "key_dim": 3, "value_dim": 2}


@pytest.mark.parametrize("output", [True, False])
@pytest.mark.parametrize("decay", [True, False])
@pytest.mark.parametrize(
    ("implementation", "tokens"),
    [("naive", 5), ("torch_chunk", 7), ("torch_chunk", 34), ("torch_step", 1)],
)
def test_gradients_agree_with_differences(implementation, tokens, decay, output):
    shape = SMALL if tokens < 30 else SMALL | {"heads": 1, "key_dim": 2, "value_dim": 1}
    inputs = make_inputs(tokens=tokens, decay=decay, beta_max=2.0, **shape)
    names = [n for n, x in inputs.keywords().items() if x is not None and (output or n != "q")]

    def function(*values):
        keywords = dict.fromkeys(vars(inputs)) | dict(zip(names, values))
        result = gated_delta_rule(**keywords, output=output, implementation=implementation)
        return result if output else result[1]

    leaves = [getattr(inputs, name).requires_grad_() for name in names]
    assert torch.autograd.gradcheck(function, leaves)


def gradients(inputs: Inputs, implementation: str, losses: str) -> dict[str, torch.Tensor]:
    """Gradients of a random linear loss of the results named in `losses`."""
    leaves = inputs.map(lambda x: x.clone().requires_grad_())
    if "out" not in losses:
        leaves = Inputs(**vars(leaves) | {"q": None})
    results = dict(
        zip(
            ("out", "state"),
            gated_delta_rule(
                **leaves.keywords(), output="out" in losses, implementation=implementation
            ),
        )
    )
    generator = torch.Generator().manual_seed(1)
    loss = sum(
        (
            results[name]
            * torch.randn(results[name].shape, generator=generator, dtype=torch.float64)
        ).sum()
        for name in losses.split()
    )
    loss.backward()
    return {name: x.grad for name, x in leaves.keywords().items() if x is not None}


@pytest.mark.parametrize("losses", ["out state", "out", "state"])
@pytest.mark.parametrize("decay", [True, False])
@pytest.mark.parametrize("tokens", [5, 16, 64, 95])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_closed_form_equals_autograd_through_the_definition(losses, decay, tokens, dtype):
    inputs = make_inputs(tokens=tokens, decay=decay, beta_max=2.0).map(lambda x: x.to(dtype))
    actual = gradients(inputs, "torch_chunk", losses)
    expected = gradients(inputs.map(torch.Tensor.double), "naive", losses)
    for name, value in expected.items():
        ratio = 1e-12 if dtype == torch.float64 else 1e-5
        assert actual[name].dtype == dtype
        assert_close(actual[name], value, ratio=ratio, name=f"d_{name}")


def test_gradient_passes_through_a_state_handed_over():
    inputs = make_inputs(tokens=90)
    expected = gradients(inputs, "naive", "state")
    leaves = inputs.map(lambda x: x.clone().requires_grad_())
    state = leaves.state
    for part in (slice(0, 50), slice(50, 51), slice(51, 90)):
        keywords = {n: x[:, part] for n, x in leaves.keywords().items() if n not in ("q", "state")}
        _, state = gated_delta_rule(None, **keywords, state=state, output=False)
    generator = torch.Generator().manual_seed(1)
    (state * torch.randn(state.shape, generator=generator, dtype=torch.float64)).sum().backward()
    for name in ("k", "v", "log_decay", "beta", "state"):
        assert_close(getattr(leaves, name).grad, expected[name], ratio=1e-12, name=f"d_{name}")


@pytest.mark.parametrize("name", ["k", "v", "log_decay", "beta", "state"])
def test_one_input_alone_may_need_its_gradient(name):
    inputs = make_inputs(tokens=40)
    expected = gradients(inputs, "naive", "state")[name]
    leaf = getattr(inputs, name).requires_grad_()
    _, state = gated_delta_rule(**inputs.keywords(), output=False)
    generator = torch.Generator().manual_seed(1)
    (state * torch.randn(state.shape, generator=generator, dtype=torch.float64)).sum().backward()
    assert_close(leaf.grad, expected, ratio=1e-12, name=f"d_{name}")


def test_gradients_are_bit_identical_from_run_to_run():
    inputs = make_inputs(tokens=200).map(torch.Tensor.float)
    first, second = (gradients(inputs, "torch_chunk", "out state") for _ in range(2))
    for name, value in first.items():
        assert torch.equal(value, second[name]), name


def test_half_precision_leaves_get_gradients_in_their_own_dtype():
    inputs = make_inputs(tokens=40)
    given = inputs.map(lambda x: x.float() if x is inputs.state else x.bfloat16())
    actual = gradients(given, "torch_chunk", "out state")
    expected = gradients(given.map(torch.Tensor.double), "naive", "out state")
    for name, value in expected.items():
        assert actual[name].dtype == (torch.float32 if name == "state" else torch.bfloat16)
        assert_close(actual[name], value, ratio=2e-2, name=f"d_{name}")


def test_reading_passes_the_gradient_to_state_and_query():
    inputs = make_inputs(tokens=4, **SMALL)
    leaves = (inputs.q.requires_grad_(), inputs.state.requires_grad_())
    assert torch.autograd.gradcheck(read_state, leaves)


def test_a_second_derivative_of_the_closed_form_is_refused():
    inputs = make_inputs(tokens=4).map(lambda x: x.requires_grad_())
    _, state = gated_delta_rule(**inputs.keywords(), implementation="torch_chunk")
    (first,) = torch.autograd.grad(state.square().sum(), inputs.k, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()
