"""Power cuts: of what SQLite wrote and never synced, a random part is lost or torn.

A life is recorded, change by change. A cut is an instant in the record: what was synced by then is
on the disk; every later write is there, not there, or there in some of its 512-byte sectors, each
by chance and in any order.
"""

import functools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sleepdoc.errors import SleepdocError
from sleepdoc.store import database as connections

from . import disk, life
from .fault import Broken, Fault
from .judge import Said, ends_alike, judge

_SECTOR = 512
_OFF, _NORMAL, _FULL = 0, 1, 2
_CHECKPOINT = 24
"""Pages after which the log goes into the file: often, as that is where cuts are dangerous."""


@dataclass(frozen=True)
class Record:
    """What a life did to its files, and what it had said after how many changes."""

    changes: list[disk.Change]
    said: list[tuple[int, tuple[str, object]]]


@contextmanager
def _settings(synchronous: int) -> Iterator[None]:
    """Connections sync so much, and move their log often."""
    real = connections.settings

    def changed(version: tuple[int, ...], patience_ms: int) -> dict[str, Any]:
        values = {**real(version, patience_ms), "wal_autocheckpoint": _CHECKPOINT}
        # FULL is what the product itself asks for: it is not to be set here.
        return values if synchronous == _FULL else {**values, "synchronous": synchronous}

    connections.settings = changed  # type: ignore[assignment]
    try:
        yield
    finally:
        connections.settings = real


@functools.cache
def recorded(synchronous: int) -> Record:
    changes: list[disk.Change] = []
    said: list[tuple[int, tuple[str, object]]] = []

    def note(change: disk.Change) -> int:
        changes.append(change)
        return 0

    database = life.workplace() / f"recorded-{synchronous}" / "sleepdoc.db"
    with _settings(synchronous), disk.watched(note):
        life.everything(database, lambda what, value: said.append((len(changes), (what, value))))
    return Record(changes, said)


def cut(record: Record, at: int, chance: random.Random, folder: Path) -> Path:
    """The files as a power cut before change number `at` leaves them; the database among them."""
    files: dict[str, bytearray] = {}
    pending: dict[str, list[disk.Change]] = {}
    for change in record.changes[:at]:
        name = Path(change.path).name
        if change.kind == "sync":
            if name not in files and name.endswith(("-journal", "-wal")):
                # With a new log SQLite syncs the folder, and with that what was deleted before.
                for other, changes in pending.items():
                    if any(each.kind == "delete" for each in changes):
                        files.pop(other, None)
                        last = max(n for n, each in enumerate(changes) if each.kind == "delete")
                        pending[other] = changes[last + 1 :]
            for each in pending.pop(name, []):
                _apply(files, name, each)
            files.setdefault(name, bytearray())
        else:
            pending.setdefault(name, []).append(change)
    for name, changes in pending.items():
        for each in changes:
            fate = chance.random()
            if fate < 0.4:
                _apply(files, name, each)
            elif fate < 0.7 and each.kind == "write":
                _apply(files, name, each, torn=chance)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / "sleepdoc.db"


def _apply(
    files: dict[str, bytearray],
    name: str,
    change: disk.Change,
    torn: random.Random | None = None,
) -> None:
    if change.kind == "delete":
        files.pop(name, None)
        return
    file = files.setdefault(name, bytearray())
    if change.kind == "truncate":
        del file[change.at :]
        return
    for start in range(0, len(change.data), _SECTOR):
        if torn is None or torn.random() < 0.5:
            piece = change.data[start : start + _SECTOR]
            first = change.at + start
            file.extend(bytes(max(0, first + len(piece) - len(file))))
            file[first : first + len(piece)] = piece


def _attempt(synchronous: int, chance: random.Random, folder: Path, _number: int) -> str:
    record = recorded(synchronous)
    at = chance.randrange(len(record.changes) + 1)
    database = cut(record, at, chance, folder)
    said: Said = [word for when, word in record.said if when <= at]
    try:
        judge(database, said)
        if all(what in ("memory", "event") for what, _ in said) and chance.random() < 0.1:
            ends_alike(database)
    except SleepdocError as error:
        raise Broken(f"cut before change {at}: {error}") from error
    return "as it was said"


FAULTS = (
    Fault(
        "power cut",
        "unsynced writes lost or torn; what was said to be saved is there",
        ("P1", "P2", "P3"),
        200,
        5000,
        functools.partial(_attempt, _FULL),
    ),
    Fault(
        "power cut, synchronous=NORMAL",
        "control: acknowledged work is lost",
        ("P2",),
        60,
        500,
        functools.partial(_attempt, _NORMAL),
        control=True,
    ),
    Fault(
        "power cut, synchronous=OFF",
        "control: databases are damaged",
        ("P1",),
        60,
        500,
        functools.partial(_attempt, _OFF),
        control=True,
    ),
)
