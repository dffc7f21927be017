"""The engine's promises on tiny models of every hybrid architecture, in llama.cpp itself."""

import ctypes
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import llama_cpp.llama_cpp as llama
import numpy as np
import pytest
from tests.model import tiny_gguf

from sleepdoc_model.base_file import base_path
from sleepdoc_model.engine import Sampling, StateMismatch, WindowFull
from sleepdoc_model.gguf.engine import LlamaCppEngine
from sleepdoc_model.gguf.recurrent_state import RecurrentLayout
from sleepdoc_model.load import load

HYBRIDS = ["qwen35", "granitehybrid", "falcon-h1", "nemotron_h"]
STORY = list(range(1000, 1200))
QUESTION = [50, 60, 70]
NEVER: frozenset[int] = frozenset()


@pytest.fixture(scope="session", params=HYBRIDS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.build(tmp_path_factory.mktemp("hybrid") / "tiny.gguf", request.param)


@pytest.fixture(scope="session")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.build(tmp_path_factory.mktemp("qwen") / "tiny.gguf", "qwen35")


def engine_of(path: Path, window: int = 300) -> LlamaCppEngine:
    engine, _ = load(str(path), window=window)
    assert isinstance(engine, LlamaCppEngine)
    return engine


def slept(engine: LlamaCppEngine, tokens: list[int], passes: int = 2) -> LlamaCppEngine:
    engine.reset_window([1, 2])
    engine.prefill(tokens)
    list(engine.sleep(passes))
    return engine


def scores(engine: LlamaCppEngine) -> list[float]:
    engine.reset_window([1, 2])
    engine.prefill(QUESTION)
    return engine.score([5, 6, 7])


def test_what_was_slept_on_survives_the_process(model: Path, tmp_path: Path) -> None:
    engine = slept(engine_of(model), STORY)
    remembered = scores(engine)
    (tmp_path / "state").write_bytes(engine.state())
    script = (
        "import json, sys; from pathlib import Path; from sleepdoc_model.load import load\n"
        f"engine, _ = load({str(model)!r}, window=300)\n"
        f"engine.load(Path({str(tmp_path / 'state')!r}).read_bytes())\n"
        f"engine.reset_window([1, 2]); engine.prefill({QUESTION})\n"
        "print(json.dumps(engine.score([5, 6, 7])))"
    )
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert other.stdout == str(remembered) + "\n", other.stderr
    engine.load(None)
    forgotten = scores(engine)
    assert max(abs(a - b) for a, b in zip(remembered, forgotten, strict=True)) > 0.1


def test_a_system_that_does_not_say_what_may_be_used_loads_it_too(
    qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As macOS."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert len(scores(engine_of(qwen))) == 3


def test_a_sleep_is_the_same_replays_written_out(model: Path) -> None:
    found = slept(engine_of(model), STORY, passes=3)._memory
    assert found is not None
    for ours, theirs in zip(found, replays_written_out(model, STORY, 3), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def replays_written_out(path: Path, tokens: list[int], passes: int) -> list[np.ndarray]:  # type: ignore[type-arg]
    """S of every layer after so many passes, in calls of llama.cpp and nothing of ours."""
    native = llama.llama_model_load_from_file(
        str(path).encode(), llama.llama_model_default_params()
    )
    options = llama.llama_context_default_params()
    options.n_ctx, options.n_batch, options.n_seq_max = 512, 512, 1
    context = llama.llama_init_from_model(native, options)
    batch = llama.llama_batch_init(512, 0, 1)
    blob, rows = b"", []
    for _ in range(passes):
        llama.llama_memory_clear(llama.llama_get_memory(context), True)
        if blob:
            raw = (ctypes.c_uint8 * len(blob)).from_buffer_copy(blob)
            assert llama.llama_state_seq_set_data_ext(context, raw, len(blob), 0, 1) == len(blob)
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i], batch.pos[i] = token, i + (1 if blob else 0)
            batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = 1, 0, i == len(tokens) - 1
        assert llama.llama_decode(context, batch) == 0
        size = llama.llama_state_seq_get_size_ext(context, 0, 1)
        out = (ctypes.c_uint8 * size)()
        assert llama.llama_state_seq_get_data_ext(context, out, size, 0, 1) == size
        data, at, rows = bytearray(out), 28, []
        struct.pack_into("<i", data, 12, 0)
        while at < size:
            (length,) = struct.unpack_from("<Q", data, at + 4)
            rows.append((at + 12, length))
            at += 12 + length
        for start, length in rows[: len(rows) // 2]:  # the convolutions' tails stay behind
            data[start : start + length] = bytes(length)
        blob = bytes(data)
    llama.llama_batch_free(batch)
    llama.llama_free(context)
    llama.llama_model_free(native)
    return [np.frombuffer(blob, "<f4", n // 4, at) for at, n in rows[len(rows) // 2 :]]


def test_keys_and_values_are_dropped_however_much_was_read(model: Path) -> None:
    engine = engine_of(model)
    held = []
    for windows in (1, 4):
        engine.load(None)
        for _ in range(windows):
            slept(engine, STORY)
        scores(engine)
        memory = llama.llama_get_memory(engine._context._context)
        held.append((len(engine._context.everything()), llama.llama_memory_seq_pos_max(memory, 0)))
    assert held[0] == held[1] == (held[0][0], 2 + len(QUESTION))


def test_the_pinned_prefix_never_writes(model: Path) -> None:
    engine = engine_of(model)
    states = []
    for prefix in ([1, 2], [9, 8, 7]):
        engine.load(None)
        engine.reset_window(prefix)
        engine.prefill(STORY)
        list(engine.sleep(2))
        assert engine.window_used == len(prefix)
        states.append(engine.state())
    assert states[0] == states[1]


def test_a_window_that_was_read_awake_leaves_the_same_memory(model: Path) -> None:
    engine = slept(engine_of(model), STORY)
    unread = engine.state()
    engine.load(None)
    engine.reset_window([1, 2])
    for piece in (STORY[:70], STORY[70:]):
        engine.prefill(piece)
        engine.score([5])
    list(engine.sleep(2))
    assert engine.state() == unread


def test_nothing_of_the_convolutions_crosses_an_eviction(model: Path) -> None:
    engine = slept(engine_of(model), STORY)
    layout, memory = engine._layout, engine._memory
    assert layout is not None and memory is not None
    engine._context.restore_recurrent(layout.state(memory))
    data = engine._context.recurrent()
    tails = data[28 : len(data) - sum(12 + row.nbytes for row in memory)]
    values = []
    while tails:
        (length,) = struct.unpack_from("<Q", tails, 4)
        values.append(tails[12 : 12 + length])
        tails = tails[12 + length :]
    assert len(values) == len(memory)
    assert not any(any(value) for value in values)
    for ours, theirs in zip(memory, layout.weights(data), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_sleep_stopped_between_passes_leaves_everything(qwen: Path) -> None:
    engine = slept(engine_of(qwen), STORY)
    engine.prefill(STORY[:50])
    state, before = engine.state(), engine.score([5, 6])
    sleeping = engine.sleep(3)
    next(sleeping)
    assert isinstance(sleeping, Iterator)
    sleeping.close()  # type: ignore[attr-defined]
    assert engine.state() == state
    assert engine.window_used == 52
    assert engine.score([5, 6]) == pytest.approx(before, abs=1e-4)


def test_reports_tell_how_much_a_pass_changed(qwen: Path) -> None:
    engine = engine_of(qwen)
    engine.reset_window([1])
    engine.prefill(STORY)
    memories, changes = [], []
    for report in engine.sleep(2):
        changes.append(report.change)
        assert report.passes == 2
    after = engine._memory
    engine.load(None)
    engine.prefill(STORY)
    list(engine.sleep(1))
    memories = [engine._memory, after]
    assert changes[0] == (1.0, 1.0, 1.0)
    assert memories[0] is not None and memories[1] is not None
    for change, a, b in zip(changes[1], *memories, strict=True):
        assert change == pytest.approx(np.linalg.norm(b - a) / np.linalg.norm(b), rel=1e-5)


def test_generating_is_reading_what_was_generated(qwen: Path) -> None:
    engine = slept(engine_of(qwen), STORY)
    engine.prefill(QUESTION)
    said = list(engine.generate(6, stop=NEVER, sampling=Sampling()))
    assert len(said) == 6
    engine.reset_window([1, 2])
    engine.prefill(QUESTION)
    for token in said:
        (best,) = engine.generate(1, stop=NEVER, sampling=Sampling())
        assert best == token
    engine.reset_window([1, 2])
    engine.prefill(QUESTION)
    assert list(engine.generate(6, stop=frozenset({said[2]}), sampling=Sampling())) == said[:2]


def test_scores_leave_the_window_as_it_is(qwen: Path) -> None:
    engine = slept(engine_of(qwen), STORY)
    engine.prefill(QUESTION)
    first = engine.score([5, 6, 7])
    assert engine.score([5, 6, 7]) == first
    (token,) = engine.generate(1, stop=NEVER, sampling=Sampling())
    assert engine.score([8])[0] < 0
    engine.reset_window([1, 2])
    engine.prefill(QUESTION)
    assert next(engine.generate(1, stop=NEVER, sampling=Sampling())) == token


def test_what_does_not_fit_is_refused(qwen: Path) -> None:
    engine = engine_of(qwen, window=100)
    engine.reset_window([1, 2])
    with pytest.raises(WindowFull):
        engine.prefill(STORY[:99])
    engine.prefill(STORY[:98])
    assert list(engine.generate(3, stop=NEVER, sampling=Sampling())) == []
    with pytest.raises(ValueError, match="vocabulary"):
        engine._context.decode([tiny_gguf.VOCABULARY], 0)


def test_a_memory_of_another_model_is_refused(qwen: Path, tmp_path: Path) -> None:
    engine = slept(engine_of(qwen), STORY)
    other = engine_of(tiny_gguf.build(tmp_path / "other.gguf", "qwen35", seed=1))
    state = engine.state()
    with pytest.raises(StateMismatch, match="another model"):
        other.load(state)
    for damaged in (b"", state[:500], state[:-4], b"\xff" * 16 + state[16:]):
        with pytest.raises(StateMismatch):
            engine.load(damaged)
    nan = state[:-4] + struct.pack("<f", float("nan"))
    with pytest.raises(StateMismatch, match="not numbers"):
        engine.load(nan)
    assert scores(engine)  # still of use


@pytest.mark.parametrize("architecture", ["lfm2", "llama"])
def test_without_recurrent_state_a_sleep_only_evicts(architecture: str, tmp_path: Path) -> None:
    engine = engine_of(tiny_gguf.build(tmp_path / "m.gguf", architecture))
    before = scores(engine)
    engine.prefill(STORY)
    empty = engine.state()
    assert list(engine.sleep(2)) == []
    assert engine.window_used == 2
    assert engine.state() == empty
    assert engine.info.state_bytes == 0
    assert any("recall" in reason for reason in engine.info.reasons)
    engine.load(empty)
    assert scores(engine) == before


@pytest.mark.slow
def test_the_base_itself_cannot_sleep_but_answers() -> None:
    engine, tokenizer = load(str(base_path()), window=512)
    assert not engine.info.remembers
    assert "text recall only" in engine.info.reasons[-1]
    frame = tokenizer.frame
    engine.reset_window(frame.prefix)
    prompt = tokenizer.encode("The keeper is called Ambrose. What is the keeper called?")
    engine.prefill([*prompt, *frame.answer_open])
    stream = tokenizer.stream()
    said = engine.generate(12, stop=frame.stop, sampling=Sampling())
    assert "Ambrose" in "".join(map(stream.push, said))
    assert list(engine.sleep(2)) == []
    assert engine.window_used == len(frame.prefix)


def test_a_state_that_is_laid_out_otherwise_is_not_guessed_at(qwen: Path) -> None:
    engine = slept(engine_of(qwen), STORY)
    scores(engine)
    state = engine._context.recurrent()
    RecurrentLayout(state)
    for other in (b"", state[:20], b"\0" * 4 + state[4:], state[:-1], state[: len(state) // 2]):
        with pytest.raises(ValueError):
            RecurrentLayout(other)
