"""Blocks of recursive least squares against one fit of everything that was written."""

import itertools

import pytest
import torch

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule
from sleepdoc_kernels.least_squares import WindowSums, window_sums
from sleepdoc_kernels.testing import Inputs, assert_close, make_inputs

RIDGE = torch.tensor([0.2, 0.5, 1.0], dtype=torch.float64)


def inputs(tokens: int, **shape) -> Inputs:
    return make_inputs(tokens=tokens, heads=3, **{"key_dim": 16, "value_dim": 24} | shape)


def window(given: Inputs, tokens: slice = slice(None), ridge: torch.Tensor = RIDGE) -> WindowSums:
    """What some of the tokens add."""
    decay = None if given.log_decay is None else given.log_decay[:, tokens]
    k, v, beta = given.k[:, tokens], given.v[:, tokens], given.beta[:, tokens]
    return window_sums(k, v, log_decay=decay, beta=beta, ridge=ridge.to(k.dtype))


def empty(given: Inputs) -> torch.Tensor:
    batch, _, heads, key_dim = given.k.shape
    return given.k.new_zeros(batch, heads, given.v.shape[-1] + key_dim, key_dim)


def fitted(given: Inputs, ridge: torch.Tensor = RIDGE) -> torch.Tensor:
    """Least squares by QR: rows sqrt(w) k, and sqrt(ridge) as so many tokens more."""
    weight = given.beta
    if given.log_decay is not None:
        weight = weight * (given.log_decay.sum(1, keepdim=True) - given.log_decay.cumsum(1)).exp()
    k, v, root = (x.transpose(1, 2) for x in (given.k, given.v, weight.sqrt()))
    size = k.shape[-1]
    shrink = ridge.sqrt()[:, None, None] * torch.eye(size, dtype=k.dtype)
    rows = torch.cat((root[..., None] * k, shrink.expand(len(k), -1, -1, -1)), dim=2)
    wanted = torch.cat((root[..., None] * v, v.new_zeros(*v.shape[:2], size, v.shape[-1])), dim=2)
    return torch.linalg.lstsq(rows, wanted).solution.mT


@pytest.mark.parametrize("decay", [True, False])
@pytest.mark.parametrize("cuts", [(0, 40), (0, 7, 40), (0, 1, 20, 21, 40)])
def test_windows_one_after_the_other_are_one_fit(cuts: tuple[int, ...], decay: bool) -> None:
    given = inputs(40, decay=decay)
    state = empty(given)
    for start, end in itertools.pairwise(cuts):
        state = window(given, slice(start, end))(state)
    assert_close(state[:, :, :24], fitted(given), ratio=1e-10, name="fast weights")


def test_older_windows_are_answered_as_long_as_keys_differ() -> None:
    given = inputs(48, key_dim=64, decay=False)
    least = torch.full((3,), 1e-9, dtype=torch.float64)
    state, swept = empty(given), None
    for start in range(0, 48, 12):
        state = window(given, slice(start, start + 12), least)(state)
        part = {n: x[:, start : start + 12] for n, x in vars(given).items() if n in "kv beta"}
        for _ in range(50):
            _, swept = gated_delta_rule(None, **part, log_decay=None, state=swept, output=False)
    oldest = given.k[:, :12].transpose(1, 2)
    told = given.v[:, :12].transpose(1, 2)
    torch.testing.assert_close(oldest @ state[:, :, :24].mT, told, rtol=0, atol=1e-5)
    assert (oldest @ swept.mT - told).abs().mean() > 0.1  # by the delta rule they are overwritten


@pytest.mark.parametrize("times", [1, 2, 5])
def test_repeated_is_written_as_often(times: int) -> None:
    given = inputs(20)
    before = window(inputs(30))(empty(given))
    expected = before
    for _ in range(times):
        expected = window(given)(expected)
    assert_close(window(given).repeated(times)(before), expected, ratio=1e-10, name="state")
    with pytest.raises(ValueError, match="at least once"):
        window(given).repeated(0)


def test_tokens_without_strength_change_no_bit() -> None:
    given = inputs(20).map(lambda x: x.float())
    before = window(given)(empty(given))
    k, nothing = given.k, torch.zeros_like(given.beta)
    silent = window_sums(k, given.v, log_decay=nothing, beta=nothing, ridge=RIDGE.float())
    assert torch.equal(silent(before), before)


def test_covariances_are_symmetric_to_the_last_bit() -> None:
    given = inputs(300).map(lambda x: x.float())
    covariance = window(given)(window(given)(empty(given)))[:, :, 24:]
    assert torch.equal(covariance, covariance.mT)


def test_many_windows_in_float32_are_as_in_float64() -> None:
    found = []
    for dtype in (torch.float32, torch.float64):
        state = None
        for _ in range(300):
            given = inputs(60, decay=False).map(lambda x, dtype=dtype: x.to(dtype))
            state = window(given)(empty(given) if state is None else state)
        found.append(state[:, :, :24])
    assert_close(found[0].double(), found[1], ratio=1e-4, name="fast weights")


def test_one_window_meets_many_states_and_one_state_many_windows() -> None:
    two = inputs(20, batch=2)
    one = two.map(lambda x: x[:1])
    states = torch.cat([window(inputs(n, batch=1))(empty(one)) for n in (5, 9)])
    for result, rows in (
        (window(one)(states), [window(one)(states[i : i + 1]) for i in (0, 1)]),
        (window(two)(states[:1]), window(two)(states[:1].expand(2, -1, -1, -1)).split(1)),
    ):
        assert_close(result, torch.cat(tuple(rows)), ratio=1e-12, name="state")


def test_gradients_agree_with_finite_differences() -> None:
    given = make_inputs(tokens=4, batch=1, heads=1, key_dim=3, value_dim=2)
    leaves = (given.k, given.v, given.log_decay, given.beta, RIDGE[:1].clone())
    leaves = tuple(x.detach().requires_grad_() for x in leaves)

    def twice(k, v, log_decay, beta, ridge):
        once = window_sums(k, v, log_decay=log_decay, beta=beta, ridge=ridge)
        return once(once(k.new_zeros(1, 1, 5, 3)))

    assert torch.autograd.gradcheck(twice, leaves)
