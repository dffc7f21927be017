"""Vectors of sentences, by which recall finds what shares no word with a question.

They are of the text and of what made them, not of a conversation: like the word index they stay
when a sleep is undone, serve every conversation about the document, and go with it. A row has those
of successive sentences, which are counted from 0 within their document.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

import sqlite_utils

from sleepdoc.store import sums
from sleepdoc.store.types import Vectors

if TYPE_CHECKING:  # which imports the migrations, and these this
    from sleepdoc.store.database import Database

TABLE = """
    CREATE TABLE sentence_vectors (
        document_sha256 TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
        model TEXT NOT NULL,
        first INTEGER NOT NULL CHECK (first >= 0),
        size INTEGER NOT NULL CHECK (size > 0),
        data BLOB NOT NULL CHECK (length(data) >= size AND length(data) % size = 0),
        sum TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (document_sha256, model, first)
    ) STRICT"""


def add(tables: sqlite_utils.Database, sha256: str, vectors: Vectors) -> None:
    """Store the vectors of some sentences, within the caller's transaction. Where there are some
    from the same sentence on, those stay."""
    for first, run in _runs(vectors.of):
        added = tables.execute(
            "INSERT INTO sentence_vectors (document_sha256, model, first, size, data)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (sha256, vectors.model, first, len(run[0]), b"".join(run)),
        )
        if added.rowcount:
            sums.seal(tables, "sentence_vectors", added.lastrowid)


def load(database: "Database", sha256: str, model: str, of: range | None) -> dict[int, bytes]:
    """`Store.vectors`."""
    among = range(2**62) if of is None else of
    rows = database.rows(
        "SELECT * FROM sentence_vectors WHERE document_sha256 = ? AND model = ?"
        " AND first < ? AND first + length(data) / size > ? ORDER BY first",
        (sha256, model, among.stop, among.start),
    )
    found = {
        row["first"] + number: row["data"][start : start + row["size"]]
        for row in sums.whole(rows)
        for number, start in enumerate(range(0, len(row["data"]), row["size"]))
    }
    return {number: each for number, each in found.items() if number in among}


def size(database: "Database", sha256: str) -> int:
    """Bytes of a document's vectors."""
    (row,) = database.rows(
        "SELECT coalesce(sum(length(data)), 0) AS size FROM sentence_vectors"
        " WHERE document_sha256 = ?",
        (sha256,),
    )
    return int(row["size"])


def _runs(vectors: Mapping[int, bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """Vectors of successive sentences, with the number of the first."""
    counted = enumerate(sorted(vectors))
    for _, run in groupby(counted, key=lambda each: each[1] - each[0]):
        numbers = [number for _, number in run]
        yield numbers[0], [vectors[number] for number in numbers]
