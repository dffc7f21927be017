"""Documents: text as it was extracted, verified whenever it is used."""

import hashlib
import json

import sqlite_utils

from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import StorageError
from sleepdoc.store.database import Database, Row
from sleepdoc.store.passages import passages

_REMEDY = "delete its conversations with `sleepdoc rm` and read the file again"


def add(database: Database, document: Document) -> None:
    """`Store.add_document`."""
    with database.transaction() as tables:
        insert(tables, document)


def insert(tables: sqlite_utils.Database, document: Document) -> None:
    """Store and index a document that is not stored yet, within the caller's transaction."""
    added = tables.execute(
        "INSERT INTO documents (sha256, path, name, kind, size, title, notices, pages)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            document.sha256,
            document.path,
            document.name,
            document.kind,
            document.size,
            document.title,
            json.dumps(document.notices),
            len(document.pages),
        ),
    )
    if not added.rowcount:
        return
    for page in document.pages:
        tables.execute(
            "INSERT INTO pages (document_sha256, number, label, text, sha256)"
            " VALUES (?, ?, ?, ?, ?)",
            (document.sha256, page.number, page.label, page.text, _checksum(page)),
        )
        for passage in passages(page.text):
            tables.execute(
                "INSERT INTO passages (text, document_sha256, page) VALUES (?, ?, ?)",
                (passage, document.sha256, page.number),
            )


def delete_unused(tables: sqlite_utils.Database, sha256: str) -> None:
    """Delete a document that no conversation is about, within the caller's transaction."""
    deleted = tables.execute(
        "DELETE FROM documents WHERE sha256 = ?"
        " AND NOT EXISTS (SELECT 1 FROM conversations WHERE document_sha256 = documents.sha256)",
        (sha256,),
    )
    if deleted.rowcount:
        tables.execute("DELETE FROM passages WHERE document_sha256 = ?", (sha256,))
        # Deleted words stay in the index until its segments are merged.
        tables.execute("INSERT INTO passages (passages) VALUES ('optimize')")


def size_alone(database: Database, sha256: str) -> int:
    """Bytes of stored text, if only one conversation is about it; else 0."""
    (row,) = database.rows(
        "SELECT (SELECT count(*) FROM conversations WHERE document_sha256 = :sha256) AS users,"
        " (SELECT coalesce(sum(length(CAST(text AS BLOB))), 0) FROM pages"
        " WHERE document_sha256 = :sha256) AS size",
        {"sha256": sha256},
    )
    return int(row["size"]) if row["users"] <= 1 else 0


def load(database: Database, sha256: str) -> Document | None:
    """`Store.document`."""
    rows = database.rows("SELECT * FROM documents WHERE sha256 = ?", (sha256,))
    if not rows:
        return None
    (row,) = rows
    pages = tuple(
        verified_page(page)
        for page in database.rows(
            "SELECT * FROM pages WHERE document_sha256 = ? ORDER BY number", (sha256,)
        )
    )
    if len(pages) != row.pop("pages"):
        raise StorageError(f"pages of the stored text of {row['name']!r} are missing; {_REMEDY}")
    notices = tuple(json.loads(row.pop("notices")))
    return Document(**row, pages=pages, notices=notices)


def verified_page(row: Row) -> Page:
    """The page in a row of ``pages``.

    Raises:
        StorageError: its text or label is not what was stored.
    """
    page = Page(number=row["number"], label=row["label"], text=row["text"])
    if _checksum(page) != row["sha256"]:
        raise StorageError(damaged(page))
    return page


def damaged(page: Page) -> str:
    """What to say of a page that is not what was stored."""
    return f"the stored text of page {page.number} is damaged; {_REMEDY}"


def _checksum(page: Page) -> str:
    text = f"{page.number}\0{page.label}\0{page.text}"
    return hashlib.sha256(text.encode()).hexdigest()
