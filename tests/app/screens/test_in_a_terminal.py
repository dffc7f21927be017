"""The whole program in a pseudo-terminal: what the shell and the terminal see of it."""

import os
import pty
import select
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

ROOT = Path(__file__).resolve().parents[3]
ENTER_SCREEN, LEAVE_SCREEN, SHOW_CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"
CTRL_Q = b"\x11"
PATIENCE = 120
"""Seconds of silence after which a program counts as stuck."""

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")


class Terminal:
    """A program and the terminal it runs in."""

    def __init__(self, *arguments: str) -> None:
        self.written = b""
        self.child, self.end = pty.fork()
        if self.child == 0:
            paths = os.pathsep.join(str(ROOT / top) for top in ("app", "model", "kernels"))
            environment = {**os.environ, "PYTHONPATH": paths, "TERM": "xterm-256color"}
            command = [sys.executable, "-m", "sleepdoc", *arguments]
            os.execve(sys.executable, command, environment)
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def until(self, text: bytes) -> None:
        """Read what the program writes until it has written `text`."""
        while text not in self.written:
            assert self._read(), f"it ended without {text!r}:\n{self.written[-2000:]!r}"

    def types(self, keys: bytes) -> None:
        os.write(self.end, keys)

    def closes(self) -> None:
        """The person closes the window."""
        os.close(self.end)

    def exit_code(self, *, closed: bool = False) -> int:
        """Wait for the end. The last screen is printed, which pytest shows if the test fails."""
        while not closed and self._read():
            pass
        ended, _, _ = select.select([os.pidfd_open(self.child)], [], [], PATIENCE)
        print(self.written[-4000:].decode(errors="replace").replace("\x1b", "^"))
        assert ended, "it does not end"
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])

    def _read(self) -> bool:
        """Read some; False at the end of the program."""
        ready, _, _ = select.select([self.end], [], [], PATIENCE)
        assert ready, f"it wrote nothing more:\n{self.written[-2000:]!r}"
        try:
            some = os.read(self.end, 65536)
        except OSError:
            return False
        self.written += some
        return bool(some)


@pytest.fixture
def open_document(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    path = tmp_path / "tide.txt"
    path.write_text("The tide was low, and the keeper slept. " * 400)
    terminals: list[Terminal] = []

    def open_(document: Path = path) -> Terminal:
        model = "scripted:window=256,passes=3"
        terminals.append(Terminal("open", "--model", model, str(document)))
        return terminals[-1]

    yield open_
    for terminal in terminals:
        try:
            os.kill(terminal.child, 9)
        except ProcessLookupError:
            continue


def test_quitting_leaves_the_terminal_as_it_was(open_document: Callable[..., Terminal]) -> None:
    terminal = open_document()
    terminal.until(b"consolidated")
    terminal.types(CTRL_Q)
    assert terminal.exit_code() == 0
    after = terminal.written.rpartition(LEAVE_SCREEN)[2]
    assert ENTER_SCREEN not in after
    assert SHOW_CURSOR in terminal.written.rpartition(ENTER_SCREEN)[2]
    assert b"Saved as tide. Go on with: sleepdoc open tide" in after


def test_an_error_is_said_again_after_leaving_and_is_the_exit_code(
    open_document: Callable[..., Terminal], tmp_path: Path
) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    terminal = open_document(empty)
    terminal.until(b"code")
    terminal.types(CTRL_Q)
    assert terminal.exit_code() == 3
    assert b"sleepdoc: 'empty.txt': empty" in terminal.written.rpartition(LEAVE_SCREEN)[2]


def test_a_closed_terminal_ends_the_program(open_document: Callable[..., Terminal]) -> None:
    terminal = open_document()
    terminal.until(b"consolidated")
    terminal.closes()
    assert terminal.exit_code(closed=True) == 129
    again = open_document()
    again.until(b"re-read")
    again.types(CTRL_Q)
    assert again.exit_code() == 0
