"""Documents: text as it was extracted, verified whenever it is used."""

import dataclasses
import hashlib
import json

import sqlite_utils

from sleepdoc.documents.types import Document, OutlineEntry, Page
from sleepdoc.errors import StorageError
from sleepdoc.store import search, sums
from sleepdoc.store.database import Database, Row
from sleepdoc.store.types import Conversation, DocumentHeader

_REMEDY = "delete its conversations with `sleepdoc rm` and read the file again"


def add(database: Database, document: Document) -> None:
    """`Store.add_document`."""
    with database.transaction() as tables:
        insert(tables, document)


def insert(tables: sqlite_utils.Database, document: Document) -> None:
    """Store and index a document that is not stored yet, within the caller's transaction."""
    added = tables.execute(
        "INSERT INTO documents (sha256, path, name, kind, size, title, notices, outline, pages)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            document.sha256,
            document.path,
            document.name,
            document.kind,
            document.size,
            document.title,
            json.dumps(document.notices),
            json.dumps([dataclasses.astuple(entry) for entry in document.outline]),
            len(document.pages),
        ),
    )
    if not added.rowcount or added.lastrowid is None:
        return
    sums.seal(tables, "documents", added.lastrowid)
    for page in document.pages:
        tables.execute(
            "INSERT INTO pages (document_sha256, number, label, text, sha256)"
            " VALUES (?, ?, ?, ?, ?)",
            (document.sha256, page.number, page.label, page.text, _checksum(page)),
        )
    search.add(tables, document.sha256, [(page.number, page.text) for page in document.pages])


def delete_unused(tables: sqlite_utils.Database, sha256: str) -> None:
    """Delete a document that no conversation is about, within the caller's transaction."""
    used = tables.execute(
        "SELECT 1 FROM conversations WHERE document_sha256 = ? LIMIT 1", (sha256,)
    )
    if used.fetchone() is None:
        search.remove(tables, sha256)
        tables.execute("DELETE FROM documents WHERE sha256 = ?", (sha256,))


def forget(database: Database, sha256: str) -> None:
    """`Store.forget_document`."""
    if sha256 in unused(database):  # else nobody is to wait for the right to write
        with database.transaction() as tables:
            delete_unused(tables, sha256)


def unused(database: Database) -> dict[str, str]:
    """Documents that no conversation is about: SHA-256 and file name."""
    rows = database.rows(
        "SELECT sha256, name FROM documents WHERE sha256 NOT IN"
        " (SELECT document_sha256 FROM conversations) ORDER BY name"
    )
    return {row["sha256"]: row["name"] for row in rows}


def users(database: Database, sha256: str) -> int:
    """How many conversations are about a document."""
    (row,) = database.rows(
        "SELECT count(*) AS users FROM conversations WHERE document_sha256 = ?", (sha256,)
    )
    return int(row["users"])


def size(database: Database, sha256: str) -> int:
    """Bytes of a document's text, in UTF-8."""
    (row,) = database.rows(
        "SELECT coalesce(sum(length(CAST(text AS BLOB))), 0) AS size FROM pages"
        " WHERE document_sha256 = ?",
        (sha256,),
    )
    return int(row["size"])


def load(database: Database, sha256: str) -> Document | None:
    """`Store.document`."""
    row = _row(database, sha256)
    if row is None:
        return None
    pages = tuple(
        verified_page(page)
        for page in database.rows(
            "SELECT * FROM pages WHERE document_sha256 = ? ORDER BY number", (sha256,)
        )
    )
    if len(pages) != row.pop("pages"):
        raise StorageError(f"pages of the stored text of {row['name']!r} are missing; {_REMEDY}")
    try:
        notices = tuple(json.loads(row.pop("notices")))
        outline = tuple(OutlineEntry(*entry) for entry in json.loads(row.pop("outline")))
    except (ValueError, TypeError) as error:
        raise StorageError(f"the outline of {row['name']!r} is damaged; {_REMEDY}") from error
    return Document(**row, pages=pages, notices=notices, outline=outline)


def of(database: Database, conversation: Conversation) -> Document:
    """`Store.document_of`."""
    document = load(database, conversation.document_sha256)
    if document is None:
        raise _missing(conversation)
    return document


def header_of(database: Database, conversation: Conversation) -> DocumentHeader:
    """`Store.header_of`."""
    row = _row(database, conversation.document_sha256)
    if row is None:
        raise _missing(conversation)
    return DocumentHeader(row["path"], row["name"], row["title"], row["pages"])


def _row(database: Database, sha256: str) -> Row | None:
    """The row of ``documents``, verified, without its sum."""
    rows = database.rows("SELECT * FROM documents WHERE sha256 = ?", (sha256,))
    if not rows:
        return None
    (row,) = rows
    if not sums.whole(rows):
        raise StorageError(f"what is stored of {row['name']!r} is damaged; {_REMEDY}")
    row.pop("sum")
    return row


def _missing(conversation: Conversation) -> StorageError:
    return StorageError(f"the document of {conversation.name!r} is missing; {_REMEDY}")


def read_from(database: Database, path: bytes) -> set[str]:
    """`Store.read_from`."""
    rows = database.rows("SELECT sha256 FROM documents WHERE path = ?", (path,))
    return {row["sha256"] for row in rows}


def page(database: Database, sha256: str, number: int) -> Page:
    """`Store.page`."""
    rows = database.rows(
        "SELECT * FROM pages WHERE document_sha256 = ? AND number = ?", (sha256, number)
    )
    if not rows:
        raise StorageError(f"the stored text of page {number} is missing; {_REMEDY}")
    return verified_page(rows[0])


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
