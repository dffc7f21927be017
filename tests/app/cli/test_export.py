"""`export`: a memory that the safetensors library reads, and transcripts."""

import json
import stat
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load, load_file

from sleepdoc.errors import MismatchError
from sleepdoc.memory_file import pack, verify
from sleepdoc.store import Store

from .conftest import Run


def test_a_memory_reads_back_with_its_description(
    run: Run, lamps: str, data_directory: Path, tmp_path: Path
) -> None:
    done = run("export", lamps, "-o", "memory.safetensors", "--json").json
    assert done["file"] == "memory.safetensors"
    shown = run("show", lamps, "--json").json
    path = tmp_path / "memory.safetensors"
    assert path.stat().st_size == done["bytes"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.glob(".*")] == []

    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    expected = {
        "format": "sleepdoc-memory",
        "format_version": "2",
        "model": "scripted",
        "fingerprint": shown["fingerprint"],
        "document_sha256": shown["sha256"],
        "title": "lamps",
        "tokens": str(shown["slept"]),
        "sleeps": str(shown["sleeps"]),
        "passes": "2",
    }
    assert expected.items() <= metadata.items()
    with Store.open(data_directory / "sleepdoc.db") as store:
        stored = load(store.load_snapshot(shown["snapshot"]))
    assert tensors.keys() == stored.keys()
    for name, tensor in stored.items():
        np.testing.assert_array_equal(tensors[name], tensor)


def test_a_file_stands_for_its_conversation(run: Run, story: Path, lamps: str) -> None:
    assert run("export", story, "--json").json["file"] == "lamps.safetensors"
    story.write_text("Another story.", encoding="utf-8")
    assert run("export", story).code == 5


def test_nothing_is_overwritten_unless_forced(run: Run, lamps: str, tmp_path: Path) -> None:
    taken = tmp_path / "lamps.safetensors"
    taken.write_text("mine")
    refused = run("export", lamps)
    assert refused.code == 2
    assert "--force" in refused.err
    assert taken.read_text() == "mine"
    assert run("export", lamps, "--force").code == 0
    assert verify(taken.read_bytes())["title"] == "lamps"


def test_a_missing_directory_is_named(run: Run, lamps: str) -> None:
    refused = run("export", lamps, "-o", "no/such/place.safetensors")
    assert refused.code == 2
    assert "no/such" in refused.err


def test_a_transcript_has_questions_answers_and_pages(run: Run, lamps: str) -> None:
    answer = run("ask", lamps, "How often is Valparaiso mentioned?", "--json").json
    markdown = run("export", lamps, "--transcript", "md", "-o", "-").out
    assert markdown.startswith('---\nconversation: "lamps"\n')
    assert "## How often is Valparaiso mentioned?" in markdown
    assert f"{answer['answer']}[^1]" in markdown
    assert f"[^1]: p. {answer['citations'][0]['label']}: " in markdown
    fields = json.loads(run("export", lamps, "--transcript", "json", "-o", "-").out)
    assert fields["v"] == 1
    assert fields["turns"][0]["answer"] == answer["answer"]
    assert fields["turns"][0]["citations"] == answer["citations"]


def test_one_stdout_takes_one_thing(run: Run, lamps: str) -> None:
    assert run("export", lamps, "-o", "-", "--json").code == 2


def test_what_never_slept_has_no_memory(run: Run, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("The lamp was lit.")
    assert run("read", "short.txt").code == 0
    assert run("undo", "short").code == 0
    refused = run("export", "short")
    assert refused.code == 2
    assert "has not slept yet" in refused.err


@pytest.fixture
def memory(lamps: str, data_directory: Path) -> bytes:
    with Store.open(data_directory / "sleepdoc.db") as store:
        snapshot = store.head(store.conversation(lamps)).snapshot
        assert snapshot
        return pack(store.load_snapshot(snapshot), {"title": "lamps"})


def test_a_changed_byte_is_noticed(memory: bytes) -> None:
    assert verify(memory)["title"] == "lamps"
    damaged = bytearray(memory)
    damaged[-1] ^= 1
    with pytest.raises(MismatchError, match="damaged"):
        verify(bytes(damaged))


@pytest.mark.parametrize(
    "file", [b"", b"\x00" * 8, b"\xff" * 64, b"\x02" + b"\x00" * 7 + b"[]", b"\x40" + b"\x00" * 80]
)
def test_what_is_no_memory_is_refused(file: bytes) -> None:
    with pytest.raises(MismatchError, match="not a memory file"):
        verify(file)
