"""Is everything that was stored still what it was? Reads all of it."""

from collections.abc import Callable, Iterator

from sleepdoc.errors import StorageError
from sleepdoc.store import documents, snapshots, sums
from sleepdoc.store.database import Database


def problems(database: Database) -> list[str]:
    """`Store.check`."""
    found: list[str] = []
    for check in (_file, _index, _documents, _snapshots, _chains, sums.problems):
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
    for row in database.rows("SELECT sha256 FROM snapshots WHERE data IS NULL AND NOT dropped"):
        yield f"the memory {row['sha256'][:12]} is missing"
    for row in database.rows("SELECT sha256 FROM snapshots WHERE data IS NOT NULL"):
        yield from _complaint(snapshots.load, database, row["sha256"])


def _chains(database: Database) -> Iterator[str]:
    """Every step follows the one before it in its conversation, and there is a first."""
    rows = database.rows(
        "SELECT seq, conversation_id AS id, parent,"
        " lag(seq) OVER (PARTITION BY conversation_id ORDER BY seq) AS before"
        " FROM steps ORDER BY seq"
    )
    begun = {row["id"] for row in rows}
    for row in rows:
        if row["parent"] != row["before"]:
            yield f"step {row['seq']} of conversation {row['id']} does not follow the one before it"
    for row in database.rows("SELECT id, name FROM conversations"):
        if row["id"] not in begun:
            yield f"the conversation {row['name']!r} has lost its steps; `sleepdoc rm` deletes it"


def _complaint(
    load: Callable[[Database, str], object], database: Database, sha256: str
) -> Iterator[str]:
    try:
        load(database, sha256)
    except StorageError as error:
        yield str(error)
