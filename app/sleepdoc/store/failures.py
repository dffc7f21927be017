"""What SQLite and the system say when storage fails, as one line a person can act on."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sleepdoc.errors import StorageError
from sleepdoc.store.driver import sqlite3

_FULL = "the disk is full; what was saved before is intact: free some space and try again"
DAMAGED = (
    "the database is damaged; nothing was changed: `sleepdoc doctor --repair` makes a sound copy, "
    "`sleepdoc restore` takes a backup, or begin anew with another --db"
)
_LOCKED = "another program keeps the database locked; nothing was changed: close it and try again"
_UNWRITABLE = "it cannot be written; check its permissions, or choose another place with --db"

_INDEX = "invalid fts5 file format"
"""What the word index says of itself; the code is that of a mistake."""

_NO_TEXT = "Could not decode to UTF-8"
"""What Python says of stored text that is none; there is no code for it."""

_BY_SQLITE_CODE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_PROTOCOL": _LOCKED,
    "SQLITE_READONLY": _UNWRITABLE,
    "SQLITE_CANTOPEN": _UNWRITABLE,
    "SQLITE_PERM": _UNWRITABLE,
    "SQLITE_AUTH": _UNWRITABLE,
    "SQLITE_IOERR": "the disk failed; what was saved before is intact: check the disk",
    "SQLITE_NOLFS": "the disk cannot hold a file that large",
    "SQLITE_TOOBIG": "a memory or page is too large for one database row",
    "SQLITE_NOMEM": "there is not enough memory to go on",
}


@contextmanager
def as_storage_error(path: Path) -> Iterator[None]:
    """Turn failures of the file at `path` into `StorageError`.

    An error that the file and its surroundings cannot cause is a mistake in this program, and
    passes unchanged.
    """
    try:
        yield
    except sqlite3.Error as error:
        if str(error).startswith(_NO_TEXT):
            raise StorageError(f"{path}: {DAMAGED} (text that is not UTF-8)") from error
        if str(error).startswith(_INDEX):
            raise StorageError(f"{path}: {DAMAGED} (its word index)") from error
        name = getattr(error, "sqlite_errorname", None) or ""
        primary = "_".join(name.split("_")[:2])
        if primary not in _BY_SQLITE_CODE:
            raise
        raise StorageError(f"{path}: {_BY_SQLITE_CODE[primary]} ({name})") from error
    except UnicodeDecodeError as error:  # text that was stored, or that SQLite quotes from a file
        raise StorageError(f"{path}: {DAMAGED} (text that is not UTF-8)") from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = _FULL if full else _UNWRITABLE
        raise StorageError(f"{path}: {reason} ({error.strerror})") from error
