"""Every refusal is one line on stderr and the exit code that the manual promises."""

import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sleepdoc.cli.command import Command
from sleepdoc.cli.options import storage_options
from sleepdoc.store import Store

from .conftest import Outcome, Run, command_line, environment


def refusal(done: Outcome) -> str:
    """The one line, and nothing else."""
    assert done.out == ""
    assert done.err.startswith("sleepdoc: ")
    assert done.err.count("\n") == 1
    return done.err


@pytest.mark.parametrize("arguments", [["read"], ["read", "--bogus"], ["ask", "FILE"], ["ls", "x"]])
def test_wrong_usage(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert done.err.startswith("Usage: sleepdoc ")


@pytest.mark.parametrize("arguments", [["open", "lamps.txt"], ["lamps.txt"], ["--seed", "1", "x"]])
def test_no_terminal(run: Run, story: Path, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "use sleepdoc ask" in refusal(done)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 99, b"%PDF-1.7 and no more"])
def test_unreadable_document(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.pdf").write_bytes(content)
    done = run("read", "broken.pdf", "--json")
    assert done.code == 3
    assert "broken.pdf" in refusal(done)
    assert run("ls", "--json").json["conversations"] == []


def test_a_name_cannot_move_the_cursor(run: Run, tmp_path: Path) -> None:
    name = "a\x1b]0;title\x07b.txt"
    (tmp_path / name).write_bytes(b"")
    done = run("read", name)
    assert done.code == 3
    assert not {"\x1b", "\x07"} & set(refusal(done))


def test_no_such_model(run: Run, story: Path) -> None:
    done = run("read", story, SLEEPDOC_MODEL="nothing-like-it")
    assert done.code == 4
    assert "nothing-like-it" in done.err.splitlines()[-1]
    assert run("ls", "--json").json["conversations"] == []


@pytest.mark.parametrize("command", ["show", "undo", "export", "read"])
def test_no_such_conversation(run: Run, command: str) -> None:
    done = run(command, "nobody")
    assert done.code == 5
    assert "nobody" in refusal(done)


def test_busy_elsewhere(run: Run, story: Path, lamps: str, data_directory: Path) -> None:
    database = data_directory / "sleepdoc.db"
    with Store.open(database) as store, store.lock(store.conversation(lamps)):
        for arguments in (["read", story], ["rm", lamps, "--yes"], ["undo", lamps]):
            done = run(*arguments)
            assert done.code == 6, arguments
            refusal(done)
        assert run("show", lamps).code == 0
    assert run("undo", lamps).code == 0


def test_memory_of_another_model(run: Run, lamps: str) -> None:
    done = run("ask", lamps, "Who?", "--model", "scripted:revision=2")
    assert done.code == 7
    assert done.err.splitlines()[-1].startswith("sleepdoc: ")
    assert run("show", lamps, "--json").json["turns"] == []


def test_not_a_database(run: Run, story: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("Shopping: milk, oil for the lamps.\n" * 30)
    for arguments in (["ls"], ["read", story], ["export", "lamps"]):
        done = run(*arguments, "--db", "notes.db")
        assert done.code == 8
        assert "notes.db" in refusal(done)


def test_the_process_ends_with_the_code(data_directory: Path) -> None:
    process = subprocess.run(
        command_line("show", "nobody"),
        env=environment(data_directory),
        capture_output=True,
        text=True,
    )
    assert process.returncode == 5
    refusal(Outcome(process.returncode, process.stdout, process.stderr))


@pytest.mark.parametrize("flags", [[], ["-v"]])
def test_a_bug_is_one_line_and_a_traceback_on_demand(flags: list[str]) -> None:
    @click.command(cls=Command)
    @storage_options
    def broken(database: Path) -> None:
        raise ZeroDivisionError("a \x1b]0;title\x07 bug")

    result = CliRunner().invoke(broken, flags)
    assert result.exit_code == 1
    assert not {"\x1b", "\x07"} & set(result.stderr)
    *before, line = result.stderr.splitlines()
    assert line.startswith("sleepdoc: ZeroDivisionError: a ")
    assert "-v" in line
    assert ("Traceback (most recent call last):" in before) is bool(flags)


def test_ctrl_c_anywhere_is_130() -> None:
    @click.command(cls=Command)
    @storage_options
    def waiting(database: Path) -> None:
        raise KeyboardInterrupt

    result = CliRunner().invoke(waiting)
    assert result.exit_code == 130
    assert result.stderr.count("\n") == 1
