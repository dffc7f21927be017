"""What can still be read of a damaged database, row by row."""

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sleepdoc.errors import StorageError
from sleepdoc.store.database import Row
from sleepdoc.store.driver import sqlite3

LAYOUT = "SELECT type, name, tbl_name, sql FROM sqlite_schema"

_TABLES = (
    "documents",
    "pages",
    "sentence_vectors",
    "snapshots",
    "conversations",
    "steps",
    "turns",
    "gists",
)
"""All but the word index, which is made anew."""

_NOTHING = "nothing of it can be read: `sleepdoc restore` a backup, or begin anew with another --db"


@dataclass(frozen=True)
class Found:
    """Rows that can be read, whole or not, in the order of their numbers."""

    rows: dict[str, list[Row]]
    lost: list[str]
    """What cannot."""


def read(path: Path, layout: Sequence[tuple[object, ...]], application: int, latest: int) -> Found:
    """Read a copy of a damaged database, which is written to on the way.

    Args:
        layout: what `LAYOUT` says of a sound one.

    Raises:
        StorageError: it is none of ours, of an earlier format, or nothing can be read.
    """
    rows: dict[str, list[Row]] = {}
    lost: list[str] = []
    try:
        _put_layout_right(path, layout)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for name, wanted in (("application_id", application), ("user_version", latest)):
                (number,) = connection.execute(f"PRAGMA {name}").fetchone()
                if number != wanted:
                    raise StorageError(f"{_NOTHING} (its {name} is {number})")
            connection.row_factory = sqlite3.Row
            for table in _TABLES:
                numbers = _numbers(connection, table)
                found = [_row(connection, table, number) for number in numbers]
                rows[table] = [row for row in found if row is not None]
                if unread := len(numbers) - len(rows[table]):
                    lost.append(f"{unread} of the {table}")
    except sqlite3.Error as error:
        raise StorageError(f"{_NOTHING} ({error})") from error
    if not any(rows.values()):
        raise StorageError(_NOTHING)
    return Found(rows, lost)


def _put_layout_right(path: Path, layout: Sequence[tuple[object, ...]]) -> None:
    """Give tables the names and columns they had, where a letter of them changed. One whose own
    name changed is the one that is left over."""
    there = {entry[1]: entry for entry in layout}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.text_factory = lambda text: text.decode(errors="replace")
        connection.execute("PRAGMA writable_schema = ON")  # and what cannot be parsed is no error
        rows = connection.execute("SELECT rowid, name FROM sqlite_schema").fetchall()
        strange = [row for row, name in rows if name not in there]
        missing = [name for name in there if name not in {name for _, name in rows}]
        pairs = [(row, name) for row, name in rows if name in there]
        if len(strange) == len(missing) == 1:
            pairs.append((strange[0], missing[0]))
        for row, name in pairs:
            connection.execute(
                "UPDATE sqlite_schema SET type = ?, name = ?, tbl_name = ?, sql = ?"
                " WHERE rowid = ?",
                (*there[name], row),
            )


def _numbers(connection: sqlite3.Connection, table: str) -> list[int]:
    """Row numbers, from both ends to the first place that cannot be read."""
    found: set[int] = set()
    for order in ("ASC", "DESC"):
        with suppress(sqlite3.Error):
            for (number,) in connection.execute(
                f"SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid {order}"
            ):
                found.add(number)
    return sorted(found)


def _row(connection: sqlite3.Connection, table: str, number: int) -> Row | None:
    """A row; of a memory whose bytes cannot be read, that there was one."""
    for columns in ("*", "sha256, size, NULL AS data, dropped") if table == "snapshots" else ("*",):
        with suppress(sqlite3.Error, UnicodeDecodeError):
            found = connection.execute(
                f"SELECT {columns} FROM {table} WHERE rowid = ?", (number,)
            ).fetchone()
            return None if found is None else dict(found)
    return None
