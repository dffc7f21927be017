"""A disk under SQLite that can be watched, and that fails when it is told to.

The VFS of the SQLite that sleepdoc runs on is reached through ctypes, and writes, truncations,
syncs and deletions pass a hook before they happen (sqlite.org/vfs.html). So an attempt needs no
privileges, no tracing and no other SQLite than the one that is used.
"""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils.utils import sqlite3

from .fault import Skipped

FULL, IO_WRITE, IO_SYNC = 13, 10 | 3 << 8, 10 | 4 << 8
"""Result codes (sqlite.org/rescode.html)."""


@dataclass(frozen=True)
class Change:
    """What is about to happen to a file."""

    kind: Literal["write", "truncate", "sync", "delete"]
    path: str
    at: int = 0
    """Offset of a write, or size after a truncation, in bytes."""
    data: bytes = b""


Hook = Callable[[Change], int]
"""0 lets it happen; anything else is what SQLite is told instead."""

_hook: Hook | None = None
_kept: list[Any] = []
"""What C code refers to must not be collected."""

_POINTER, _INT, _LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong
_WRITE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT, _LONG)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _POINTER, _LONG)
_SYNC = ctypes.CFUNCTYPE(_INT, _POINTER, _INT)
_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)
_DELETE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT)


class _Vfs(ctypes.Structure):
    """The beginning of ``sqlite3_vfs``."""

    _fields_ = (
        ("iVersion", _INT),
        ("szOsFile", _INT),
        ("mxPathname", _INT),
        ("pNext", _POINTER),
        ("zName", ctypes.c_char_p),
        ("pAppData", _POINTER),
        ("xOpen", _POINTER),
        ("xDelete", _POINTER),
    )


_METHOD_NAMES = (
    *("xClose", "xRead", "xWrite", "xTruncate", "xSync", "xFileSize", "xLock", "xUnlock"),
    *("xCheckReservedLock", "xFileControl", "xSectorSize", "xDeviceCharacteristics"),
    *("xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap", "xFetch", "xUnfetch"),
)


class _Methods(ctypes.Structure):
    """``sqlite3_io_methods``, version 3."""

    _fields_ = (
        ("iVersion", _INT),
        *((name, _POINTER) for name in _METHOD_NAMES),
    )


@contextmanager
def watched(hook: Hook) -> Iterator[None]:
    """Within the block every change to a file that SQLite opened there passes the hook.

    Raises:
        Skipped: this SQLite does not let itself be reached.
    """
    global _hook
    _install()
    _hook = hook
    try:
        yield
    finally:
        _hook = None


def _install() -> None:
    """Put ourselves between SQLite and its files, once in a process."""
    if _kept:
        return
    try:
        library = ctypes.CDLL(_library())
        find = library.sqlite3_vfs_find
    except (OSError, AttributeError) as error:
        raise Skipped(f"this SQLite's file system cannot be reached ({error})") from error
    find.restype = ctypes.POINTER(_Vfs)
    vfs = find(None).contents
    real_open, real_delete = _OPEN(vfs.xOpen), _DELETE(vfs.xDelete)
    tables: dict[int, Any] = {}
    names: dict[int, str] = {}

    def opened(vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        # The name is passed on as the very pointer it is: SQLite keeps more behind it.
        code = real_open(vfs, name, file, flags, out)
        if code == 0 and name is not None:
            slot = ctypes.cast(file, ctypes.POINTER(_POINTER))
            names[file] = _name(name)
            if slot[0] not in tables:
                tables[slot[0]] = _passing(slot[0], names)
            slot[0] = ctypes.addressof(tables[slot[0]])
        return code

    def deleted(vfs: int, name: int, sync: int) -> int:
        return _ask(Change("delete", _name(name))) or real_delete(vfs, name, sync)

    callbacks = _OPEN(opened), _DELETE(deleted)
    _kept.extend((library, real_open, real_delete, tables, callbacks))
    vfs.xOpen, vfs.xDelete = (ctypes.cast(each, _POINTER) for each in callbacks)


def _passing(address: int, names: dict[int, str]) -> _Methods:
    """A copy of a file's methods whose changes pass the hook."""
    methods = _Methods.from_buffer_copy(_Methods.from_address(address))
    write, truncate, sync = (
        _WRITE(methods.xWrite),
        _TRUNCATE(methods.xTruncate),
        _SYNC(methods.xSync),
    )

    def written(file: int, data: int, size: int, at: int) -> int:
        change = Change("write", names[file], at, ctypes.string_at(data, size))
        return _ask(change) or write(file, data, size, at)

    def truncated(file: int, size: int) -> int:
        return _ask(Change("truncate", names[file], size)) or truncate(file, size)

    def synced(file: int, flags: int) -> int:
        return _ask(Change("sync", names[file])) or sync(file, flags)

    callbacks = _WRITE(written), _TRUNCATE(truncated), _SYNC(synced)
    _kept.append((write, truncate, sync, callbacks))
    methods.xWrite, methods.xTruncate, methods.xSync = (
        ctypes.cast(each, _POINTER) for each in callbacks
    )
    return methods


def _name(pointer: int) -> str:
    return os.fsdecode(ctypes.string_at(pointer))


def _ask(change: Change) -> int:
    return _hook(change) if _hook is not None else 0


def _library() -> str:
    """The shared library that holds the SQLite in use."""
    from importlib import import_module

    name = "_sqlite3" if sqlite3.__name__ == "sqlite3" else f"{sqlite3.__name__}._sqlite3"
    return str(import_module(name).__file__)
