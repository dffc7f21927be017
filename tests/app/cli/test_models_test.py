"""`models test`: measured with its controls, kept, and shown where the model is used."""

import json
from pathlib import Path

import pytest
from tests.model import tiny_gguf

from .conftest import Run


@pytest.mark.slow
def test_what_was_measured_is_shown_when_the_model_reads(run: Run, tmp_path: Path) -> None:
    model = tiny_gguf.build(tmp_path / "hybrid.gguf", "granitehybrid")
    document = tmp_path / "mill.txt"
    document.write_text("The mill stood still. " * 40, encoding="utf-8")
    before = run("read", document, "--model", model)
    assert "not tested" in before.err

    tested = run("models", "test", model, "--documents", "2", "--json").json
    assert set(tested["arms"]) == {"n1", "swapped", "empty", "full-own", "full-none"}
    card = json.loads(Path(tested["card"]).read_text("utf-8"))
    assert card["slept"] == tested["arms"][tested["ours"]]["exact"]
    assert card["swapped"] == tested["arms"]["swapped"]["exact"]
    assert card["full"] == tested["arms"]["full-none"]["exact"]

    after = run("ask", document, "Who?", "--max-tokens", "2", "--model", model)
    assert f"Measured recall {card['slept']:.0%}" in after.err
    other = tiny_gguf.build(tmp_path / "other.gguf", "granitehybrid", seed=1)
    assert "not tested" in run("read", document, "--model", other).err


@pytest.mark.slow
def test_a_damaged_card_is_as_good_as_none(run: Run, tmp_path: Path) -> None:
    model = tiny_gguf.build(tmp_path / "hybrid.gguf", "nemotron_h")
    path = Path(run("models", "test", model, "--documents", "2", "--json").json["card"])
    document = tmp_path / "mill.txt"
    document.write_text("The mill stood still. " * 40, encoding="utf-8")
    for content in ("", "[]", '{"v": 2}', '{"v": 1, "unknown": 3}'):
        path.write_text(content)
        read = run("read", document, "--model", model)
        assert read.code == 0
        assert "not tested" in read.err


def test_a_model_that_cannot_sleep_is_not_tested(run: Run, tmp_path: Path) -> None:
    plain = tiny_gguf.build(tmp_path / "plain.gguf", "llama")
    refused = run("models", "test", plain)
    assert refused.code == 4
    assert "text recall only" in refused.err
