"""Damaged GGUF files under llama.cpp: refused, loaded all the same, or the end of one process."""

import faulthandler
import multiprocessing
import os
import random
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from tests.model import tiny_gguf

from sleepdoc_model.gguf.header import BadGGUF, read_header
from sleepdoc_model.load import ModelUnavailable, load

_SECONDS = 60
_CLEAN = multiprocessing.get_context("forkserver")
"""Forked from this very process, a child would inherit threads that are not there."""
_CLEAN.set_forkserver_preload(
    [
        "pytest",
        "gguf",
        "llama_cpp",
        "sleepdoc_model.gguf.engine",
        "sleepdoc_model.gguf.tokenizer",
    ]
)


def _try(path: str, pipe: Connection) -> None:
    """Load and use a model, as a worker does; say how it went if there is anyone left to."""
    faulthandler.disable()
    try:
        engine, _ = load(path, window=64)
        engine.reset_window([1])
        engine.prefill(list(range(40)))
        list(engine.sleep(1))
        engine.prefill([5])
        engine.score([6])
        pipe.send("ok")
    except ModelUnavailable as error:
        pipe.send("refused" if "\n" not in str(error) else f"not one line: {error}")
    except (RuntimeError, ValueError):
        pipe.send("failed")


def _outcome(path: Path) -> str:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = _CLEAN.Process(target=_try, args=(str(path), theirs))
    process.start()
    theirs.close()
    process.join(_SECONDS)
    if process.is_alive():
        process.kill()
        return "hangs"
    try:
        return str(ours.recv()) if ours.poll() else "died"
    except EOFError:
        return "died"


def _mutations(whole: bytes, rng: random.Random) -> dict[int, int]:
    """Bytes to change, mostly where the file describes itself: the vocabulary is most of it."""
    described = whole.index(b"tokenizer.ggml.tokens")
    tensors = whole.rindex(b"token_embd.weight")
    found = {}
    for _ in range(rng.randint(1, 4)):
        start, end = rng.choice(((0, described), (tensors - 1000, tensors + 2000), (0, len(whole))))
        at = rng.randrange(max(0, start), min(end, len(whole)))
        found[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return found


@pytest.mark.parametrize("count", [60, pytest.param(2000, marks=pytest.mark.slow)])
def test_no_mutation_does_more_than_end_its_own_process(count: int, tmp_path: Path) -> None:
    path = tiny_gguf.build(tmp_path / "tiny.gguf", "qwen35", vocabulary=400)
    whole = path.read_bytes()
    assert _outcome(path) == "ok"
    rng, found = random.Random(count), Counter[str]()
    with path.open("r+b", buffering=0) as file:
        for _ in range(count):
            changed = _mutations(whole, rng)
            for at, value in changed.items():
                os.pwrite(file.fileno(), bytes([value]), at)
            try:
                read_header(path)
            except BadGGUF as error:
                assert "\n" not in str(error)
                found["refused"] += 1
            else:  # so llama.cpp gets to see it
                found[_outcome(path)] += 1
            for at in changed:
                os.pwrite(file.fileno(), whole[at : at + 1], at)
    assert set(found) <= {"ok", "refused", "failed", "died"}, found
    assert min(found["refused"], found["ok"]) > count // 20, found
