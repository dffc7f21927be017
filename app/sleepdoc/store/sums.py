"""Sums over rows that nothing else vouches for: questions, answers, gists.

SQLite has no checksum of its own, and a changed letter in an answer is a wrong answer. A row whose
sum is wrong is not shown; `Store.check` names it.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlite_utils

if TYPE_CHECKING:  # which imports the migrations, and these this
    from sleepdoc.store.database import Database, Row

SUMMED = ("turns", "gists")
"""Tables with a column ``sum``."""


def seal(tables: sqlite_utils.Database, table: str, row_id: int) -> None:
    """Note the sum of a row as it is now, within the caller's transaction."""
    (row,) = tables.query(f"SELECT * FROM {table} WHERE id = ?", (row_id,))
    tables.execute(f"UPDATE {table} SET sum = ? WHERE id = ?", (_over(row), row_id))


def whole(rows: "list[Row]") -> "list[Row]":
    """The rows that are what was stored."""
    return [row for row in rows if row["sum"] == _over(row)]


def problems(database: "Database") -> Iterator[str]:
    """Rows that are not."""
    for table in SUMMED:
        for row in database.rows(f"SELECT * FROM {table}"):
            if row["sum"] != _over(row):
                yield f"row {row['id']} of {table} is damaged and is not shown"


def _over(row: "Row") -> str:
    values = {name: value for name, value in row.items() if name != "sum"}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
