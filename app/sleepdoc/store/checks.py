"""Is everything that was stored still what it was? Reads all of it."""

from collections.abc import Callable, Iterator

from sleepdoc.errors import StorageError
from sleepdoc.store import documents, snapshots
from sleepdoc.store.database import Database


def problems(database: Database) -> list[str]:
    """`Store.check`."""
    found: list[str] = []
    for check in (_file, _index, _documents, _snapshots):
        try:
            found.extend(check(database))
        except StorageError as error:
            found.append(str(error))
    return found


def _file(database: Database) -> Iterator[str]:
    for row in database.rows("PRAGMA integrity_check"):
        if row["integrity_check"] != "ok":
            yield f"database: {row['integrity_check']}"
    for row in database.rows("PRAGMA foreign_key_check"):
        yield f"database: row {row['rowid']} of {row['table']} refers to nothing"


def _index(database: Database) -> Iterator[str]:
    with database.transaction() as tables:
        tables.execute("INSERT INTO passage_terms (passage_terms) VALUES ('integrity-check')")
    yield from ()


def _documents(database: Database) -> Iterator[str]:
    for row in database.rows("SELECT sha256 FROM documents"):
        yield from _complaint(documents.load, database, row["sha256"])


def _snapshots(database: Database) -> Iterator[str]:
    for row in database.rows("SELECT sha256 FROM snapshots WHERE data IS NOT NULL"):
        yield from _complaint(snapshots.load, database, row["sha256"])


def _complaint(
    load: Callable[[Database, str], object], database: Database, sha256: str
) -> Iterator[str]:
    try:
        load(database, sha256)
    except StorageError as error:
        yield str(error)
