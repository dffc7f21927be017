"""`open` in a real terminal: the application starts its model process, reads, and quits."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from pathlib import Path

from .conftest import Run, command_line, environment

_PATIENCE = 300.0
"""Seconds until what has not appeared never will: an application that fails stays open."""

CTRL_Q = b"\x11"


def seen_until(terminal: int, wanted: bytes | None) -> bytes:
    """What appears on the terminal until some text does, or (None) until it is closed."""
    seen = b""
    end = time.monotonic() + _PATIENCE
    while wanted is None or wanted not in seen:
        ready, _, _ = select.select([terminal], [], [], 1.0)
        assert time.monotonic() < end, f"waited in vain; the last was {seen[-2000:]!r}"
        if not ready:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says EIO where others say end of file
            piece = b""
        if not piece:
            assert wanted is None, f"closed too early, after {seen[-2000:]!r}"
            break
        seen += piece
    return seen


def read_and_quit(directory: Path, data_directory: Path, *words: str | Path) -> int:
    """Call sleepdoc in a terminal, and quit it once all is read; returns its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        command_line(*words),
        cwd=directory,
        env=environment(data_directory, TERM="xterm-256color"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        seen_until(ours, b"Memorised")
        os.write(ours, CTRL_Q)
        seen_until(ours, None)
    except AssertionError:
        process.kill()
        raise
    finally:
        os.close(ours)
    return process.wait()


def test_open_reads_and_quits(run: Run, story: Path, tmp_path: Path, data_directory: Path) -> None:
    assert read_and_quit(tmp_path, data_directory, story) == 0
    listed = run("ls", "--json").json["conversations"]
    assert [each["conversation"] for each in listed] == ["lamps"]
    assert listed[0]["sleeps"] > 0


def test_the_handbook_is_a_document_like_any(
    run: Run, tmp_path: Path, data_directory: Path
) -> None:
    assert read_and_quit(tmp_path, data_directory, "handbook") == 0
    assert read_and_quit(tmp_path, data_directory, "handbook") == 0
    (listed,) = run("ls", "--json").json["conversations"]
    assert listed["conversation"] == "the-sleepdoc-handbook"
