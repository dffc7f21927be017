"""The measure all kernel tests rely on fails when it should."""

import pytest
import torch

from sleepdoc_kernels.testing import assert_close, error_ratio, make_inputs

ONES = torch.ones(4)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (ONES * 1.1, ONES),
        (torch.full((4,), torch.nan), ONES),
        (ONES, torch.full((4,), torch.nan)),
        (torch.full((4,), torch.inf), torch.full((4,), torch.inf)),
        (ONES[:1], ONES),
        (ONES[:3], ONES),
        (ONES * 1e-30, torch.zeros(4)),
    ],
)
def test_what_is_not_close_fails(actual, expected):
    with pytest.raises(AssertionError, match="thing"):
        assert_close(actual, expected, ratio=0.05, name="thing")


def test_what_is_close_passes():
    assert_close(ONES * 1.04, ONES, ratio=0.05, name="thing")
    assert_close(torch.zeros(4), torch.zeros(4), ratio=0.0, name="thing")
    assert_close(torch.zeros(0), torch.zeros(0), ratio=0.0, name="thing")


def test_the_ratio_is_root_mean_square_over_root_mean_square():
    assert error_ratio(torch.tensor([3.0, 4.5]), torch.tensor([3.0, 4.0])) == pytest.approx(0.1)


def test_inputs_follow_their_seed_and_use_their_range():
    first, again, other = (make_inputs(tokens=300, beta_max=2.0, seed=s) for s in (0, 0, 1))
    assert torch.equal(first.k, again.k)
    assert not torch.equal(first.k, other.k)
    assert first.log_decay.max() <= 0
    assert first.beta.min() < 0.2 and 1.8 < first.beta.max() < 2
    assert torch.allclose(first.k.norm(dim=-1), torch.ones(1, dtype=torch.float64))
