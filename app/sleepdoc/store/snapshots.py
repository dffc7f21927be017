"""Memories as bytes: immutable, named by their SHA-256, verified whenever they are used."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import safetensors
import sqlite_utils

from sleepdoc.errors import StorageError
from sleepdoc.store.database import Database
from sleepdoc.store.failures import as_storage_error

_INSERT = "INSERT INTO snapshots (sha256, size, data) VALUES (?, ?, ?)"

_SPACE_IN_RESERVE = 64 * 2**20

_EXPONENTS: dict[str, tuple[str, int]] = {
    "F64": ("<u8", 0x7FF0_0000_0000_0000),
    "F32": ("<u4", 0x7F80_0000),
    "BF16": ("<u2", 0x7F80),
    "F16": ("<u2", 0x7C00),
    "F8_E5M2": ("u1", 0x7C),
}
"""Floats as integers, and their exponent bits: all of them set means infinite or no number."""

_INTEGERS = frozenset({"BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64"})


def put(tables: sqlite_utils.Database, data: bytes) -> str:
    """Store a memory within the caller's transaction; returns its name.

    Raises:
        StorageError: it is no memory, or holds a number that is not finite.
    """
    if flaw := _flaw(data):
        raise StorageError(f"the new memory was thrown away, the one before it stays: {flaw}")
    sha256 = hashlib.sha256(data).hexdigest()
    row = tables.execute("SELECT data FROM snapshots WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        tables.execute(_INSERT, (sha256, len(data), data))
    elif row[0] != data:
        # Its bytes were dropped, or are damaged; the same memory has now been made again. Steps
        # that name it do so again when the transaction ends.
        tables.execute("PRAGMA defer_foreign_keys = ON")
        tables.execute("DELETE FROM snapshots WHERE sha256 = ?", (sha256,))
        tables.execute(_INSERT, (sha256, len(data), data))
    return sha256


def load(database: Database, sha256: str) -> bytes:
    """`Store.load_snapshot`."""
    rows = database.rows("SELECT data FROM snapshots WHERE sha256 = ?", (sha256,))
    data = rows[0]["data"] if rows else None
    if data is None:
        raise StorageError(
            f"the memory {sha256[:12]} is not stored any more: it was dropped to save space"
        )
    flaw = "its checksum is wrong" if hashlib.sha256(data).hexdigest() != sha256 else _flaw(data)
    if flaw:
        raise StorageError(
            f"the stored memory {sha256[:12]} is damaged ({flaw}); "
            "`sleepdoc undo` goes back to the one before the last sleep"
        )
    return bytes(data)


def sizes(database: Database, conversation_id: int) -> dict[str, tuple[int, bool]]:
    """`Store.snapshot_sizes`."""
    rows = database.rows(
        "SELECT sha256, size, data IS NOT NULL AS kept FROM snapshots WHERE sha256 IN"
        " (SELECT snapshot FROM steps WHERE conversation_id = ?)",
        (conversation_id,),
    )
    return {row["sha256"]: (row["size"], bool(row["kept"])) for row in rows}


def size(database: Database, conversation_id: int) -> int:
    """Bytes of the memories that no other conversation has."""
    (row,) = database.rows(
        "SELECT coalesce(sum(size), 0) AS size FROM snapshots WHERE data IS NOT NULL AND sha256 IN"
        " (SELECT snapshot FROM steps WHERE conversation_id = :id) AND sha256 NOT IN"
        " (SELECT snapshot FROM steps WHERE conversation_id != :id AND snapshot IS NOT NULL)",
        {"id": conversation_id},
    )
    return int(row["size"])


def count(tables: sqlite_utils.Database) -> int:
    """How many memories are stored, within the caller's transaction."""
    (number,) = tables.execute("SELECT count(*) FROM snapshots WHERE data IS NOT NULL").fetchone()
    return int(number)


def delete_unused(tables: sqlite_utils.Database) -> None:
    """Delete memories that no step names, within the caller's transaction."""
    tables.execute(
        "DELETE FROM snapshots WHERE sha256 NOT IN"
        " (SELECT snapshot FROM steps WHERE snapshot IS NOT NULL)"
    )


def stored(tables: sqlite_utils.Database, sha256: str) -> bool:
    """Whether a memory's bytes are stored, within the caller's transaction."""
    found = tables.execute(
        "SELECT 1 FROM snapshots WHERE sha256 = ? AND data IS NOT NULL", (sha256,)
    )
    return found.fetchone() is not None


def of(database: Database, conversation_id: int) -> set[str]:
    """The stored memories of a conversation."""
    rows = database.rows(
        "SELECT sha256 FROM snapshots WHERE data IS NOT NULL AND sha256 IN"
        " (SELECT snapshot FROM steps WHERE conversation_id = ?)",
        (conversation_id,),
    )
    return {row["sha256"] for row in rows}


def drop(tables: sqlite_utils.Database, sha256: str) -> None:
    """Let go of a memory's bytes, within the caller's transaction; steps still name it."""
    tables.execute("UPDATE snapshots SET data = NULL, dropped = 1 WHERE sha256 = ?", (sha256,))


def require_space(path: Path, size: int) -> None:
    """`Store.require_space`: the memory may be written to the log, the file, and once more."""
    with as_storage_error(path):
        free = shutil.disk_usage(path.parent).free
    needed = 3 * size + _SPACE_IN_RESERVE
    if free < needed:
        raise StorageError(
            f"{path}: {free // 2**20} MiB free, a sleep needs {needed // 2**20}; "
            "everything so far is saved: free some space and go on"
        )


def _flaw(data: bytes) -> str | None:
    """Why bytes are not a memory: not a safetensors file, or not of finite numbers."""
    try:
        tensors = safetensors.deserialize(data)  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        return f"not a safetensors file: {error}"
    for name, tensor in tensors:
        dtype = tensor["dtype"]
        if dtype in _INTEGERS:
            continue
        if dtype not in _EXPONENTS:
            return f"{name!r} has the unknown type {dtype}"
        integers, exponent = _EXPONENTS[dtype]
        bits = np.frombuffer(tensor["data"], integers)
        if np.any(bits & exponent == exponent):
            return f"{name!r} holds a number that is not finite"
    return None
