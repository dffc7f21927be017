"""The word index: which passages of a stored document have a term.

What the index holds are terms, made by the same function that makes those of a question
(`sleepdoc_model.recall.folding`); to SQLite they are strings with spaces between them. The
passages of a document have successive numbers, so that a range of them is the document, or what
has been read of it. Which sentences they have is told by numbers, too, from 0 in every document.
"""

import json
from collections.abc import Sequence

import sqlite_utils

from sleepdoc.store.database import Database
from sleepdoc_model.recall.index import Indexed, indexed
from sleepdoc_model.recall.passages import Span

TABLES = (
    """
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY,
        document_sha256 TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
        page INTEGER NOT NULL,
        start INTEGER NOT NULL CHECK (start >= 0),
        end INTEGER NOT NULL CHECK (end > start),
        length INTEGER NOT NULL,
        first_sentence INTEGER NOT NULL CHECK (first_sentence >= 0),
        last_sentence INTEGER NOT NULL CHECK (last_sentence >= first_sentence)
    ) STRICT""",
    "CREATE INDEX passages_by_document ON passages (document_sha256, page, length)",
    # Which passages have a term is all that is asked of it, so no places are kept; terms are of
    # letters and digits already, and a mark for names.
    """
    CREATE VIRTUAL TABLE passage_terms USING fts5(
        terms, heading, detail = 'none', columnsize = 0, tokenize = "ascii tokenchars '_'"
    )""",
)


def add(tables: sqlite_utils.Database, sha256: str, pages: Sequence[tuple[int, str]]) -> None:
    """Index a document's pages, within the caller's transaction."""
    (last,) = tables.execute("SELECT coalesce(max(id), 0) FROM passages").fetchone()
    passages = [(last + 1 + each.id, each) for each in indexed(pages)]
    tables.conn.executemany(
        "INSERT INTO passages"
        " (id, document_sha256, page, start, end, length, first_sentence, last_sentence)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(id, sha256, p.page, p.start, p.end, len(p.terms), *p.sentences) for id, p in passages],
    )
    tables.conn.executemany(
        "INSERT INTO passage_terms (rowid, terms, heading) VALUES (?, ?, ?)",
        [(id, " ".join(p.terms), " ".join(p.heading)) for id, p in passages],
    )


def remove(tables: sqlite_utils.Database, sha256: str) -> None:
    """Take a document out of the index, within the caller's transaction."""
    tables.execute(
        "DELETE FROM passage_terms WHERE rowid IN"
        " (SELECT id FROM passages WHERE document_sha256 = ?)",
        (sha256,),
    )
    tables.execute("DELETE FROM passages WHERE document_sha256 = ?", (sha256,))
    # Deleted terms stay in the index until its segments are merged.
    tables.execute("INSERT INTO passage_terms (passage_terms) VALUES ('optimize')")


def bytes_per_term(database: Database) -> float:
    """How much of what finds terms, which is of all documents together, each of them takes."""
    (found,) = database.rows(
        "SELECT (SELECT sum(length(block)) FROM passage_terms_data) AS finding,"
        " (SELECT sum(length) FROM passages) AS terms"
    )
    return float(found["finding"] / found["terms"]) if found["terms"] else 0.0


def size(database: Database, sha256: str, per_term: float) -> int:
    """Bytes that the index has of a document: its terms, and by their number its share of what
    finds them (`bytes_per_term`)."""
    (found,) = database.rows(
        # Where FTS5 keeps them: row by row through the virtual table takes three times as long.
        "SELECT coalesce(sum(length(CAST(c0 || c1 AS BLOB))), 0) AS bytes,"
        " coalesce(sum(length), 0) AS terms"
        " FROM passages JOIN passage_terms_content AS content ON content.id = passages.id"
        " WHERE document_sha256 = ?",
        (sha256,),
    )
    return int(found["bytes"] + found["terms"] * per_term)


def first_sentences(database: Database, sha256: str, first: int, last: int) -> dict[int, int]:
    """`Store.first_sentences`."""
    rows = database.rows(
        "SELECT page, min(first_sentence) AS number FROM passages"
        " WHERE document_sha256 = ? AND page BETWEEN ? AND ? GROUP BY page",
        (sha256, first, last),
    )
    return {row["page"]: row["number"] for row in rows}


class StoredIndex:
    """`Store.index`: the `Index` of a document's pages up to one of them."""

    def __init__(self, database: Database, sha256: str, before_page: int | None) -> None:
        self._database = database
        (found,) = database.rows(
            "SELECT count(*) AS size, coalesce(avg(length), 0) AS mean,"
            " coalesce(min(id), 0) AS first, coalesce(max(id), -1) AS last"
            " FROM passages WHERE document_sha256 = ? AND page < ?",
            (sha256, 2**62 if before_page is None else before_page),
        )
        self.size: int = found["size"]
        self.mean_length: float = found["mean"]
        self.first: int = found["first"]
        """The id of the document's first passage."""
        self._range = found["first"], found["last"]

    def sentences(self) -> dict[int, Span]:
        """The numbers of the first and the last sentence of every passage, by its id."""
        # As one row, for thousands of rows take longer to make than to find.
        (found,) = self._database.rows(
            "SELECT json_group_array(json_array(id, first_sentence, last_sentence)) AS all_of_them"
            " FROM passages WHERE id BETWEEN ? AND ?",
            self._range,
        )
        return {id: (first, last) for id, first, last in json.loads(found["all_of_them"])}

    def holders(self, term: str) -> list[int]:
        # Quoted, a term is a string to FTS5 whatever it spells; there is never a quote in one.
        # As one row, as above.
        (found,) = self._database.rows(
            "SELECT json_group_array(rowid) AS ids FROM passage_terms"
            " WHERE passage_terms MATCH ? AND rowid BETWEEN ? AND ?",
            (f'"{term}"', *self._range),
        )
        ids: list[int] = json.loads(found["ids"])
        return ids

    def load(self, ids: Sequence[int]) -> list[Indexed]:
        rows = self._database.rows(
            f"""
            SELECT id, page, start, end, terms, heading, first_sentence, last_sentence
            FROM passages JOIN passage_terms ON passage_terms.rowid = passages.id
            WHERE id IN ({", ".join("?" * len(ids))})""",
            ids,
        )
        return [
            Indexed(
                row["id"],
                row["page"],
                row["start"],
                row["end"],
                row["terms"].split(),
                row["heading"].split(),
                (row["first_sentence"], row["last_sentence"]),
            )
            for row in rows
        ]
