"""What needs float64 on a device that has none, played by the CPU."""

import pytest
import torch
from torch import Tensor

from sleepdoc_kernels import exact
from sleepdoc_kernels.gated_delta_rule import gated_delta_rule
from sleepdoc_kernels.least_squares import window_sums
from sleepdoc_kernels.testing import NoFloat64, make_inputs

GIVEN = make_inputs(tokens=70).map(lambda x: x.float())
RIDGE = torch.tensor([0.2, 0.5, 1.0])


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> type[NoFloat64]:
    """The device, and the question whether it has float64 answered as for MPS."""
    monkeypatch.setattr(exact, "has_float64", lambda device: False)
    return NoFloat64


def least_squares(kind: type[Tensor]) -> tuple[Tensor, ...]:
    """The state after two windows, and gradients."""
    k, v, log_decay, beta, ridge = (
        x.detach().clone().as_subclass(kind).requires_grad_()
        for x in (GIVEN.k, GIVEN.v, GIVEN.log_decay, GIVEN.beta, RIDGE)
    )
    window = window_sums(k, v, log_decay=log_decay, beta=beta, ridge=ridge)
    state = window(window(torch.zeros(2, 3, 24 + 16, 16)))
    return state, *torch.autograd.grad(state.square().sum(), (k, v, log_decay, beta, ridge))


def delta_rule(kind: type[Tensor]) -> tuple[Tensor, ...]:
    given = GIVEN.map(lambda x: x.detach().clone().as_subclass(kind).requires_grad_())
    out, state = gated_delta_rule(**given.keywords(), implementation="torch_chunk")
    assert out is not None
    leaves = tuple(x for x in vars(given).values())
    return out, state, *torch.autograd.grad(out.sum() + state.square().sum(), leaves)


@pytest.mark.parametrize("compute", [least_squares, delta_rule])
def test_nothing_is_float64_on_the_device_and_nothing_else_changes(compute, there) -> None:
    for found, expected in zip(compute(there), compute(Tensor), strict=True):
        assert torch.equal(found.as_subclass(Tensor), expected)


def test_the_device_refuses_float64(there) -> None:
    with pytest.raises(TypeError, match="no float64"):
        torch.ones(2).as_subclass(there).double()


@pytest.mark.parametrize(("device", "has"), [("cpu", True), ("cuda", True), ("mps", False)])
def test_which_devices_have_it(device: str, has: bool) -> None:
    assert exact.has_float64(torch.device(device)) is has
