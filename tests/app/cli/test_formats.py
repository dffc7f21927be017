"""Every format, and standard input, through the commands a person gives."""

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import STORY, Outcome, Run, command_line, environment
from .test_open import CTRL_Q, seen_until

sys.path.append(str(Path(__file__).parents[1] / "documents"))

from book_files import docx, epub, paragraph

MODEL = ("--model", "scripted:window=8192")
PARAGRAPHS = STORY.strip().split("\n\n")
HTML = "<!doctype html><title>The Lamps</title>" + "".join(f"<p>{each}</p>" for each in PARAGRAPHS)
FILES = {
    "lamps.epub": epub(["".join(f"<p>{each}</p>" for each in PARAGRAPHS)], title="The Lamps"),
    "lamps.docx": docx(paragraph("The Lamps", "Titel") + "".join(map(paragraph, PARAGRAPHS))),
    "lamps.html": HTML.encode(),
    "lamps.md": b"---\ntitle: The Lamps\n---\n\n" + STORY.encode(),
}


def _piped(data: Path, content: bytes, *arguments: str) -> Outcome:
    done = subprocess.run(
        command_line(*arguments, *MODEL), input=content, env=environment(data), capture_output=True
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("name", FILES)
def test_read_and_ask(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    read = run("read", name, "--json", *MODEL).json
    assert (read["document"], read["conversation"]) == ("The Lamps", "the-lamps")
    asked = run("ask", name, "Who sailed to Valparaiso?", "--json", *MODEL).json
    assert (asked["resumed"], asked["tokens_reread"]) == (True, 0)
    assert "Ambrose sailed to Valparaiso" in asked["citations"][0]["quote"]


@pytest.mark.parametrize("content", [STORY.encode(), *FILES.values()], ids=["text", *FILES])
def test_standard_input(data_directory: Path, content: bytes) -> None:
    asked = _piped(data_directory, content, "ask", "-", "Who sailed to Valparaiso?", "--json")
    assert asked.code == 0, asked.err
    assert "Ambrose sailed to Valparaiso" in asked.json["citations"][0]["quote"]
    again = _piped(data_directory, content, "read", "-", "--json").json
    assert again["resumed"] and again["conversation"] == asked.json["conversation"]
    assert again["file"] == "standard input"


def test_two_documents_through_the_pipe_are_two_conversations(data_directory: Path) -> None:
    _piped(data_directory, b"The river was high. It rained.", "read", "-")
    second = _piped(data_directory, b"The lamp was lit. It shone.", "read", "-", "--json")
    assert second.json["conversation"] == "standard-input-2"
    assert "has changed" not in second.err


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04 no more"])
def test_what_cannot_be_read_from_standard_input(data_directory: Path, content: bytes) -> None:
    done = _piped(data_directory, content, "read", "-")
    assert done.code == 3
    assert done.err.startswith("sleepdoc: 'standard input': ") and done.err.count("\n") == 1


def test_a_folder_does_not_hide_the_conversation_of_its_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "moved.txt").write_text("The lamp was lit by Ambrose. It shone.")
    assert run("read", "moved.txt", *MODEL).code == 0
    (tmp_path / "moved.txt").unlink()
    (tmp_path / "moved").mkdir()
    asked = run("ask", "moved", "Who lit the lamp?", "--json", *MODEL).json
    assert asked["conversation"] == "moved" and asked["citations"]
    (tmp_path / "other").mkdir()
    done = run("ask", "other", "Who?", *MODEL)
    assert done.code == 3 and "a directory, not a file" in done.err


@pytest.mark.parametrize("name", FILES)
def test_the_application_reads_from_a_pipe_and_keeps_the_keyboard(
    run: Run, data_directory: Path, name: str
) -> None:
    """The terminal is not standard input: the keys come from it all the same."""
    import fcntl
    import os
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))

    def control() -> None:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        command_line("-", *MODEL),
        env=environment(data_directory, TERM="xterm-256color"),
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=control,
    )
    os.close(theirs)
    assert process.stdin
    try:
        process.stdin.write(FILES[name])
        process.stdin.close()
        seen_until(ours, b"The Lamps")
        seen_until(ours, b"Memorised")
        os.write(ours, CTRL_Q)
        seen_until(ours, None)
    except AssertionError:
        process.kill()
        raise
    finally:
        os.close(ours)
    assert process.wait() == 0
    (listed,) = run("ls", "--json").json["conversations"]
    assert listed["conversation"] == "the-lamps"
