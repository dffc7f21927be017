"""`models`: a list of what is on this machine, made without loading any of it."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.model.tiny_gguf import build

from .conftest import Run, environment

HEAVY = {"torch", "textual", "llama_cpp", "numpy", "huggingface_hub", "httpx"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place on this machine where there may be models."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "LLAMA_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    directory = tmp_path / "models"
    directory.mkdir()
    monkeypatch.setenv("SLEEPDOC_MODELS", str(directory))
    return directory


def test_the_embedded_model_is_always_first(run: Run, folder: Path) -> None:
    build(folder / "a.gguf", "llama")
    first, second = run("models", "--json").json["models"]
    assert (first["id"], first["path"], first["can_sleep"]) == ("default", None, True)
    assert second["id"] == second["path"] == str(folder / "a.gguf")


def test_json_says_what_a_model_is(run: Run, folder: Path) -> None:
    for architecture in ("qwen35", "lfm2", "llama"):
        build(folder / f"{architecture}.gguf", architecture)
    _, lfm2, llama, qwen35 = run("models", "list", "--json").json["models"]
    assert [each["kind"] for each in (lfm2, llama, qwen35)] == [
        "convolution",
        "attention",
        "recurrent",
    ]
    assert [each["can_sleep"] for each in (lfm2, llama, qwen35)] == [False, False, True]
    for each in (lfm2, llama, qwen35):
        assert each["bytes"] == Path(each["path"]).stat().st_size
        assert each["memory"] > each["bytes"]
        assert each["fits"] is True
        assert each["problem"] is None


def test_the_table_is_in_plain_words(run: Run, folder: Path) -> None:
    build(folder / "a.gguf", "qwen35")
    build(folder / "b.gguf", "llama")
    (folder / "c.gguf").write_bytes(b"GGUF")
    done = run("models")
    assert done.code == 0
    assert done.out == run("models", "list").out
    heading, default, *rows = done.out.splitlines()
    assert heading.split() == ["MODEL", "KIND", "SIZE", "QUANTISATION", "MEMORY"]
    assert default.startswith("default ") and " can sleep " in default
    for row, name, kind in zip(rows, "abc", ("can sleep", "text recall only", "cannot be used")):
        assert row.startswith(str(folder / f"{name}.gguf"))
        assert f"  {kind}  " in row
    assert all(row.endswith(", fits") for row in (default, *rows[:2]))
    assert "'c.gguf'" in rows[2]


def test_a_model_too_large_for_this_machine(run: Run, folder: Path) -> None:
    path = build(folder / "a.gguf", "llama")
    # A sparse tail: as if the weights were there.
    with path.open("ab") as file:
        file.truncate(8 << 40)
    _, found = run("models", "--json").json["models"]
    assert found["fits"] is False
    assert "8796.1 GB" in run("models").out
    assert run("models").out.rstrip().endswith("does not fit")


def test_a_damaged_file_is_a_line_and_no_failure(run: Run, folder: Path) -> None:
    (folder / "a\x1b[2J\nb.gguf").write_bytes(b"not what its name says")
    done = run("models")
    assert done.code == 0
    assert len(done.out.splitlines()) == 3
    assert "\x1b" not in done.out
    _, found = run("models", "--json").json["models"]
    assert (found["can_sleep"], found["kind"], found["fits"]) == (False, None, None)
    assert "not a GGUF file" in found["problem"]


@pytest.mark.parametrize("arguments", [["models"], ["models", "--json"], ["models", "pull", "-h"]])
def test_nothing_heavy_is_imported(
    folder: Path, data_directory: Path, arguments: list[str]
) -> None:
    build(folder / "a.gguf", "qwen35")
    script = (
        "import sys\n"
        "from sleepdoc.cli import cli\n"
        f"cli({arguments!r}, standalone_mode=False)\n"
        "print(' '.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(data_directory, SLEEPDOC_MODELS=str(folder)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "a.gguf" in done.stdout or "-h" in arguments
    assert not HEAVY & set(done.stderr.split())


def test_help_lists_what_there_is_to_do(run: Run) -> None:
    for flag in ("-h", "--help"):
        shown = run("models", flag)
        assert shown.code == 0
        assert "  list " in shown.out and "  pull " in shown.out


@pytest.mark.parametrize("arguments", [["fetch"], ["pull"], ["list", "x"], ["--bogus"]])
def test_wrong_usage(run: Run, folder: Path, arguments: list[str]) -> None:
    done = run("models", *arguments)
    assert done.code == 2
    assert done.err.startswith("Usage: sleepdoc models")
