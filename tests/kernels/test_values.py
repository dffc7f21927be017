"""What the fast implementations compute, against the definition in float64."""

import itertools

import pytest
import torch

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule, read_state
from sleepdoc_kernels.testing import Inputs, assert_close, make_inputs

LENGTHS = (1, 3, 8, 15, 16, 31, 32, 33, 63, 64, 65, 127, 200)
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}


def run(inputs: Inputs, implementation: str, **options):
    return gated_delta_rule(**inputs.keywords(), implementation=implementation, **options)


def check(inputs: Inputs, implementation: str, dtype: torch.dtype) -> None:
    given = inputs.map(lambda x: x.to(dtype))
    out, state = run(given, implementation)
    true_out, true_state = run(given.map(torch.Tensor.double), "naive")
    assert (out.dtype, state.dtype) == (dtype, dtype)
    assert_close(out, true_out, ratio=TOLERANCE[dtype], name="out")
    assert_close(state, true_state, ratio=TOLERANCE[dtype], name="state")


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("decay", [True, False])
@pytest.mark.parametrize("tokens", LENGTHS)
def test_chunks_equal_the_definition_at_any_length(tokens, decay, dtype):
    check(make_inputs(tokens=tokens, decay=decay, beta_max=2.0), "torch_chunk", dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("heads", "dim"), [(1, 128), (3, 32), (9, 64)])
def test_chunks_equal_the_definition_at_model_shapes(heads, dim, dtype):
    shape = {"heads": heads, "key_dim": dim, "value_dim": dim}
    check(make_inputs(tokens=100, batch=1, **shape), "torch_chunk", dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("decay", [True, False])
def test_a_step_equals_the_definition(decay, dtype):
    check(make_inputs(tokens=1, decay=decay, beta_max=2.0), "torch_step", dtype)


def test_steps_one_after_another_equal_one_scan():
    inputs = make_inputs(tokens=40)
    out, state = run(inputs, "torch_chunk")
    stepped, outputs = inputs.state, []
    for t in range(40):
        token = {name: x[:, t : t + 1] for name, x in inputs.keywords().items() if name != "state"}
        read, stepped = gated_delta_rule(**token, state=stepped, implementation="torch_step")
        outputs.append(read)
    assert_close(stepped, state, ratio=1e-12, name="state")
    assert_close(torch.cat(outputs, dim=1), out, ratio=1e-12, name="out")


@pytest.mark.parametrize("implementation", ["naive", "torch_chunk"])
@pytest.mark.parametrize("decay", [True, False])
def test_state_alone_is_the_state_of_the_full_operation(implementation, decay):
    inputs = make_inputs(tokens=77, decay=decay).map(torch.Tensor.float)
    _, full = run(inputs, implementation)
    keywords = inputs.keywords() | {"q": None}
    nothing, alone = gated_delta_rule(**keywords, output=False, implementation=implementation)
    assert nothing is None
    assert torch.equal(alone, full)


@pytest.mark.parametrize("cut", [1, 32, 50, 99])
def test_two_halves_with_the_state_handed_over_equal_one_run(cut):
    inputs = make_inputs(tokens=100)
    out, state = run(inputs, "torch_chunk")
    first, second = (
        {name: x[:, part] for name, x in inputs.keywords().items() if name != "state"}
        for part in (slice(cut), slice(cut, None))
    )
    out_1, between = gated_delta_rule(**first, state=inputs.state)
    out_2, final = gated_delta_rule(**second, state=between)
    assert_close(final, state, ratio=1e-12, name="state")
    assert_close(torch.cat((out_1, out_2), dim=1), out, ratio=1e-12, name="out")


@pytest.mark.parametrize("implementation", ["naive", "torch_chunk"])
def test_no_state_means_zeros(implementation):
    inputs = make_inputs(tokens=40)
    _, zeros = run(inputs.map(lambda x: x * 0 if x is inputs.state else x), implementation)
    keywords = inputs.keywords() | {"state": None}
    _, state = gated_delta_rule(**keywords, implementation=implementation)
    assert torch.equal(state, zeros)


@pytest.mark.parametrize("implementation", ["naive", "torch_chunk"])
def test_no_tokens_change_nothing(implementation):
    inputs = make_inputs(tokens=0)
    out, state = run(inputs, implementation)
    assert out.shape == inputs.v.shape
    assert torch.equal(state, inputs.state)
    assert state.data_ptr() != inputs.state.data_ptr()


@pytest.mark.parametrize("implementation", ["naive", "torch_chunk"])
@pytest.mark.parametrize("key_heads", [1, 2])
def test_each_key_head_serves_its_group_of_value_heads(implementation, key_heads):
    inputs = make_inputs(tokens=50, heads=4, key_heads=key_heads)
    out, state = run(inputs, implementation)
    for head in range(4):
        key_head = head * key_heads // 4
        alone = Inputs(
            *(x[:, :, [key_head]] for x in (inputs.q, inputs.k)),
            *(x[:, :, [head]] for x in (inputs.v, inputs.log_decay, inputs.beta)),
            inputs.state[:, [head]],
        )
        out_alone, state_alone = run(alone, "naive")
        assert_close(out[:, :, [head]], out_alone, ratio=1e-12, name="out")
        assert_close(state[:, [head]], state_alone, ratio=1e-12, name="state")


@pytest.mark.parametrize("tokens", [1, 70])
def test_layout_in_memory_does_not_matter(tokens):
    inputs = make_inputs(tokens=tokens)
    scattered = inputs.map(lambda x: x.transpose(1, 2).repeat_interleave(2, -1).transpose(1, 2))
    scattered = scattered.map(lambda x: x[..., ::2] if x.ndim == 4 else x[..., : x.shape[-1] // 2])
    scattered = Inputs(**vars(scattered) | {"beta": inputs.beta.mT.contiguous().mT})
    scattered = Inputs(**vars(scattered) | {"log_decay": inputs.log_decay.flip(1).flip(1)})
    if tokens > 1:
        assert not any(x.is_contiguous() for x in (scattered.k, scattered.v, scattered.beta))
    for actual, expected, name in zip(
        gated_delta_rule(**scattered.keywords()),
        gated_delta_rule(**inputs.keywords()),
        ("out", "state"),
    ):
        assert_close(actual, expected, ratio=1e-12, name=name)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize(("implementation", "tokens"), [("torch_chunk", 70), ("torch_step", 1)])
def test_half_precision_inputs_meet_a_float32_state(dtype, implementation, tokens):
    inputs = make_inputs(tokens=tokens)
    given = inputs.map(lambda x: x.float() if x is inputs.state else x.to(dtype))
    out, state = run(given, implementation)
    true_out, true_state = run(given.map(torch.Tensor.double), "naive")
    assert (out.dtype, state.dtype) == (dtype, torch.float32)
    assert_close(state, true_state, ratio=1e-5, name="state")
    assert_close(out, true_out, ratio=5e-3, name="out")


def test_arguments_are_never_changed():
    inputs = make_inputs(tokens=70)
    before = inputs.map(torch.clone)
    for implementation in ("naive", "torch_chunk"):
        run(inputs, implementation)
    gated_delta_rule(**{n: x[:, :1] if n != "state" else x for n, x in inputs.keywords().items()})
    for name, value in inputs.keywords().items():
        assert torch.equal(value, getattr(before, name)), name


@pytest.mark.parametrize("key_heads", [1, 3])
def test_reading_is_the_state_times_each_query(key_heads):
    inputs = make_inputs(tokens=7, key_heads=key_heads)
    queries = inputs.q.repeat_interleave(3 // key_heads, dim=2)
    expected = torch.einsum("bhvk,bthk->bthv", inputs.state, queries)
    read = read_state(inputs.q, inputs.state)
    assert_close(read, expected, ratio=1e-14, name="read")
    half = read_state(inputs.q.bfloat16(), inputs.state.float())
    assert half.dtype == torch.bfloat16
    assert_close(half, expected, ratio=1e-2, name="read in bfloat16")


def test_last_output_is_what_reading_the_new_state_gives():
    inputs = make_inputs(tokens=45)
    out, state = run(inputs, "torch_chunk")
    assert_close(read_state(inputs.q[:, -1:], state), out[:, -1:], ratio=1e-12, name="read")


WRONG = {
    "q": lambda x: x[:, :-1],
    "k": lambda x: x[..., 0],
    "v": lambda x: x[:, :, :2],
    "beta": lambda x: x[..., None],
    "log_decay": lambda x: x[:, :, :1],
    "state": lambda x: x.mT,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_shape_is_refused_by_name(name):
    keywords = make_inputs(tokens=4).keywords()
    keywords[name] = WRONG[name](keywords[name])
    with pytest.raises(ValueError, match=name):
        gated_delta_rule(**keywords)


def test_a_half_precision_state_is_refused():
    inputs = make_inputs(tokens=4).map(torch.Tensor.bfloat16)
    with pytest.raises(ValueError, match="float32"):
        gated_delta_rule(**inputs.keywords())


def test_output_without_queries_is_refused():
    with pytest.raises(ValueError, match="output=False"):
        gated_delta_rule(**make_inputs(tokens=4).keywords() | {"q": None})


def test_queries_that_do_not_fit_the_state_are_refused():
    inputs = make_inputs(tokens=4)
    for queries in (inputs.q[:1], inputs.q[..., :3], inputs.q[:, :, :2]):
        with pytest.raises(ValueError, match="does not fit"):
            read_state(queries, inputs.state)


def test_two_runs_are_bit_identical():
    inputs = make_inputs(tokens=200).map(torch.Tensor.float)
    pairs = itertools.pairwise([run(inputs, "torch_chunk") for _ in range(3)])
    for (out_1, state_1), (out_2, state_2) in pairs:
        assert torch.equal(out_1, out_2)
        assert torch.equal(state_1, state_2)


@pytest.mark.parametrize("decay", [True, False])
def test_products_in_bfloat16_stay_within_the_bar_of_half_precision(decay):
    inputs = make_inputs(tokens=300, heads=4, key_dim=64, value_dim=64, decay=decay)
    given = inputs.map(lambda x: x.float() if x is inputs.state else x.bfloat16())
    out, state = run(given, "torch_chunk_bfloat16")
    true_out, true_state = run(given.map(torch.Tensor.double), "naive")
    assert (out.dtype, state.dtype) == (torch.bfloat16, torch.float32)
    assert_close(state, true_state, ratio=5e-3, name="state")
    assert_close(out, true_out, ratio=8e-3, name="out")
    _, plain = run(given, "torch_chunk")
    assert not torch.equal(plain, state)
