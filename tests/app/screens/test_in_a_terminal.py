"""The whole program in a pseudo-terminal: what the shell and the terminal see of it."""

import os
import pty
import select
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from documents.pdf_files import document as pdf
from documents.pdf_files import encrypted, typeset

from sleepdoc.store import Store

fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

ROOT = Path(__file__).resolve().parents[3]
ENTER_SCREEN, LEAVE_SCREEN, SHOW_CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"
CTRL_Q = b"\x11"
PATIENCE = 120
"""Seconds of silence after which a program counts as stuck."""
LIMIT = 300
"""Seconds after which it does even if it goes on writing, as a cursor that blinks does."""

SCAN = pdf([typeset([])])
SEALED = encrypted(pdf([typeset(["Secret."])]), user="secret", owner="own")

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
        end = time.monotonic() + LIMIT
        while text not in self.written:
            assert time.monotonic() < end, f"no {text!r}:\n{self.written[-2000:]!r}"
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
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Start sleepdoc in a terminal of its own."""
    terminals: list[Terminal] = []

    def start(*arguments: object) -> Terminal:
        terminals.append(Terminal(*map(str, arguments)))
        return terminals[-1]

    yield start
    for each in terminals:
        try:
            os.kill(each.child, 9)
        except ProcessLookupError:
            continue


@pytest.fixture
def open_document(terminal: Callable[..., Terminal], tmp_path: Path) -> Callable[..., Terminal]:
    path = tmp_path / "tide.txt"
    path.write_text("The tide was low, and the keeper slept. " * 400)
    return lambda: terminal("open", "--model", "scripted:window=256,passes=3", path)


def test_quitting_leaves_the_terminal_as_it_was(open_document: Callable[..., Terminal]) -> None:
    terminal = open_document()
    terminal.until(b"Memorised")
    terminal.types(CTRL_Q)
    assert terminal.exit_code() == 0
    after = terminal.written.rpartition(LEAVE_SCREEN)[2]
    assert ENTER_SCREEN not in after
    assert SHOW_CURSOR in terminal.written.rpartition(ENTER_SCREEN)[2]
    assert b"Saved as tide. Go on with: sleepdoc open tide" in after


def test_raw_keys_of_a_terminal_do_what_they_are_said_to(
    open_document: Callable[..., Terminal], data_directory: Path
) -> None:
    terminal = open_document()
    terminal.until(b"all of it can be asked about")
    terminal.types(b"\x1b[200~Where was he?\rWho was it?\r\nAnd who is\nthe keeper?\x1b[201~")
    terminal.until(b"the keeper?")
    terminal.types(b"\r")
    terminal.until(b"it was given")
    terminal.types(b"\x1b1")  # Alt+1
    terminal.until(b"hit 1/")
    terminal.written = b""
    terminal.types(b"\x1b")  # Esc
    terminal.until(b"Ask about")
    terminal.types("/page 2£".encode())
    terminal.until("2£".encode())
    terminal.types(b"\x7f\r")
    terminal.until(b"Page 2 of")
    terminal.types(CTRL_Q)
    assert terminal.exit_code() == 0
    assert "\N{SYMBOL FOR CARRIAGE RETURN}".encode() not in terminal.written
    with Store.open(data_directory / "sleepdoc.db") as store:
        (turn,) = store.turns(store.conversation("tide"))
    assert turn.question == "Where was he?\nWho was it?\nAnd who is\nthe keeper?"


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("empty.txt", b"", 3, b"sleepdoc: 'empty.txt': empty"),
        ("broken.pdf", b"%PDF-1.7 and nothing more", 3, b"sleepdoc: 'broken.pdf'"),
        ("missing.txt", None, 3, b"sleepdoc: "),
        ("scan.pdf", SCAN, 3, b"no text on "),
        ("sealed.pdf", SEALED, 3, b"encrypted; remove the password"),
        ("lst", None, 5, b"Did you mean `sleepdoc ls`?"),
    ],
)
def test_errors_are_one_line_and_no_screen_is_opened(
    terminal: Callable[..., Terminal],
    tmp_path: Path,
    name: str,
    content: bytes | None,
    code: int,
    said: bytes,
) -> None:
    target = tmp_path / name
    if content is not None:
        target.write_bytes(content)
    opened = terminal(name if name == "lst" else target, "--model", "scripted")
    assert opened.exit_code() == code
    assert said in opened.written
    assert ENTER_SCREEN not in opened.written and opened.written.count(b"\n") == 1


def test_a_busy_conversation_is_one_line_too(open_document: Callable[..., Terminal]) -> None:
    first = open_document()
    first.until(b"Memorised")
    second = open_document()
    assert second.exit_code() == 6
    assert ENTER_SCREEN not in second.written
    first.types(CTRL_Q)
    assert first.exit_code() == 0


def test_alone_it_is_the_library(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    path = tmp_path / "tide.txt"
    path.write_text("The tide was low, and the keeper slept. " * 40)
    library = terminal("library", "--model", "scripted:window=256")
    library.until(b"No conversations yet")
    library.types(bytes(path) + b"\r")
    library.until(b"Memorised")
    library.types(CTRL_Q)
    assert library.exit_code() == 0
    assert b"Saved as tide" in library.written


def test_a_closed_terminal_ends_the_program(open_document: Callable[..., Terminal]) -> None:
    terminal = open_document()
    terminal.until(b"Memorised")
    terminal.closes()
    assert terminal.exit_code(closed=True) == 129
    again = open_document()
    again.until(b"re-read")
    again.types(CTRL_Q)
    assert again.exit_code() == 0
