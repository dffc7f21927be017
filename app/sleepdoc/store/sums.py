"""Sums over rows: SQLite has none of its own, and a changed letter in an answer is a wrong answer.

A question or gist whose sum is wrong is not shown, a step or document refused; `Store.check` names
them all.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlite_utils

if TYPE_CHECKING:  # which imports the migrations, and these this
    from sleepdoc.store.database import Database, Row

SUMMED = ("documents", "conversations", "steps", "turns", "gists", "sentence_vectors")
"""Tables with a column ``sum``."""


def seal(tables: sqlite_utils.Database, table: str, row_id: int | None) -> None:
    """Note the sum of a row, by its ``rowid``, as it is now, within the caller's transaction."""
    (row,) = tables.query(f"SELECT * FROM {table} WHERE rowid = ?", (row_id,))
    tables.execute(f"UPDATE {table} SET sum = ? WHERE rowid = ?", (_over(row), row_id))


def whole(rows: "list[Row]") -> "list[Row]":
    """The rows that are what was stored."""
    return [row for row in rows if row["sum"] == _over(row)]


def problems(database: "Database") -> Iterator[str]:
    """Rows that are not."""
    for table in SUMMED:
        for row in database.rows(f"SELECT * FROM {table}"):
            if row["sum"] != _over(row):
                name = row.get("name") or row.get("id") or row.get("seq") or row["first"]
                yield f"{name!r} in {table} is damaged, and neither shown nor used"


def _over(row: "Row") -> str:
    values = {name: value for name, value in row.items() if name != "sum"}
    return hashlib.sha256(
        json.dumps(values, sort_keys=True, default=bytes.hex).encode()
    ).hexdigest()
