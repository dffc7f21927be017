"""`ls`, `show`, `rm`, `undo`: what is stored, seen and taken away."""

import os
import pty
import subprocess
from pathlib import Path

from sleepdoc import locations
from sleepdoc.documents.reader import load_document
from sleepdoc.store import Store

from .conftest import Outcome, Run, command_line, environment


def test_ls_of_nothing_says_how_to_begin(run: Run) -> None:
    assert run("ls", "--json").json == {"conversations": []}
    done = run("ls")
    assert (done.code, done.out) == (0, "")
    assert "sleepdoc open FILE" in done.err


def test_ls_lists_the_latest_first(run: Run, lamps: str, tmp_path: Path) -> None:
    other = tmp_path / "harbour.md"
    other.write_text("# The harbour\n\nThirty ships lay in the harbour.\n", encoding="utf-8")
    assert run("read", other).code == 0
    listed = run("ls", "--json").json["conversations"]
    assert [each["conversation"] for each in listed] == ["the-harbour", "lamps"]
    assert listed[1]["page"] == listed[1]["pages"] == 3
    rows = run("ls").out.splitlines()
    assert rows[1].split()[:2] == ["the-harbour", "1/1"]
    assert rows[2].startswith("lamps        3/3 ")


def test_show_has_every_step_and_turn(run: Run, lamps: str) -> None:
    assert run("ask", lamps, "Where did Ambrose sail?").code == 0
    fields = run("show", lamps, "--json").json
    kinds = [step["kind"] for step in fields["steps"]]
    assert kinds == ["created", *["sleep"] * fields["sleeps"], "turn"]
    assert fields["snapshot"] == fields["steps"][-1]["snapshot"]
    shown = run("show", "lam").out
    assert "> Where did Ambrose sail?" in shown
    assert fields["turns"][0]["answer"] in shown


def test_undo_goes_back_one_sleep_and_reading_repairs_it(run: Run, story: Path, lamps: str) -> None:
    before = run("show", lamps, "--json").json
    undone = run("undo", lamps, "--json").json
    assert undone["snapshot"] == before["steps"][-2]["snapshot"]
    assert run("show", lamps, "--json").json["sleeps"] == before["sleeps"] - 1
    assert run("read", story, "--json").json["snapshot"] == before["snapshot"]


def test_undo_goes_back_three_sleeps(run: Run, lamps: str) -> None:
    assert run("show", lamps, "--json").json["sleeps"] > 3
    for _ in range(3):
        assert run("undo", lamps).code == 0
    refused = run("undo", lamps)
    assert refused.code == 2 and "goes back no further" in refused.err


def test_undo_needs_a_sleep(run: Run, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("The lamp was lit.")
    assert run("read", "short.txt").code == 0
    while (done := run("undo", "short")).code == 0:
        pass
    assert done.code == 2 and "nothing to undo" in done.err


def test_rm_deletes_with_leave_only(run: Run, story: Path, lamps: str) -> None:
    refused = run("rm", lamps)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert len(run("ls", "--json").json["conversations"]) == 1
    removed = run("rm", lamps, "--yes", "--json").json
    assert removed["conversation"] == "lamps"
    assert removed["freed"] > 0
    assert run("ls", "--json").json["conversations"] == []
    assert story.exists()


def test_gc_removes_what_no_conversation_needs(run: Run, lamps: str, tmp_path: Path) -> None:
    stray = tmp_path / "stray.txt"
    stray.write_text("Nobody asked about this. " * 400)
    with Store.open(locations.database()) as store:
        store.add_document(load_document(stray))
    gone = run("gc", "--json").json
    assert gone["documents"] == 1 and gone["freed"] > 0
    assert run("gc").out == "Removed 0 documents and 0 memories; 0 kB freed.\n"
    assert run("ask", lamps, "Who?", "--json").json["tokens_reread"] == 0


def answered(data: Path, directory: Path, key: str) -> subprocess.CompletedProcess[str]:
    """Type `key` where `sleepdoc rm lamps` asks."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{key}\n".encode())
        return subprocess.run(
            command_line("rm", "lamps"),
            cwd=directory,
            env=environment(data),
            stdin=theirs,
            capture_output=True,
            text=True,
        )
    finally:
        os.close(ours)
        os.close(theirs)


def test_rm_asks_a_person(run: Run, lamps: str, data_directory: Path, tmp_path: Path) -> None:
    kept = answered(data_directory, tmp_path, "n")
    assert "Delete lamps and all it remembers (" in kept.stderr
    assert kept.returncode == 0
    assert len(run("ls", "--json").json["conversations"]) == 1
    assert answered(data_directory, tmp_path, "y").returncode == 0
    assert run("ls", "--json").json["conversations"] == []


def test_doctor_looks_at_everything(run: Run, lamps: str) -> None:
    fields = run("doctor", "--json").json
    assert fields["ok"] is True
    found = {finding["name"]: finding["detail"] for finding in fields["findings"]}
    assert "1 conversations" in found["database"]
    assert "torch_step" in found["kernel, decoding"]
    assert "least squares" in found["kernel, sleeping"]
    assert "scripted" in found["model"]
    assert {"python", "torch", "textual", "sqlite", "disk"} <= set(found)


def _lines(done: Outcome) -> dict[str, str]:
    """What `doctor` marked each finding with."""
    return {line[4:22].strip(): line[:2] for line in done.out.splitlines()}


def test_doctor_survives_what_is_missing(run: Run, data_directory: Path) -> None:
    data_directory.mkdir()
    (data_directory / "sleepdoc.db").write_bytes(b"not a database, but long enough" * 64)
    done = run("doctor")
    assert done.code == 8
    assert _lines(done)["database"] == "!!"
    assert _lines(done)["model"] == "ok"
    done = run("doctor", "--model", "nothing-like-it")
    assert done.code == 4
    assert _lines(done)["model"] == _lines(done)["database"] == "!!"
