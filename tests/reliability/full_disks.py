"""Disks that are full or fail at any write or sync, and the rest of life after that."""

import functools
import random
import resource
from pathlib import Path

from sleepdoc.errors import SleepdocError, StorageError
from sleepdoc.exports.memory import memory
from sleepdoc.exports.output_file import write_file
from sleepdoc.exports.summary import summarise
from sleepdoc.memory_file import verify
from sleepdoc.store import Store

from . import commit_kills, disk, life, old_formats
from .child import Child
from .fault import Broken, Fault, require
from .judge import Said, ends_alike, judge


class _Failing:
    """Fails from the n-th write or sync on, or at that one alone."""

    def __init__(self, after: int, code: int, kinds: tuple[str, ...], *, once: bool) -> None:
        self._left, self._code, self._kinds, self._once = after, code, kinds, once
        self.mended = False
        self.failed = False

    def __call__(self, change: disk.Change) -> int:
        if self.mended or change.kind not in self._kinds:
            return 0
        self._left -= 1
        if self._left >= 0 or (self._once and self.failed):
            return 0
        self.failed = True
        return self._code


def _one_line(error: SleepdocError) -> None:
    require(isinstance(error, StorageError), f"{type(error).__name__}: {error}")
    require("\n" not in str(error), f"more than a line: {error}")


def _life(
    code: int, kinds: tuple[str, ...], once: bool, chance: random.Random, folder: Path, _n: int
) -> str:
    """The same session fails, is told that the disk is well again, and goes on."""
    failing = _Failing(chance.randrange(commit_kills.changes() * 2 // 3), code, kinds, once=once)
    database = folder / "sleepdoc.db"
    said: Said = []

    def say(what: str, value: object) -> None:
        said.append((what, value))

    with disk.watched(failing):
        try:
            with life.session(database) as it:
                for action in (it.read, lambda: it.ask(life.QUESTION), it.undo, it.redo):
                    try:
                        life.told(action(), say)
                    except SleepdocError as error:
                        _one_line(error)
                        failing.mended = True
                        judge(database, said)
                        life.told(it.read(), say)
        except SleepdocError as error:  # before there was a session, or at its end
            _one_line(error)
        failing.mended = True
    judge(database, said)
    life.read(database, life.silent)
    if not any(what in ("undone", "question") for what, _ in said):
        ends_alike(database)
    return "went on" if failing.failed else "never failed"


def _migration(chance: random.Random, folder: Path, number: int) -> str:
    version = old_formats.VERSIONS[number % len(old_formats.VERSIONS)]
    database = life.copy(old_formats.made(version), folder)
    failing = _Failing(chance.randrange(40), disk.FULL, ("write", "truncate"), once=False)
    with disk.watched(failing):
        try:
            Store.open(database).close()
        except SleepdocError as error:
            _one_line(error)
    with Store.open(database) as store:
        require(store.document(life.document().sha256) == life.document(), "the text changed")
        require(not store.check(), f"damaged: {store.check()}")
    return "migrated later" if failing.failed else "never failed"


def _limited(chance: random.Random, folder: Path, _number: int) -> str:
    """The kernel itself refuses: no file of the process may grow beyond a limit."""
    database = life.copy(life.finished(), folder)
    size = database.stat().st_size
    with Store.open(database) as store:
        (conversation,) = store.conversations()
        content = memory(store, summarise(store, conversation))
    most = chance.randrange(1, len(content))

    def export(say: life.Say) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        try:
            write_file(folder / "memory.safetensors", content, replace=False)
        except StorageError as error:
            say("refused", str(error))

    def ask(say: life.Say) -> None:
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (size + chance.randrange(4096, 60_000), resource.RLIM_INFINITY)
        )
        try:
            life.ask(database, say)
        except StorageError as error:
            say("refused", str(error))

    for work in (export, ask):
        child = Child(work)
        if child.wait():
            raise Broken(f"{work.__name__}: {child.said[-1]}")
        for what, line in child.said:
            require(what != "refused" or "\n" not in str(line), f"more than a line: {line}")
    require(not list(folder.glob(".*.tmp")), "a temporary file was left")
    for file in folder.glob("memory*.safetensors"):
        verify(file.read_bytes())
    judge(database, [])
    life.ask(database, life.silent)
    return "refused, then went on"


def _fault(name: str, code: int, kinds: tuple[str, ...], *, once: bool, release: int) -> Fault:
    what = "one line; nothing lost; the same session goes on"
    return Fault(
        name, what, ("P1", "P2", "P21"), 20, release, functools.partial(_life, code, kinds, once)
    )


FAULTS = (
    _fault("disk full", disk.FULL, ("write", "truncate"), once=False, release=120),
    _fault("EIO at a write", disk.IO_WRITE, ("write",), once=True, release=60),
    _fault("EIO at a sync", disk.IO_SYNC, ("sync",), once=True, release=60),
    Fault("disk full while migrating", "the old format stays", ("P12", "P21"), 12, 60, _migration),
    Fault("file size limit", "export and turn: whole or absent", ("P6", "P21"), 10, 60, _limited),
)
