"""How soon a key is shown while the model reads: the whole program, in a pseudo-terminal."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Sequence

from sleepdoc.errors import ModelError

ROWS, COLUMNS = 40, 120
LETTERS = [chr(code) for code in range(0x100, 0x250)]
"""Of other languages than English: each is typed once, and nothing else writes it."""

_PATIENCE = 300.0
"""Seconds without the expected text after which something is wrong."""
_BETWEEN = 0.05
"""Seconds between two keys."""
_READING, _READ = "Reading p.", "can be asked about"


def delays(arguments: Sequence[str], presses: int) -> list[float]:
    """Seconds from each of `presses` keys until the program has written its letter.

    Args:
        arguments: of `sleepdoc`; they open a document, long enough to be still read at the end.
        presses: at most as many as there are `LETTERS`.

    Raises:
        ModelError: the program ended, or had read everything before the last key.
    """
    with _program(arguments) as terminal:
        terminal.until(_READING, _READ)
        found = []
        for letter in LETTERS[:presses]:
            terminal.rest(_BETWEEN)
            started = time.monotonic()
            terminal.types(letter)
            terminal.until(letter)
            found.append(time.monotonic() - started)
        if _READ in terminal.seen:
            raise ModelError("The document was read before the last key; take a longer one.")
    return found


class _Terminal:
    """This end of a pseudo-terminal, and what the program has written into it."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._bytes = b""

    @property
    def seen(self) -> str:
        return self._bytes.decode(errors="ignore")

    def types(self, text: str) -> None:
        os.write(self._end, text.encode())

    def until(self, *texts: str) -> None:
        """Read on until one of `texts` was written."""
        end = time.monotonic() + _PATIENCE
        while not any(text.encode() in self._bytes for text in texts):
            if not self._read(end - time.monotonic()):
                raise ModelError(f"sleepdoc ended, or did not write {texts[0]!r}.")

    def rest(self, seconds: float) -> None:
        """Read what comes meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._end], [], [], max(0.0, seconds))
        some = b""
        with contextlib.suppress(OSError):  # how the end of the program shows
            some = os.read(self._end, 65536) if ready else b""
        self._bytes += some
        return bool(some)


@contextlib.contextmanager
def _program(arguments: Sequence[str]) -> Iterator[_Terminal]:
    """`sleepdoc` in a terminal of its own, ended afterwards."""
    child, end = pty.fork()
    if child == 0:
        environment = {**os.environ, "TERM": "xterm-256color"}
        os.execve(sys.executable, [sys.executable, "-m", "sleepdoc", *arguments], environment)
    try:
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        yield _Terminal(end)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGHUP)
        os.close(end)
        os.waitpid(child, 0)
