"""A byte that changes: in the database, in an exported memory, in prepared weights."""

import functools
import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sleepdoc.errors import SleepdocError, StorageError
from sleepdoc.exports.memory import memory
from sleepdoc.exports.summary import summarise
from sleepdoc.memory_file import unpack, verify
from sleepdoc.store import Gist, Step, Store, StoredTurn, snapshots
from sleepdoc.store.repairs import repair

from . import life
from .fault import Fault, Skipped, require

Shown = dict[str, Any]


@functools.cache
def _database() -> Path:
    """A finished life with a gist in it."""
    database = life.workplace() / "flipped.db"
    database.write_bytes(life.finished().read_bytes())
    with Store.open(database) as store:
        (conversation,) = store.conversations()
        gist = Gist("sleep", 1, 2, "The keepers of houses 1 and 2.", False, "scripted")
        sleep = next(step for step in store.steps(conversation) if step.kind == "sleep")
        store.add_gist(conversation, sleep, gist)
    return database


def _shown(database: Path) -> Shown:
    """All that a person is shown of a database, piece by piece."""
    shown: Shown = {}
    with Store.open(database) as store:
        for conversation in store.conversations():
            shown[f"conversation {conversation.id}"] = conversation
            shown[f"document {conversation.id}"] = store.document_of(conversation)
            kept = store.snapshot_sizes(conversation)
            for step in store.steps(conversation):
                shown[f"step {step.seq}"] = step
                if step.snapshot and kept.get(step.snapshot, (0, False))[1]:
                    shown[f"memory {step.seq}"] = store.load_snapshot(step.snapshot)
            for turn in store.turns(conversation):
                shown[f"turn {turn.id}"] = turn
            for number, gist in enumerate(store.gists(conversation)):
                shown[f"gist {number}"] = gist
    return shown


@functools.cache
def _truth() -> Shown:
    return _shown(_database())


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    changed[chance.randrange(len(changed))] ^= chance.randrange(1, 256)
    return bytes(changed)


def _in_database(chance: random.Random, folder: Path, _number: int) -> str:
    truth, database = _truth(), folder / "sleepdoc.db"
    database.write_bytes(_flip(_database().read_bytes(), chance))
    try:
        shown = _shown(database)
    except SleepdocError as error:
        require("\n" not in str(error), f"more than a line: {error}")
        return "refused"
    for what, value in shown.items():
        require(truth.get(what) == value, f"{what} is shown and is not what was stored: {value}")
    if shown == truth:
        return "harmless"
    with Store.open(database) as store:
        require(bool(store.check()), f"{truth.keys() - shown.keys()} is gone, and nothing says so")
    return "missing, and named by doctor"


def _repaired(chance: random.Random, folder: Path, _number: int) -> str:
    """Up to a page is overwritten; the copy that a repair makes is sound, and adds nothing."""
    truth, database = _truth(), folder / "sleepdoc.db"
    content = bytearray(_database().read_bytes())
    size = chance.choice((1, 64, 4096))
    at = chance.randrange(len(content) - size)
    content[at : at + size] = chance.randbytes(size)
    database.write_bytes(content)
    try:
        made = repair(database)
    except StorageError as error:
        require("\n" not in str(error), f"more than a line: {error}")
        return "nothing can be read"
    finally:
        require(database.read_bytes() == content, "the damaged file was changed")
    for what, value in _shown(made.path).items():
        known = value in truth.values() or what.startswith("conversation")
        fine = known or (isinstance(value, Step) and value.kind == "undo")
        kept = isinstance(value, StoredTurn) and value.interrupted
        require(fine or kept, f"{what} is in the copy and is not what was stored: {value}")
    with Store.open(made.path) as store:
        require(not store.check(), f"the copy is damaged: {store.check()}")
    return "repaired in part" if made.lost else "repaired"


def _unverified(chance: random.Random, folder: Path, number: int) -> str:
    """The same while every hash is taken for right."""

    class Trusting:
        def __init__(self, *_data: bytes) -> None: ...

    trusted = type("Same", (str,), {"__eq__": lambda *_: True, "__ne__": lambda *_: False})("same")
    real = hashlib.sha256
    truth = _truth()
    changed = folder / "sleepdoc.db"
    content = bytearray(_database().read_bytes())
    # Where memories are, which no check of SQLite looks at.
    memories = [value for name, value in truth.items() if name.startswith("memory")]
    at = content.find(chance.choice(memories)[-256:])
    require(at >= 0, "no memory was found in the file")
    content[at + chance.randrange(256)] ^= chance.randrange(1, 256)
    changed.write_bytes(content)
    Trusting.hexdigest = lambda _self: trusted  # type: ignore[attr-defined]
    snapshots.hashlib.sha256 = Trusting  # type: ignore[misc,assignment]
    try:
        shown = _shown(changed)
    except SleepdocError:
        return "refused"
    finally:
        snapshots.hashlib.sha256 = real  # type: ignore[misc]
    require(shown == truth, "a memory is not what was stored")
    return "harmless"


@functools.cache
def _memory() -> bytes:
    with Store.open(life.finished()) as store:
        (conversation,) = store.conversations()
        return memory(store, summarise(store, conversation))


def _in_export(chance: random.Random, _folder: Path, _number: int) -> str:
    return _refused_or_same(chance, _memory(), lambda file: (verify(file), unpack(file)))


def _refused_or_same(chance: random.Random, content: bytes, load: Callable[[bytes], object]) -> str:
    truth = load(content)
    try:
        found = load(_flip(content, chance))
    except SleepdocError as error:
        require("\n" not in str(error), f"more than a line: {error}")
        return "refused"
    require(found == truth, f"it is taken for what it is not: {str(found)[:300]}")
    return "harmless"


def _in_cache(chance: random.Random, folder: Path, _number: int) -> str:
    torch = _torch()
    from sleepdoc_model.weights_cache import WeightsCache

    weights = {
        "whole": torch.arange(40, dtype=torch.float32).reshape(5, 8),
        "half": torch.arange(9, dtype=torch.float32).to(torch.float16),
        "byte": torch.arange(7, dtype=torch.int8),
    }
    cache = WeightsCache(folder)
    cache.get("test", ["a"], lambda: weights)
    (path,) = folder.glob("*.safetensors")
    path.write_bytes(_flip(path.read_bytes(), chance))
    made = []
    found = cache.get("test", ["a"], lambda: made.append(1) or weights)
    require(found.keys() == weights.keys(), f"it has {sorted(found)}")
    for name, tensor in weights.items():
        same = found[name].dtype == tensor.dtype and torch.equal(found[name], tensor)
        require(same, f"{name} is {found[name]}")
    return "made anew" if made else "harmless"


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise Skipped(str(error)) from error
    torch.set_num_threads(1)
    return torch


FAULTS = (
    Fault(
        "byte flip in the database",
        "refused or harmless; what is missing, `doctor` names",
        ("P7", "P12"),
        300,
        7000,
        _in_database,
    ),
    Fault(
        "byte flip, memory unverified",
        "control: a changed memory is used",
        ("P7",),
        20,
        200,
        _unverified,
        control=True,
    ),
    Fault(
        "repair of a damaged database",
        "the copy is sound and adds nothing; the file is as it was",
        ("P12",),
        40,
        500,
        _repaired,
    ),
    Fault("byte flip in an export", "refused or harmless", ("P7",), 200, 2000, _in_export),
    Fault("byte flip in prepared weights", "made anew", ("P7",), 60, 1000, _in_cache),
)
