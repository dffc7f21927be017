"""Triton's scan against the definition in float64: on a GPU, or interpreted in small shapes."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule, torch_chunk
from sleepdoc_kernels.testing import Inputs, assert_close, assert_results, make_inputs, results

pytest.importorskip("triton")

from sleepdoc_kernels.gated_delta_rule import triton_chunk

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
SMALL = {"batch": 1, "heads": 2, "key_dim": 32, "value_dim": 16}


def cast(inputs: Inputs, dtype: torch.dtype) -> Inputs:
    """Queries, keys and values in `dtype`, gates and state in float32."""
    wide = inputs.map(lambda x: x.to(DEVICE, torch.float32))
    return Inputs(**vars(wide) | {name: getattr(wide, name).to(dtype) for name in "qkv"})


def slow_decay(inputs: Inputs) -> Inputs:
    """The same with decays that leave something of the initial state at the end: about e^-2."""
    whole = -inputs.log_decay.sum(1).mean()
    return Inputs(**vars(inputs) | {"log_decay": inputs.log_decay * (2 / whole).clamp(max=1)})


def definition(q, k, v, log_decay, beta, state):
    gates = {"log_decay": log_decay, "beta": beta, "implementation": "naive"}
    return gated_delta_rule(q, k, v, state=state, output=q is not None, **gates)


def without_output(scan, q, k, v, log_decay, beta, state):
    return scan(None, k, v, log_decay, beta, state)


def check(inputs: Inputs, dtype: torch.dtype, *, segments: int = 0, output: bool = True) -> None:
    """Values and gradients of the kernels, on the rounded inputs, against the definition."""
    given = cast(inputs, dtype)
    fast, true = partial(triton_chunk.scan, segments=segments), definition
    if not output:
        fast, true = partial(without_output, fast), partial(without_output, true)
    actual = results(fast, given)
    assert_results(actual, results(true, given.map(torch.Tensor.double)), dtype)


SHAPES = {
    "one token": {"tokens": 1},
    "less than a chunk": {"tokens": 15},
    "one chunk": {"tokens": 32, "decay": False},
    "two chunks and a token": {"tokens": 65},
    "two sequences": {"tokens": 40, "batch": 2, "heads": 1},
    "wider values": {"tokens": 40, "key_dim": 16, "value_dim": 40},
    "sizes that are no powers of two": {"tokens": 40, "key_dim": 20, "value_dim": 24},
    "keys in several blocks": {"tokens": 33, "heads": 1, "key_dim": 96, "value_dim": 72},
    "shared keys": {"tokens": 40, "heads": 4, "key_heads": 2},
    "overshooting": {"tokens": 70, "beta_max": 2.0},
}


@pytest.mark.parametrize("name", SHAPES)
def test_values_and_gradients_in_float32(name):
    check(make_inputs(**SMALL | SHAPES[name]), torch.float32)


@pytest.mark.parametrize("decay", [True, False])
def test_values_and_gradients_in_float16(decay):
    check(make_inputs(tokens=70, decay=decay, **SMALL), torch.float16)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_state_alone(dtype):
    check(slow_decay(make_inputs(tokens=70, **SMALL)), dtype, output=False)


@pytest.mark.parametrize("segments", [2, 4, 8])
def test_segments_scanned_at_once_give_the_same(segments):
    shape = SMALL | {"heads": 1, "key_dim": 16, "value_dim": 16}
    inputs = slow_decay(make_inputs(tokens=240, **shape))
    check(inputs, torch.float32, segments=segments, output=False)


def test_segments_that_are_left_without_a_chunk():
    inputs = slow_decay(make_inputs(tokens=150, **SMALL | {"heads": 1}))
    check(inputs, torch.float32, segments=4, output=False)


def test_outputs_of_segments_that_know_their_start():
    check(slow_decay(make_inputs(tokens=150, **SMALL)), torch.float32, segments=2)


GPU_SIZES = ((1, 32, 32), (9, 64, 64), (3, 64, 128), (4, 128, 128), (2, 256, 64))
GPU_TYPES = [
    *((torch.bfloat16, size) for size in GPU_SIZES),
    *((torch.float32, size) for size in GPU_SIZES),
    (torch.float16, (9, 64, 64)),
]


@pytest.mark.gpu
@pytest.mark.parametrize("tokens", [1, 15, 16, 63, 64, 65, 127, 2049])
@pytest.mark.parametrize(("dtype", "size"), GPU_TYPES)
def test_full_grid(dtype, size, tokens):
    shape = dict(zip(("heads", "key_dim", "value_dim"), size))
    check(slow_decay(make_inputs(tokens=tokens, batch=2, **shape)), dtype)


@pytest.mark.gpu
@pytest.mark.parametrize("tokens", [1, 64, 127, 2049])
@pytest.mark.parametrize("output", [True, False])
@pytest.mark.parametrize("decay", [True, False])
def test_what_is_left_out_on_tensor_cores(decay, output, tokens):
    inputs = make_inputs(tokens=tokens, heads=9, key_dim=64, value_dim=64, decay=decay)
    check(slow_decay(inputs) if decay else inputs, torch.bfloat16, output=output)


@pytest.mark.gpu
@pytest.mark.parametrize("segments", [1, 2, 4, 8])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_segments_on_tensor_cores(dtype, segments):
    inputs = slow_decay(make_inputs(tokens=2049, batch=1, heads=9, key_dim=64, value_dim=64))
    check(inputs, dtype, segments=segments)
    check(inputs, dtype, segments=segments, output=False)


@pytest.mark.gpu
@pytest.mark.parametrize("output", [True, False])
def test_a_captured_graph_gives_the_bits_of_an_eager_call(output):
    given = cast(
        make_inputs(tokens=1024, batch=1, heads=9, key_dim=64, value_dim=64), torch.bfloat16
    )
    keywords = given.keywords() | ({} if output else {"q": None})
    eager = triton_chunk.scan(**keywords)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        captured = triton_chunk.scan(**keywords)
    graph.replay()
    torch.cuda.synchronize()
    assert torch.equal(captured[1], eager[1])
    if output:
        assert torch.equal(captured[0], eager[0])


@pytest.mark.parametrize("beta", [0.95, 2.0])
def test_the_same_key_all_window(beta):
    inputs = make_inputs(tokens=70, **SMALL)
    key = F.normalize(inputs.k[:, :1] + 1e-3 * inputs.k, dim=-1)
    given = Inputs(**vars(inputs) | {"k": key, "beta": torch.full_like(inputs.beta, beta)})
    check(given, torch.float32)


@pytest.mark.parametrize("log_decay", [0.0, -20.0])
def test_constant_decay(log_decay):
    inputs = make_inputs(tokens=40, **SMALL)
    gate = torch.full_like(inputs.beta, log_decay)
    given = cast(Inputs(**vars(inputs) | {"log_decay": gate}), torch.float32)
    actual = results(triton_chunk.scan, given)
    expected = results(definition, given.map(torch.Tensor.double))
    if log_decay < 0:  # what passed through many such decays is nothing beside the rest
        for name in ("d_state", "d_log_decay"):
            error = (actual.pop(name) - expected.pop(name)).norm()
            assert error < 1e-5 * expected["d_k"].norm()
    assert_results(actual, expected, torch.float32)


def test_decays_near_none_after_strong_ones_stay_exact():
    inputs = make_inputs(tokens=64, **SMALL)
    gate = torch.full_like(inputs.beta, -0.01)
    gate[:, :16] = -100.0
    given = cast(Inputs(**vars(inputs) | {"log_decay": gate}), torch.float32)
    actual = results(triton_chunk.scan, given)
    expected = results(definition, given.map(torch.Tensor.double))
    assert actual.pop("d_state").norm() == 0
    expected.pop("d_state")
    assert_results(actual, expected, torch.float32)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(("tokens", "tail", "segments"), [(20, 5, 1), (20, 100, 1), (128, 64, 2)])
def test_padding_leaves_the_state_bit_identical(tokens, tail, segments, dtype):
    shape = {"batch": 1, "heads": 1, "key_dim": 16, "value_dim": 16}
    given = cast(make_inputs(tokens=tokens, **shape), dtype)
    more = cast(make_inputs(tokens=tail, seed=1, **shape), dtype)
    longer = {
        "q": torch.cat((given.q, more.q), 1),
        "k": torch.cat((given.k, more.k), 1),
        "v": torch.cat((given.v, more.v), 1),
        "log_decay": F.pad(given.log_decay, (0, 0, 0, tail)),
        "beta": F.pad(given.beta, (0, 0, 0, tail)),
        "state": given.state,
    }
    out, state = triton_chunk.scan(**given.keywords(), segments=1)
    padded_out, padded_state = triton_chunk.scan(**longer, segments=segments)
    if segments == 1:
        assert torch.equal(padded_out[:, :tokens], out)
        assert torch.equal(padded_state, state)
    else:
        assert_close(padded_state, state, ratio=5e-3, name="state")


def test_layout_in_memory_does_not_matter():
    given = cast(make_inputs(tokens=20, **SMALL), torch.float32)
    scattered = given.map(lambda x: x.transpose(1, 2).contiguous().transpose(1, 2))
    assert not scattered.k.is_contiguous()
    actual, expected = (results(triton_chunk.scan, x) for x in (scattered, given))
    for name, value in expected.items():
        assert torch.equal(actual[name], value), name


def test_runs_are_bit_identical_and_arguments_unchanged():
    given = cast(make_inputs(tokens=70, **SMALL), torch.float16)
    before = given.map(torch.clone)
    first, second = (results(triton_chunk.scan, given) for _ in range(2))
    for name, value in first.items():
        assert torch.equal(value, second[name]), name
    for name, value in given.keywords().items():
        assert torch.equal(value, getattr(before, name)), name


@pytest.mark.parametrize("q", [True, False])
@pytest.mark.parametrize("decay", [True, False])
def test_operators_keep_the_promises_of_torch_library(decay, q):
    given = cast(make_inputs(tokens=20, decay=decay, **SMALL), torch.float32)
    leaves = given.map(lambda x: x.requires_grad_()).keywords() | ({} if q else {"q": None})
    torch.library.opcheck(triton_chunk.forward_operator, (*leaves.values(), 1))


def test_compiling_finds_one_graph():
    given = cast(make_inputs(tokens=20, **SMALL), torch.float32)

    def function(q, k, v, log_decay, beta, state):
        out, after = gated_delta_rule(
            q,
            k * 1.0,
            v,
            log_decay=log_decay,
            beta=beta,
            state=state,
            implementation="triton_chunk",
        )
        return out * 2.0, after

    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    actual, expected = results(compiled, given), results(function, given)
    assert_results(actual, expected, torch.float32)


def test_the_public_operation_takes_it_by_name_and_agrees_with_the_cpu():
    given = cast(make_inputs(tokens=40, **SMALL), torch.float32)
    named = partial(gated_delta_rule, implementation="triton_chunk")
    expected = results(torch_chunk.scan, given)
    assert_results(results(named, given), expected, torch.float32)
