"""The scripted engine keeps the promises that everything above it is tested with."""

import pytest
from safetensors.numpy import load as load_safetensors

from sleepdoc_model.engine import Sampling, StateMismatch, WindowFull
from sleepdoc_model.load import ModelUnavailable, load
from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine

FRAME = ByteTokenizer.frame


def slept_on(*windows: str, revision: int = 0, passes: int = 2) -> ScriptedEngine:
    engine = ScriptedEngine(ScriptedConfig(window=64, revision=revision))
    engine.reset_window(FRAME.prefix)
    for text in windows:
        engine.prefill(ByteTokenizer().encode(text))
        assert len(list(engine.sleep(passes))) == passes
    return engine


def answer(engine: ScriptedEngine) -> str:
    return bytes(engine.generate(60, stop=FRAME.stop, sampling=Sampling())).decode()


def test_memory_depends_on_everything_slept_on_and_where_it_was_cut() -> None:
    memories = [
        slept_on().state(),
        slept_on("abc").state(),
        slept_on("abc", "def").state(),
        slept_on("def", "abc").state(),
        slept_on("ab", "cdef").state(),
        slept_on("abc", passes=1).state(),
    ]
    assert len(set(memories)) == len(memories)
    assert slept_on("abc", "def").state() == memories[2]


def test_memory_is_a_safetensors_file_that_goes_back_in() -> None:
    engine = slept_on("abc")
    tensors = load_safetensors(engine.state())
    assert tensors["fast_weights"].shape == (4, 32)
    other = slept_on("xyz")
    other.load(engine.state())
    assert other.window_used == 0
    other.reset_window(FRAME.prefix)
    assert answer(other) == answer(engine)


@pytest.mark.parametrize("state", [b"", b"noise" * 9, slept_on("abc", revision=1).state()])
def test_a_foreign_memory_is_refused(state: bytes) -> None:
    engine = slept_on("abc")
    before = engine.state()
    with pytest.raises(StateMismatch):
        engine.load(state)
    assert engine.state() == before


def test_answers_depend_on_memory_and_window() -> None:
    answers = {answer(slept_on()), answer(slept_on("abc")), answer(slept_on("abd"))}
    engine = slept_on("abc")
    engine.prefill([1])
    assert len(answers | {answer(engine)}) == 4


def test_the_window_has_an_end() -> None:
    engine = slept_on()
    with pytest.raises(WindowFull):
        engine.prefill([0] * 64)
    engine.prefill([0] * 60)
    assert len(answer(engine)) == 3 and engine.window_used == 64


@pytest.mark.parametrize("options", ["window", "window=big", "window=-1", "colour=1"])
def test_options_are_checked(options: str) -> None:
    with pytest.raises(ModelUnavailable, match="window"):
        load(f"scripted:{options}", device=None, seed=0)
