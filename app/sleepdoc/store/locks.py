"""Locks that the kernel releases when their holder dies, however it dies."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sleepdoc.errors import BusyError
from sleepdoc.store.failures import as_storage_error
from sleepdoc.store.types import Conversation


@contextmanager
def setup_lock(database: Path) -> Iterator[None]:
    """One process at a time creates or migrates a database."""
    with _lock_file(database, "setup") as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def conversation_lock(database: Path, conversation: Conversation) -> Iterator[None]:
    """Hold a conversation, or say at once who does.

    Raises:
        BusyError: naming the process that holds it.
    """
    with _lock_file(database, str(conversation.id)) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            raise BusyError(
                f"{conversation.name!r} is open in another sleepdoc (process {holder or 'unknown'})"
                "; close it there first"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield


def forget(database: Path, conversation: Conversation) -> None:
    """Remove the lock file of a deleted conversation; its number is never used again."""
    (_directory(database) / str(conversation.id)).unlink(missing_ok=True)


def names(database: Path) -> list[str]:
    """The locks there are."""
    try:
        return sorted(file.name for file in _directory(database).iterdir())
    except FileNotFoundError:
        return []


def forget_all(database: Path) -> None:
    """Remove the locks of a database that is gone."""
    for name in names(database):
        (_directory(database) / name).unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        _directory(database).rmdir()


def _directory(database: Path) -> Path:
    return database.with_name(f"{database.name}.locks")


@contextmanager
def _lock_file(database: Path, name: str) -> Iterator[int]:
    directory = _directory(database)
    with as_storage_error(directory):
        directory.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(directory / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
