"""`naive` is what all else is compared with, so it is compared with cases done by hand."""

import math

import pytest
import torch

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule
from sleepdoc_kernels.testing import assert_close, make_inputs


def run(keys, values, *, beta, log_decay=None, state=None):
    """One batch, one head; lists of vectors in, out [T, D_v] and state [D_v, D_k]."""
    k = torch.tensor(keys, dtype=torch.float64)[None, :, None]
    v = torch.tensor(values, dtype=torch.float64)[None, :, None]
    beta = torch.full(k.shape[:3], beta, dtype=torch.float64)
    if log_decay is not None:
        log_decay = torch.full_like(beta, log_decay)
    out, state = gated_delta_rule(
        k, k, v, log_decay=log_decay, beta=beta, state=state, implementation="naive"
    )
    return out[0, :, 0], state[0, 0]


def test_full_writes_under_orthogonal_keys_are_all_kept():
    out, state = run([[1, 0], [0, 1]], [[5, 6, 7], [8, 9, 1]], beta=1.0)
    assert state.tolist() == [[5, 8], [6, 9], [7, 1]]
    assert out.tolist() == [[5, 6, 7], [8, 9, 1]]


@pytest.mark.parametrize(("beta", "kept"), [(1.0, [8.0]), (0.5, [5.0]), (2.0, [12.0])])
def test_second_write_under_a_key_replaces_the_first_as_far_as_beta_says(beta, kept):
    first = torch.tensor([[[[2.0, 0.0]]]], dtype=torch.float64)
    _, state = run([[1, 0]], [[8]], beta=beta, state=first)
    assert state[:, 0].tolist() == [2 + beta * (8 - 2)]
    if beta != 2.0:
        assert state[:, 0].tolist() == kept


def test_decay_weakens_what_was_held_and_not_what_is_written():
    held = torch.tensor([[[[4.0, 0.0]]]], dtype=torch.float64)
    out, state = run([[0, 1]], [[3]], beta=1.0, log_decay=math.log(0.25), state=held)
    assert_close(state, torch.tensor([[1.0, 3.0]]).double(), ratio=1e-15, name="state")
    assert out.tolist() == [[3.0]]


def test_decay_comes_before_the_comparison_with_the_new_value():
    held = torch.tensor([[[[4.0, 0.0]]]], dtype=torch.float64)
    _, state = run([[1, 0]], [[3]], beta=0.5, log_decay=math.log(0.5), state=held)
    assert_close(state, torch.tensor([[2.5, 0.0]]).double(), ratio=1e-15, name="state")


def test_each_token_reads_after_its_own_write_and_before_later_ones():
    inputs = make_inputs(tokens=5)
    out, _ = gated_delta_rule(**inputs.keywords(), implementation="naive")
    for t in range(5):
        head = inputs.map(lambda x, t=t: x[:, : t + 1] if x.shape[1] == 5 else x)
        _, state = gated_delta_rule(**head.keywords(), output=False, implementation="naive")
        expected = torch.einsum("bhvk,bhk->bhv", state, inputs.q[:, t])
        assert_close(out[:, t], expected, ratio=1e-14, name=f"out of token {t}")
