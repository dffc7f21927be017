"""A window as one affine map, and many sweeps over it, against sweeping again and again."""

import pytest
import torch

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule, window_map
from sleepdoc_kernels.testing import Inputs, assert_close, make_inputs

SWEEPS = (1, 2, 3, 4, 5, 8, 16)


def mapped(inputs: Inputs, **options):
    gates = {"log_decay": inputs.log_decay, "beta": inputs.beta}
    return window_map(inputs.k, inputs.v, **gates, **options)


def scanned(inputs: Inputs, sweeps: int) -> torch.Tensor:
    """The state after writing the same window `sweeps` times, token by token."""
    state = inputs.state
    keywords = inputs.keywords() | {"q": None}
    for _ in range(sweeps):
        keywords["state"] = state
        _, state = gated_delta_rule(**keywords, output=False, implementation="naive")
    return state


@pytest.mark.parametrize("decay", [True, False])
@pytest.mark.parametrize("tokens", [3, 40])
def test_applying_the_map_is_writing_the_window(tokens, decay):
    inputs = make_inputs(tokens=tokens, decay=decay, beta_max=2.0)
    for implementation in (None, "naive"):
        after = mapped(inputs, implementation=implementation)(inputs.state)
        assert_close(after, scanned(inputs, 1), ratio=1e-12, name="state")


@pytest.mark.parametrize("sweeps", SWEEPS)
@pytest.mark.parametrize(("dtype", "ratio"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_doubling_is_exact_against_as_many_scans(sweeps, dtype, ratio):
    inputs = make_inputs(tokens=40, beta_max=2.0)
    expected = scanned(inputs, sweeps)
    given = inputs.map(lambda x: x.to(dtype))
    after = mapped(given).repeated(sweeps)(given.state)
    assert after.dtype == dtype
    assert_close(after, expected, ratio=ratio, name="state")


def test_nothing_decays_and_fewer_tokens_than_directions():
    # I - A is singular here: A keeps what no key covers.
    inputs = make_inputs(tokens=5, decay=False)
    after = mapped(inputs).repeated(7)(inputs.state)
    assert_close(after, scanned(inputs, 7), ratio=1e-12, name="state")


@pytest.mark.parametrize("sweeps", [1, 3, 4])
def test_gradients_of_sweeps_agree_with_autograd_through_every_scan(sweeps):
    found = []
    for swept in (lambda x: mapped(x).repeated(sweeps)(x.state), lambda x: scanned(x, sweeps)):
        leaves = make_inputs(tokens=40).map(lambda x: x.requires_grad_())
        weights = torch.randn(leaves.state.shape, generator=torch.Generator().manual_seed(1))
        (swept(leaves) * weights).sum().backward()
        found.append({name: getattr(leaves, name).grad for name in vars(leaves) if name != "q"})
    for name, expected in found[1].items():
        assert_close(found[0][name], expected, ratio=1e-12, name=f"d_{name}")


def test_one_window_meets_many_states():
    inputs = make_inputs(tokens=40, batch=1)
    states = torch.cat((inputs.state, 2 * inputs.state, 0 * inputs.state))
    after = mapped(inputs)(states)
    for number, state in enumerate(states):
        alone = Inputs(**vars(inputs) | {"state": state[None]})
        assert_close(after[[number]], scanned(alone, 1), ratio=1e-12, name="state")


def test_two_windows_one_after_the_other_are_one_map():
    first, second = (make_inputs(tokens=20, seed=seed) for seed in (0, 1))
    both = mapped(first).then(mapped(second))
    expected = mapped(second)(mapped(first)(first.state))
    assert_close(both(first.state), expected, ratio=1e-12, name="state")


def test_shared_keys_and_half_precision_inputs_give_a_float32_map():
    inputs = make_inputs(tokens=20, heads=4, key_heads=2)
    half = Inputs(**vars(inputs) | {name: getattr(inputs, name).bfloat16() for name in "qkv"})
    half = Inputs(**vars(half) | {"state": inputs.state.float()})
    found = mapped(half)
    assert found.kept.dtype == found.written.dtype == torch.float32
    expected = scanned(half.map(torch.Tensor.double), 3)
    assert_close(found.repeated(3)(half.state), expected, ratio=1e-5, name="state")


def test_a_map_is_never_larger_than_its_window_lets_it_be():
    inputs = make_inputs(tokens=30, beta_max=2.0)
    assert torch.linalg.matrix_norm(mapped(inputs).repeated(64).kept, ord=2).max() <= 1


def test_no_sweep_at_all_is_refused():
    with pytest.raises(ValueError, match="at least once"):
        mapped(make_inputs(tokens=4)).repeated(0)
