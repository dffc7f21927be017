"""Unit keys and gates: what PyTorch and Triton make of the same projections."""

import math

import pytest
import torch

from sleepdoc_kernels.layer_entry import layer_entry, unit
from sleepdoc_kernels.testing import assert_close

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def projections(key_dim: int = 20) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    k, strength = normal(2, 19, 3, key_dim), 3 * normal(2, 19, 3)
    decay = 4 * normal(2, 19, 3) - 5
    active = (torch.arange(19) < 17).expand(2, -1)
    return tuple(x.to(DEVICE) for x in (k, strength, decay, normal(3), active))


def test_gates_are_what_their_formulas_say():
    k = torch.tensor([3.0, 4.0]).view(1, 1, 1, 2)
    zero = torch.zeros(1, 1, 1)
    key, log_decay, beta = layer_entry(k, zero, zero, torch.tensor([math.log(2.0)]))
    assert_close(key, torch.tensor([0.6, 0.8]).view(1, 1, 1, 2), ratio=1e-7, name="key")
    assert beta.item() == 0.5
    assert log_decay.item() == pytest.approx(-2 * math.log(2), rel=1e-6)


def test_inactive_tokens_neither_write_nor_decay():
    k, strength, decay, rate, active = projections()
    _, log_decay, beta = layer_entry(k, strength, decay, rate, active)
    for gate in (log_decay, beta):
        assert (gate[:, 17:] == 0).all() and (gate[:, :17] != 0).all()


@pytest.mark.parametrize("decay", [True, False])
@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_one_kernel_gives_the_same(dtype, masked, decay):
    pytest.importorskip("triton")
    from sleepdoc_kernels.layer_entry import triton_kernel

    k, strength, decays, rate, active = projections()
    given = (k.to(dtype), strength, decays if decay else None, rate, active if masked else None)
    expected = layer_entry(*(x.double() if x is not None and x.ndim > 2 else x for x in given))
    actual = triton_kernel.layer_entry(*given)
    assert actual[0].dtype == dtype
    for name, ratio, value, true in zip(
        ("k", "log_decay", "beta"), (1e-3, 1e-6, 1e-6), actual, expected
    ):
        if true is None:
            assert value is None
        else:
            assert_close(value, true, ratio=1e-6 if dtype == torch.float32 else ratio, name=name)


def test_decays_near_none_keep_their_digits():
    pytest.importorskip("triton")
    from sleepdoc_kernels.layer_entry import triton_kernel

    k, strength, _, rate, _ = projections()
    decay = torch.full_like(strength, -9.0)
    _, expected, _ = layer_entry(k, strength, decay.double(), rate)
    _, actual, _ = triton_kernel.layer_entry(k, strength, decay, rate, None)
    assert_close(actual, expected, ratio=1e-6, name="log_decay")


def test_the_operator_keeps_the_promises_of_torch_library():
    pytest.importorskip("triton")
    from sleepdoc_kernels.layer_entry import triton_kernel  # noqa: F401

    torch.library.opcheck(torch.ops.sleepdoc.layer_entry, projections())


def test_a_vector_of_zeros_stays_one():
    assert (unit(torch.zeros(2, 3, dtype=torch.bfloat16)) == 0).all()
