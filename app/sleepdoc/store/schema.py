"""A sum over the schema: a changed letter in it is a column that no question finds any more, or a
constraint that is gone, and SQLite takes either for somebody's wish.
"""

import hashlib
import json
from pathlib import Path

import sqlite_utils

from sleepdoc.errors import StorageError
from sleepdoc.store.driver import sqlite3
from sleepdoc.store.failures import DAMAGED

SINCE = 11
"""The first format that has the sum."""

TABLE = "CREATE TABLE schema_sum (sum TEXT NOT NULL) STRICT"


def seal(tables: sqlite_utils.Database) -> None:
    """Note the sum of the schema as it is now, within the caller's transaction."""
    tables.execute("DELETE FROM schema_sum")
    tables.execute("INSERT INTO schema_sum VALUES (?)", (_sum(tables),))


def refuse_changed(tables: sqlite_utils.Database, path: Path) -> None:
    """Refuse a database whose schema is not what was sealed.

    Raises:
        StorageError: it is damaged.
    """
    try:
        sealed = tables.execute("SELECT sum FROM schema_sum").fetchall()
    except sqlite3.OperationalError as error:
        raise StorageError(f"{path}: {DAMAGED} ({error})") from error
    if sealed != [(_sum(tables),)]:
        raise StorageError(f"{path}: {DAMAGED} (its schema was changed)")


def _sum(tables: sqlite_utils.Database) -> str:
    """What SQLite keeps for itself (``sqlite_stat1``, say) may come and go."""
    rows = tables.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema"
        " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name"
    ).fetchall()
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
