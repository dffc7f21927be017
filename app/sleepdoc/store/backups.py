"""Copies of the whole database, made while it is in use, and believed only once they are read."""

import glob
import os
import secrets
from contextlib import closing, suppress
from pathlib import Path

from sleepdoc.errors import StorageError, UsageError
from sleepdoc.store import checks, identity, locks, migrations
from sleepdoc.store.database import Database
from sleepdoc.store.driver import sqlite3
from sleepdoc.store.failures import as_storage_error
from sleepdoc.sync import sync


def write(database: Database, target: Path) -> int:
    """`Store.back_up`."""
    if os.path.lexists(target):
        raise UsageError(f"{target} exists already; choose another name for the backup.")
    if not target.parent.is_dir():
        raise UsageError(f"There is no directory {target.parent} to write to.")
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    try:
        with as_storage_error(partial):
            _copy(database.path, partial)
            _verify(partial)
            sync(partial)
            partial.rename(target)
            sync(target.parent)
    finally:
        _remove(partial)
    return target.stat().st_size


def restore(source: Path, target: Path) -> Path | None:
    """Put a backup in the place of a database, and that aside; returns where it lies now.

    Raises:
        StorageError: the backup is not sound, or made by a newer version; nothing was changed.
        UsageError: there is no such file.
    """
    if not source.is_file():
        raise UsageError(f"There is no backup {source}.")
    if not source.stat().st_size:
        raise StorageError(f"{source} is empty, and no backup; nothing was changed.")
    identity.refuse_unfit(source, latest=len(migrations.MIGRATIONS))
    target = target.absolute()
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    aside = None
    try:
        with as_storage_error(target):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy(source, partial)
            _verify(partial)
            sync(partial)
            with locks.setup_lock(target):
                aside = _put_aside(target) if target.exists() else None
                partial.rename(target)
                sync(target.parent)
    finally:
        _remove(partial)
    return aside


def _copy(source: Path, target: Path) -> None:
    """By SQLite's own means, which see one state however long it takes (sqlite.org/backup.html)."""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        try:
            old.backup(new)
        except sqlite3.Error as error:  # these come without a code
            raise StorageError(
                f"{source} cannot be copied: {error}; nothing was changed"
            ) from error


def _verify(path: Path) -> None:
    """Read all of a copy.

    Raises:
        StorageError: with what is wrong with it.
    """
    with closing(Database(path)) as copy:
        if found := checks.problems(copy):
            raise StorageError(f"the copy is not sound, and was thrown away: {'; '.join(found)}")


def _put_aside(path: Path) -> Path:
    """Rename a database and its log, all or none of which belong together."""
    number = 1
    while os.path.lexists(aside := path.with_name(f"{path.name}.before-restore-{number}")):
        number += 1
    for suffix in ("-wal", "-shm", "-journal", ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def _remove(partial: Path) -> None:
    locks.forget_all(partial)
    for file in partial.parent.glob(f"{glob.escape(partial.name)}*"):
        file.unlink(missing_ok=True)
