"""The one place that connects to SQLite."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlite_utils

from sleepdoc.errors import StorageError
from sleepdoc.store import identity, locks, migrations, mounts, schema
from sleepdoc.store.driver import sqlite3
from sleepdoc.store.failures import as_storage_error

PATIENCE_MS = 10_000
"""How long a writer waits for another."""

_WORTH_GIVING_BACK = 1 << 20
"""Bytes; less is soon used again."""

Row = dict[str, Any]

_READS_BACK: Mapping[int | str, int] = {"fast": 2}
"""Words for which there is no number, and what SQLite answers for them."""

_SAFE_LOG_VERSIONS = (((3, 44, 6), (3, 45, 0)), ((3, 50, 7), (3, 51, 0)), ((3, 51, 3), (4, 0, 0)))


def log_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite may use a write-ahead log.

    Up to 3.51.2 two connections that write and checkpoint at the same instant can corrupt the
    database (sqlite.org/wal.html, "The WAL-Reset Bug"); three releases have the fix.
    """
    return any(first <= version < end for first, end in _SAFE_LOG_VERSIONS)


def settings(version: tuple[int, ...], patience_ms: int) -> dict[str, int | str]:
    """The PRAGMAs of every connection.

    Numbers rather than words: SQLite takes a misspelt word for some other setting, silently.
    """
    log = log_is_safe(version)
    values: dict[str, int | str] = {
        "busy_timeout": patience_ms,
        "journal_mode": "wal" if log else "delete",
        "synchronous": 2 if log else 3,  # FULL; EXTRA syncs the directory of the journal as well
        "foreign_keys": 1,
        "secure_delete": "fast",  # no remains of deleted text in pages that are written anyway
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "temp_store": 2,
        "wal_autocheckpoint": 1000,
        "journal_size_limit": 64 * 2**20,
    }
    if sys.platform == "darwin":
        values |= {"fullfsync": 1, "checkpoint_fullfsync": 1}
    return values


def apply_settings(connection: sqlite3.Connection, values: Mapping[str, int | str]) -> None:
    """Set PRAGMAs and believe none of them until it reads back.

    Raises:
        StorageError: one did not take.
    """
    for name, value in values.items():
        wanted = _READS_BACK.get(value, value)
        if _setting(connection, name) == wanted:
            continue  # setting some of them anew would wait for other writers
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
        if (got := _setting(connection, name)) != wanted:
            raise StorageError(
                f"SQLite {sqlite3.sqlite_version} has {name} = {got} where {wanted} is needed; "
                "close other programs that use the database, or choose another place with --db"
            )


def _setting(connection: sqlite3.Connection, name: str) -> int | str | None:
    row = connection.execute(f"PRAGMA {name}").fetchone()
    return None if row is None else row[0]


def now() -> str:
    """The time, for display."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Database:
    """A connection that is what it should be, or an error that says why not."""

    def __init__(self, path: Path, *, patience_ms: int = PATIENCE_MS) -> None:
        self.path = path = path.absolute()
        with as_storage_error(path):
            identity.refuse_unfit(path, latest=len(migrations.MIGRATIONS))
            mounts.refuse_network(path)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locks.setup_lock(path):
                self._open(patience_ms)

    def _open(self, patience_ms: int) -> None:
        # SQLite gives its log files the mode of the database.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            if not self.path.stat().st_size:
                # Can only be chosen now; it lets `shrink` work without copying the file.
                connection.execute("PRAGMA auto_vacuum = 2")
            apply_settings(connection, settings(sqlite3.sqlite_version_info, patience_ms))
            self._tables = sqlite_utils.Database(
                connection, recursive_triggers=False, execute_plugins=False
            )
            self._migrate(connection.execute("PRAGMA user_version").fetchone()[0])
        except BaseException:
            connection.close()
            raise

    def _migrate(self, version: int) -> None:
        if version >= schema.SINCE:
            schema.refuse_changed(self._tables, self.path)
        if version == len(migrations.MIGRATIONS):
            return
        if version:
            migrations.back_up(self._tables, self.path, version)
        with self.transaction() as tables:
            migrations.apply(tables)

    def close(self) -> None:
        self._tables.close()

    def rows(self, sql: str, parameters: Sequence[object] | dict[str, object] = ()) -> list[Row]:
        """The answer to a question."""
        with as_storage_error(self.path):
            return list(self._tables.query(sql, parameters))

    @contextmanager
    def transaction(self) -> Iterator[sqlite_utils.Database]:
        """Everything done in the block is stored together when it ends, or not at all.

        The right to write is taken first (``BEGIN IMMEDIATE``): a transaction that only finds out
        later that it writes cannot wait for another writer, it fails. A block inside a block is
        part of the outer one.
        """
        if self._tables.conn.in_transaction:
            yield self._tables
            return
        with as_storage_error(self.path):
            self._tables.execute("BEGIN IMMEDIATE")
            try:
                yield self._tables
                self._tables.execute("COMMIT")
            except BaseException:
                self._tables.rollback()
                raise

    def shrink(self) -> int:
        """Give unused space back to the file system; returns bytes."""
        before = self._bytes()
        with as_storage_error(self.path):
            self._tables.execute("PRAGMA incremental_vacuum").fetchall()
            self._tables.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return before - self._bytes()

    def tidy(self) -> None:
        """`Store.tidy`."""
        if self._bytes("freelist_count") > _WORTH_GIVING_BACK:
            self.shrink()

    def _bytes(self, pages: str = "page_count") -> int:
        """How much so many pages are; `pages` is the PRAGMA that counts them."""
        (count,), (size,) = (
            self.rows(f"PRAGMA {name}")[0].values() for name in (pages, "page_size")
        )
        return int(count * size)
