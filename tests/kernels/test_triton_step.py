"""One token in one Triton kernel, against the definition."""

import pytest
import torch

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule, read_state
from sleepdoc_kernels.testing import Inputs, assert_close, make_inputs

pytest.importorskip("triton")

from sleepdoc_kernels.gated_delta_rule import triton_step

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def token(dtype: torch.dtype = torch.float32, **shape) -> Inputs:
    wide = make_inputs(tokens=1, **shape).map(lambda x: x.to(DEVICE, torch.float32))
    return Inputs(**vars(wide) | {name: getattr(wide, name).to(dtype) for name in "qkv"})


def check(given: Inputs, *, output: bool = True) -> None:
    keywords = given.keywords() | ({} if output else {"q": None})
    true = {name: None if x is None else x.double() for name, x in keywords.items()}
    expected = gated_delta_rule(**true, output=output, implementation="naive")
    actual = gated_delta_rule(**keywords, output=output, implementation="triton_step")
    half = given.v.dtype != torch.float32
    assert_close(actual[1], expected[1], ratio=1e-6, name="state")
    if output:
        assert actual[0].dtype == given.v.dtype
        assert_close(actual[0], expected[0], ratio=5e-3 if half else 1e-6, name="out")


@pytest.mark.parametrize("decay", [True, False])
@pytest.mark.parametrize("output", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_step_equals_the_definition(dtype, output, decay):
    check(token(dtype, decay=decay, beta_max=2.0), output=output)


@pytest.mark.parametrize(
    "shape",
    [
        {"key_dim": 20, "value_dim": 70, "heads": 2},
        {"key_dim": 64, "value_dim": 64, "heads": 4, "key_heads": 2, "batch": 1},
    ],
)
def test_other_shapes(shape):
    check(token(**shape))


@pytest.mark.gpu
@pytest.mark.parametrize("dim", [32, 64, 128, 256])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_full_grid(dim, dtype):
    check(token(dtype, key_dim=dim, value_dim=dim, heads=9))


def test_reading_changes_nothing_and_reads_the_state():
    given = token(key_heads=3)
    before = given.state.clone()
    read = triton_step.read(given.q, given.state)
    assert torch.equal(given.state, before)
    expected = torch.einsum("bhvk,bthk->bthv", given.state.double(), given.q.double())
    assert_close(read, expected, ratio=1e-6, name="read")
    assert_close(read_state(given.q, given.state), expected, ratio=1e-6, name="read")


def test_a_token_that_writes_nothing_leaves_the_state_bit_identical():
    given = token()
    nothing = {"beta": torch.zeros_like(given.beta), "log_decay": torch.zeros_like(given.beta)}
    _, after = triton_step.step(**given.keywords() | nothing)
    assert torch.equal(after, given.state)


def test_operators_keep_the_promises_of_torch_library():
    given = token(key_dim=16, value_dim=16)
    torch.library.opcheck(torch.ops.sleepdoc.gated_delta_step, tuple(given.keywords().values()))
    torch.library.opcheck(torch.ops.sleepdoc.read_state, (given.q, given.state))
