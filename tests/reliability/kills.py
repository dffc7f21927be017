"""kill -9 at random instants of reading, sleeping, answering, undoing, exporting and migrating."""

import functools
import random
from collections.abc import Callable
from pathlib import Path

from sleepdoc.exports.memory import memory
from sleepdoc.exports.output_file import write_file
from sleepdoc.exports.summary import summarise
from sleepdoc.memory_file import verify
from sleepdoc.store import Store

from . import life, old_formats
from .child import Child, killed
from .fault import Broken, Fault, require
from .judge import ends_alike, judge

_LATEST = 0.004
"""Seconds between the last word of a process and its end."""

Work = Callable[[Path, life.Say], None]


def _instant(chance: random.Random, work: Work, prepare: Callable[[Path], Path], key: str) -> int:
    return chance.randrange(_words(work, prepare, key))


@functools.cache
def _words(work: Work, prepare: Callable[[Path], Path], key: str) -> int:
    """How much the work says when nobody kills it."""
    folder = life.workplace() / key
    folder.mkdir(exist_ok=True)
    database = prepare(folder)
    child = Child(lambda say: work(database, say))
    if child.wait():
        raise Broken(f"undisturbed it fails: {child.said[-1]}")
    return len(child.said)


def _kill(
    chance: random.Random, folder: Path, key: str, work: Work, prepare: Callable[[Path], Path]
) -> tuple[Path, Child]:
    """A database as a killed process left it."""
    database = prepare(folder)
    while True:
        child = killed(
            functools.partial(work, database),
            after=_instant(chance, work, prepare, key),
            delay=chance.uniform(0, _LATEST),
        )
        if child.code == -9:
            return database, child
        if child.code:
            raise Broken(f"it failed before it was killed: {child.said[-1]}")
        # It came to its end before; try another instant.
        for leftover in folder.iterdir():
            if leftover.is_file():
                leftover.unlink()
        database = prepare(folder)


def _new(folder: Path) -> Path:
    return folder / "sleepdoc.db"


def _finished(folder: Path) -> Path:
    return life.copy(life.finished(), folder)


def _reading(chance: random.Random, folder: Path, _number: int) -> str:
    database, child = _kill(chance, folder, "reading", life.read, _new)
    judge(database, child.said)
    ends_alike(database)
    return "resumed"


def _sleep_again(database: Path, say: life.Say) -> None:
    """Sleep again and again, long before the window is full."""
    with life.session(database) as it:
        while not it.progress.finished:
            for event in it.read():
                life.told([event], say)
                it.pause()
            it.proceed()
            life.told(it.sleep(), say)


def _sleeping(chance: random.Random, folder: Path, _number: int) -> str:
    database, child = _kill(chance, folder, "sleeping", _sleep_again, _new)
    judge(database, child.said)
    life.read(database, life.silent)
    judge(database, child.said)
    end = life.steps(database)[-1].position
    require(end.slept == end.read, "it did not read to the end")
    return "resumed"


def _answering(chance: random.Random, folder: Path, _number: int) -> str:
    database, child = _kill(chance, folder, "answering", life.ask, _finished)
    judge(database, child.said)
    before, after = life.essence(life.steps(life.finished())), life.essence(life.steps(database))
    require(after[: len(before)] == before, "what was before has changed")
    require(len(after) <= len(before) + 2, "more was stored than a sleep and an answer")
    life.ask(database, life.silent)
    judge(database, child.said)
    return "asked again"


def _back_and_forth(database: Path, say: life.Say) -> None:
    with life.session(database) as it:
        for _ in range(3):
            life.told(it.undo(), say)
            life.told(it.redo(), say)


def _undoing(chance: random.Random, folder: Path, _number: int) -> str:
    database, child = _kill(chance, folder, "undoing", _back_and_forth, _finished)
    judge(database, child.said)
    with Store.open(database) as store:
        (conversation,) = store.conversations()
        head = store.head(conversation)
        here = life.steps(life.finished())
        known = [(step.position, step.snapshot) for step in here]
        require((head.position, head.snapshot) in known, "it is where it never was")
    return "as before or after"


def _export(database: Path, say: life.Say) -> None:
    with Store.open(database) as store:
        (conversation,) = store.conversations()
        content = memory(store, summarise(store, conversation))
    for number in range(8):
        name = f"memory-{number}.safetensors"
        write_file(database.with_name(name), content, replace=False)
        say("file", name)


def _exporting(chance: random.Random, folder: Path, _number: int) -> str:
    database, child = _kill(chance, folder, "exporting", _export, _finished)
    judge(database, [])
    for file in folder.glob("memory-*.safetensors"):
        verify(file.read_bytes())
    for what, name in child.said:
        require(what != "file" or (folder / str(name)).exists(), f"{name} is lost")
    return "whole or absent"


def _migrate(database: Path, say: life.Say) -> None:
    for version in old_formats.VERSIONS:
        with Store.open(database.with_name(f"format-{version}.db")):
            say("migrated", version)


def _earlier(folder: Path) -> Path:
    for version in old_formats.VERSIONS:
        (folder / f"format-{version}.db").write_bytes(old_formats.made(version).read_bytes())
    return folder / "format-1.db"


def _migrating(chance: random.Random, folder: Path, _number: int) -> str:
    _kill(chance, folder, "migrating", _migrate, _earlier)
    for version in old_formats.VERSIONS:
        with Store.open(folder / f"format-{version}.db") as store:
            require(store.document(life.document().sha256) == life.document(), "the text changed")
            require(not store.check(), f"damaged: {store.check()}")
    return "migrated"


def _fault(name: str, what: str, promises: tuple[str, ...], attempt: object) -> Fault:
    return Fault(f"kill while {name}", what, promises, 20, 330, attempt)  # type: ignore[arg-type]


FAULTS = (
    _fault("reading", "read on to the same memories, byte for byte", ("P1", "P2", "P4"), _reading),
    _fault("sleeping", "at the sleep before or after, never between", ("P1", "P2"), _sleeping),
    _fault("answering", "question and finished answers are there", ("P2", "P3"), _answering),
    _fault("undoing", "as before it or after it", ("P1", "P5"), _undoing),
    _fault("exporting", "a file is whole or is not there", ("P6",), _exporting),
    _fault("migrating", "opens, with the text it had", ("P1", "P12"), _migrating),
)
