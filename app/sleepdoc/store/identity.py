"""Whether a file is a database of ours, found out without writing a byte."""

from pathlib import Path
from typing import NamedTuple

from sleepdoc.errors import StorageError
from sleepdoc.store.driver import sqlite3

APPLICATION_ID = 0x534C4450
"""``SLDP``, at offset 68 of the file."""

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100


class Identity(NamedTuple):
    """What a database says of itself in its header."""

    application_id: int
    user_version: int
    schema_cookie: int
    """Counts changes of the schema: 0 in a database that never had a table."""


def refuse_foreign(path: Path, latest: int) -> None:
    """Refuse a file that is not ours, or that a newer version wrote.

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
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise StorageError(
            f"{path}: not a sleepdoc database, left alone; choose another file with --db"
        )
    refuse_identity(path, _identity_in_log(path) or _identity_in_header(header), latest)


def refuse_identity(path: Path, identity: Identity, latest: int) -> None:
    """`refuse_foreign` for an identity that is already known."""
    if identity.schema_cookie and identity.application_id != APPLICATION_ID:
        raise StorageError(
            f"{path}: a database of another program, left alone; choose another file with --db"
        )
    if identity.user_version > latest:
        raise StorageError(
            f"{path}: made by a newer sleepdoc (format {identity.user_version}, this one knows "
            f"{latest}), left alone; upgrade sleepdoc, or choose another file with --db"
        )


def ended_uncleanly(path: Path) -> bool:
    """Whether a writer left its log behind: it crashed, or is still there."""
    return any(_size(path, suffix) for suffix in ("-wal", "-journal"))


def _identity_in_header(header: bytes) -> Identity:
    def number(offset: int) -> int:
        return int.from_bytes(header[offset : offset + 4], "big")

    return Identity(application_id=number(68), user_version=number(60), schema_cookie=number(40))


def _identity_in_log(path: Path) -> Identity | None:
    """The header as a write-ahead log has it, which may be newer than the file's own."""
    if not _size(path, "-wal"):
        return None
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        return read_identity(connection)
    finally:
        connection.close()


def read_identity(connection: sqlite3.Connection) -> Identity:
    """Ask an open database."""
    return Identity(
        *(
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version", "schema_version")
        )
    )


def _size(path: Path, suffix: str) -> int:
    companion = path.with_name(path.name + suffix)
    return companion.stat().st_size if companion.exists() else 0
