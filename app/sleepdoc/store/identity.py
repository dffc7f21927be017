"""Whether a file is a sound database of ours, found out without writing a byte."""

from pathlib import Path
from typing import NamedTuple

from sleepdoc.errors import StorageError
from sleepdoc.store.driver import sqlite3
from sleepdoc.store.failures import DAMAGED

APPLICATION_ID = 0x534C4450
"""``SLDP``, at offset 68 of the file."""

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100


class _Identity(NamedTuple):
    """What a database says of itself in its header."""

    application_id: int
    user_version: int
    schema_cookie: int
    """Counts changes of the schema: 0 in a database that never had a table."""


def refuse_unfit(path: Path, latest: int) -> None:
    """Refuse a file that is not ours, that a newer version wrote, or that a crash damaged.

    A file that does not exist, or holds nothing yet, is welcome.

    Raises:
        StorageError: with the reason.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header:
        return
    if not header.strip(b"\0") and _has(path, "-journal"):
        return  # the power failed while the first page was written: SQLite takes that back
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise StorageError(
            f"{path}: not a sleepdoc database, left alone; choose another file with --db"
        )
    if _has(path, "-wal") and not _has(path, "-journal"):
        _refuse_by_log(path, latest)
    else:
        _refuse(path, _in_header(header), latest)


def _has(path: Path, suffix: str) -> bool:
    """Whether there is a log of that kind. Only a writer can roll a journal back, which is there
    if the power failed while the file was made."""
    try:
        return path.with_name(f"{path.name}{suffix}").stat().st_size > 0
    except FileNotFoundError:
        return False


def _refuse_by_log(path: Path, latest: int) -> None:
    """Look through the eyes of SQLite: what a log has is newer than the file itself.

    The log is there because its writer crashed or is still at work, so look for damage as well.
    """
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        # Whoever makes the database commits between two looks, unless they are one.
        connection.execute("BEGIN")
        pragmas = ("application_id", "user_version", "schema_version")
        answers = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
        _refuse(path, _Identity(*answers), latest)
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    finally:
        connection.close()
    if found != "ok":
        raise StorageError(f"{path}: {DAMAGED} ({found.splitlines()[-1]})")


def _in_header(header: bytes) -> _Identity:
    def number(offset: int) -> int:
        return int.from_bytes(header[offset : offset + 4], "big")

    return _Identity(application_id=number(68), user_version=number(60), schema_cookie=number(40))


def _refuse(path: Path, identity: _Identity, latest: int) -> None:
    if identity.schema_cookie and identity.application_id != APPLICATION_ID:
        raise StorageError(
            f"{path}: a database of another program, left alone; choose another file with --db"
        )
    if identity.user_version > latest:
        raise StorageError(
            f"{path}: made by a newer sleepdoc (format {identity.user_version}, this one knows "
            f"{latest}), left alone; upgrade sleepdoc, or choose another file with --db"
        )
