"""The worker process: what crosses the pipe, and how it ends."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sleepdoc.errors import ModelError
from sleepdoc.reading.client import EngineClient, WorkerGone
from sleepdoc.reading.model_process import ModelProcess
from sleepdoc_model.engine import Sampling, StateMismatch, WindowFull
from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine


def talk(engine, tokenizer) -> list:
    """A bit of everything."""
    frame, said = tokenizer.frame, []
    engine.load(None)
    engine.reset_window(frame.prefix)
    engine.prefill(tokenizer.encode("Ein schöner Tag"))
    stream = tokenizer.stream()
    for token in engine.generate(8, stop=frame.stop, sampling=Sampling(seed=3)):
        said.append(stream.push(token))
    said += [
        stream.finish(),
        engine.likelihood,
        engine.window_used,
        *engine.sleep(2),
        engine.window_used,
    ]
    return [*said, engine.state(), engine.info, frame]


def test_an_engine_is_the_same_from_afar(engine) -> None:
    here = ScriptedEngine(ScriptedConfig(window=256, passes=3))
    assert talk(engine, engine) == talk(here, ByteTokenizer())


def test_characters_of_several_tokens_arrive_whole(engine) -> None:
    stream = engine.stream()
    pieces = [stream.push(token) for token in engine.encode("aé☃")]
    assert pieces == ["a", "", "é", "", "", "☃"] and stream.finish() == ""


def test_closing_a_generator_stops_the_worker_after_the_current_item(engine) -> None:
    engine.load(None)
    engine.reset_window(engine.frame.prefix)
    answer = engine.generate(100, stop=frozenset(), sampling=Sampling())
    next(answer), next(answer)
    answer.close()
    assert engine.window_used == 4  # the prefix, what was said, and a token ahead
    memory = engine.state()
    passes = engine.sleep(3)
    next(passes)
    passes.close()
    assert (engine.window_used, engine.state()) == (4, memory)


def test_refusals_of_the_engine_arrive_as_such(engine) -> None:
    engine.reset_window(())
    with pytest.raises(WindowFull):
        engine.prefill([0] * 257)
    with pytest.raises(StateMismatch):
        engine.load(b"no safetensors")
    assert engine.window_used == 0


def test_an_error_in_the_model_is_one_line_and_a_traceback_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    engine = EngineClient("scripted", log=log)
    engine.start()
    try:
        engine.prefill(["not a token"])
        with pytest.raises(ModelError) as caught:
            list(engine.sleep(1))
        assert "\n" not in str(caught.value) and "ValueError" in str(caught.value)
        assert "Traceback" in log.read_text()
        assert log.stat().st_mode & 0o077 == 0
        assert engine.window_used == 1, "the worker lives on"
    finally:
        engine.close()


@pytest.mark.parametrize("model", ["unheard-of", "scripted:window=many"])
def test_a_model_that_cannot_be_loaded(model: str) -> None:
    with pytest.raises(ModelError):
        EngineClient(model).start()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV])
def test_a_death_has_a_name_and_the_client_can_start_anew(number: signal.Signals) -> None:
    engine = EngineClient("scripted")
    engine.start()
    os.kill(engine.pid, number)
    with pytest.raises(WorkerGone, match=number.name):
        engine.prefill([1])
    with pytest.raises(WorkerGone):
        engine.state()
    assert not engine.alive
    engine.start()
    assert engine.window_used == 0
    engine.close()
    engine.close()


def test_a_process_from_before_is_the_first_worker_and_no_other() -> None:
    process = ModelProcess()
    engine = EngineClient("scripted", process=process)
    engine.start()
    assert engine.pid == process.pid
    assert engine.encode("it works")
    process.kill()
    with pytest.raises(WorkerGone):
        engine.prefill([1])
    engine.start()
    assert engine.pid != process.pid and engine.encode("so does the next")
    engine.close()


def test_a_process_that_nobody_tells_anything_ends() -> None:
    process = ModelProcess()
    assert process.alive
    process.close()
    process.close()
    assert not process.alive


@pytest.mark.skipif(sys.platform != "linux", reason="looks at what a process has mapped")
def test_ahead_of_being_told_what_to_load_it_has_begun_to() -> None:
    process = ModelProcess(ahead=True)
    maps = Path(f"/proc/{process.pid}/maps")
    while "libtorch" not in maps.read_text():
        assert process.alive
        time.sleep(0.01)
    process.close()


def test_the_terminals_interrupt_is_not_for_the_worker(engine) -> None:
    os.kill(engine.pid, signal.SIGINT)
    assert engine.encode("still here")


def test_an_abandoned_worker_stays_away() -> None:
    engine = EngineClient("scripted")
    engine.start()
    engine.abandon()
    with pytest.raises(WorkerGone):
        engine.window_used  # noqa: B018
    with pytest.raises(WorkerGone):
        engine.start()


PARENT = """
import sys
from sleepdoc.reading.client import EngineClient
if __name__ == "__main__":
    engine = EngineClient("scripted")
    engine.start()
    print(engine.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs pidfd and PR_SET_PDEATHSIG")
def test_the_worker_dies_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    worker = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    ended, _, _ = select.select([worker], [], [], 20)
    os.close(worker)
    assert ended
