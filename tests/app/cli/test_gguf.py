"""The whole product on a hybrid GGUF that llama.cpp runs: read, ask, be killed, resume, export."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.model import tiny_gguf

from sleepdoc.store import Store

from .conftest import Outcome, Run, command_line, environment

WORDS = " ".join(f"Keeper {n} of the {n % 7}th lamp counted {n * 3} ships." for n in range(900))


@pytest.fixture(scope="session")
def hybrid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.build(tmp_path_factory.mktemp("models") / "hybrid.gguf", "qwen35")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "lamps.txt"
    path.write_text(WORDS, encoding="utf-8")
    return path


def test_reading_goes_on_after_a_kill_as_if_there_had_been_none(
    run: Run, hybrid: Path, document: Path, tmp_path: Path
) -> None:
    whole = run("read", document, "--model", hybrid, "--json", "--db", tmp_path / "whole.db")
    assert whole.code == 0, whole.err
    assert whole.json["sleeps"] > 2

    data = tmp_path / "data"
    command = command_line("read", document, "--model", hybrid)
    reading = subprocess.Popen(command, env=environment(data), stderr=subprocess.PIPE, text=True)
    assert reading.stderr is not None
    for line in reading.stderr:
        if line.startswith("Sleep 1"):
            break
    os.kill(reading.pid, signal.SIGKILL)
    reading.wait()
    reading.stderr.close()
    time.sleep(0.2)  # the worker notices and goes

    parts = run("read", document, "--json", SLEEPDOC_DATA_DIR=str(data), SLEEPDOC_MODEL="")
    assert parts.code == 0, parts.err
    assert parts.json["resumed"]
    assert parts.json["model"] == str(hybrid)  # its own, without being told
    assert parts.json["snapshot"] == whole.json["snapshot"]


@pytest.mark.slow
def test_an_answer_depends_on_what_was_slept_on(
    run: Run, hybrid: Path, document: Path, tmp_path: Path
) -> None:
    def closed_book(path: Path) -> str:
        asked = run(
            "ask", path, "Who?", "--closed-book", "--max-tokens", "8", "--json", "--model", hybrid
        )
        assert asked.code == 0, asked.err
        return str(asked.json["answer"])

    other = tmp_path / "other.txt"
    other.write_text("The mill stood still. " * 400, encoding="utf-8")
    for path in (document, other):
        assert run("read", path, "--model", hybrid).code == 0
    assert closed_book(document) == closed_book(document)
    assert closed_book(document) != closed_book(other)


def test_its_memory_is_exported_and_taken_back(
    run: Run, hybrid: Path, document: Path, tmp_path: Path
) -> None:
    name = run("read", document, "--model", hybrid, "--json").json["conversation"]
    assert run("export", name, "-o", "memory.safetensors").code == 0
    shown = run("show", name, "--json").json
    assert (tmp_path / "memory.safetensors").stat().st_size > 4 * 3 * 1024
    assert shown["model"] == str(hybrid)


def test_a_model_without_a_state_says_that_it_only_recalls(
    run: Run, document: Path, tmp_path: Path
) -> None:
    plain = tiny_gguf.build(tmp_path / "plain.gguf", "llama")
    done = run("read", document, "--model", "plain.gguf")
    assert done.code == 0
    assert "text recall only" in done.err
    assert "Sleep" not in done.err
    assert "let go" in done.out
    asked = run(
        "ask", document, "Who is Keeper 17?", "--max-tokens", "4", "--model", plain, "--json"
    )
    assert asked.json["citations"]
    assert asked.json["tokens_reread"] == 0


def _refused(done: Outcome) -> str:
    assert done.code == 4
    lines = done.err.splitlines()
    assert "Traceback" not in done.err
    return lines[-1]


def test_a_damaged_model_is_refused_in_one_line(
    run: Run, hybrid: Path, document: Path, tmp_path: Path
) -> None:
    before = run("read", document, "--model", hybrid, "--json").json
    (tmp_path / "cut.gguf").write_bytes(hybrid.read_bytes()[:3_000_000])
    (tmp_path / "text.gguf").write_text("once upon a time")
    for name in ("cut.gguf", "text.gguf", "missing.gguf"):
        assert name in _refused(run("ask", document, "Who?", "--model", name))
    with Store.open(tmp_path / "data" / "sleepdoc.db") as store:
        (conversation,) = store.conversations()
    assert conversation.model == str(hybrid)
    assert run("show", conversation.name, "--json").json["snapshot"] == before["snapshot"]


def test_a_model_that_ends_its_process_costs_one_line(
    run: Run, hybrid: Path, document: Path, tmp_path: Path
) -> None:
    before = run("read", document, "--model", hybrid, "--json").json
    model = tiny_gguf.build_aborting(tmp_path / "aborting.gguf")
    for command in (("read", document), ("ask", document, "Who?")):
        refusal = _refused(run(*command, "--model", model))
        assert "killed by" in refusal
        assert model.name in refusal
    with Store.open(tmp_path / "data" / "sleepdoc.db") as store:
        (conversation,) = store.conversations()
        assert store.check() == []
    assert conversation.model == str(hybrid)
    assert run("show", conversation.name, "--json").json["snapshot"] == before["snapshot"]


def test_a_changed_model_does_not_take_the_old_memory(
    run: Run, document: Path, tmp_path: Path
) -> None:
    path = tiny_gguf.build(tmp_path / "m.gguf", "qwen35")
    name = run("read", document, "--model", path, "--json").json["conversation"]
    tiny_gguf.build(path, "qwen35", seed=1)
    refused = run("ask", name, "Who?")
    assert refused.code == 7
    assert "another model" in refused.err
