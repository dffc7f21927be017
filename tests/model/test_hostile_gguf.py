"""Damaged GGUF files under llama.cpp: refused, loaded all the same, or the end of one process."""

import multiprocessing
import random
from pathlib import Path

import pytest
from tests.model import tiny_gguf

from sleepdoc_model.load import ModelUnavailable, load

_SECONDS = 60


def _try(path: str, pipe: "multiprocessing.connection.Connection") -> None:
    """Load and use a model, as a worker does; say how it went if there is anyone left to."""
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
    process = multiprocessing.get_context("fork").Process(target=_try, args=(str(path), theirs))
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


def _mutated(whole: bytes, rng: random.Random) -> bytes:
    """Bytes changed mostly where the file describes itself: the vocabulary would drown the rest."""
    data = bytearray(whole)
    described = whole.index(b"tokenizer.ggml.tokens")
    tensors = whole.rindex(b"token_embd.weight")
    for _ in range(rng.randint(1, 4)):
        start, end = rng.choice(((0, described), (tensors - 1000, tensors + 2000), (0, len(data))))
        at = rng.randrange(max(0, start), min(end, len(data)))
        data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(data[: rng.randrange(len(data))] if rng.random() < 0.05 else data)


@pytest.mark.parametrize("count", [40, pytest.param(2000, marks=pytest.mark.slow)])
def test_no_mutation_does_more_than_end_its_own_process(count: int, tmp_path: Path) -> None:
    whole = tiny_gguf.build(tmp_path / "valid.gguf", "qwen35").read_bytes()
    assert _outcome(tmp_path / "valid.gguf") == "ok"
    rng = random.Random(count)
    found: dict[str, int] = {}
    for number in range(count):
        path = tmp_path / f"{number}.gguf"
        path.write_bytes(_mutated(whole, rng))
        outcome = _outcome(path)
        found[outcome] = found.get(outcome, 0) + 1
        path.unlink()
    assert set(found) <= {"ok", "refused", "failed", "died"}, found
    assert found["refused"] > count // 5, found
    print(found)
