"""Raw bytes on the terminal: from text, names, questions, answers and errors, in every command."""

import contextlib
import os
import random
import subprocess
import sys
from pathlib import Path

from .fault import Fault, require

_PAYLOADS = (
    "\x1b]0;owned\x07",
    "\x1b[2J",
    "\x1b[6n",
    "\x1b]52;c;b3duZWQ=\x07",
    "\x1bPq\x1b\\",
    "\x9b31m",
    "\x07",
    "\x08\x08",
    "\x7f",
    "\u202eevil",
    "\x1b[?1049l",
    "\x0e",
)
_MODEL = "scripted:window=256,passes=1"
_ALLOWED = set(b"\n\t") | set(range(0x20, 0x7F)) | set(range(0x80, 0x100))


def _attempt(chance: random.Random, folder: Path, _number: int) -> str:
    """A hostile file through one process: read, then every command that prints."""
    payload = "".join(chance.sample(_PAYLOADS, 4))
    # What would pass the door of documents is put behind it.
    name = f"ti{payload}de[b].txt"
    path = folder / name
    # Diluted: a text that is mostly control characters is refused as none.
    plain = "The lamp was lit at dusk, and the tide was low. " * 20
    path.write_text(f"Title {payload}\n\nThe keeper {payload} is Anna. {plain}\n" * 8)
    database = folder / "sleepdoc.db"
    script = (
        "import sys\n"
        "from sleepdoc.cli import cli\n"
        "path, database, payload, model = sys.argv[1:]\n"
        "question = 'Who' + payload + ' is the keeper?'\n"
        "calls = [\n"
        "  ['ask', path, question, '--model', model], ['ls'], ['show', path],\n"
        "  ['search', path, 'keeper' + payload], ['page', path, '1'], ['show', payload],\n"
        "  ['page', path, '1', '--json'], ['export', path, '--transcript', 'md', '-o', '-'],\n"
        "  ['rm', 'no' + payload], ['rename', path, 'new' + payload], ['ls', '--json'],\n"
        "  ['open', path + payload], ['read', payload], ['undo', path], ['rm', path, '-y'],\n"
        "]\n"
        "for call in calls:\n"
        "    try:\n"
        "        cli([*call, '--db', database], standalone_mode=False)\n"
        "    except BaseException as error:\n"
        "        if not isinstance(error, SystemExit): print(type(error).__name__)\n"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"}
    (folder / "calls.py").write_text(script)
    with contextlib.suppress(FileNotFoundError):
        (folder / "cwd").mkdir()
    done = subprocess.run(
        [sys.executable, str(folder / "calls.py"), str(path), str(database), payload, _MODEL],
        cwd=folder / "cwd",
        env=environment,
        capture_output=True,
        timeout=300,
    )
    _plain(done.stdout, done.stderr)
    require(b"keeper" in done.stdout, f"it did not get so far: {done.stderr.decode()[:2000]}")
    return "plain"


def _plain(*streams: bytes) -> None:
    for stream in streams:
        bad = set(stream) - _ALLOWED
        text = stream.decode("utf-8", "replace")
        bad |= {ord(c) for c in text if "\x80" <= c < "\xa0" or "\u202a" <= c <= "\u202e"}
        where = next((line for line in text.splitlines() if bad & set(map(ord, line))), "")
        require(not bad, f"{sorted(bad)} in {where!r}")


FAULTS = (
    Fault(
        "terminal",
        "15 commands on hostile text, names and questions write no control byte",
        ("P18",),
        3,
        60,
        _attempt,
    ),
)
