"""Recall: stored text by its words."""

import unicodedata

from sleepdoc.errors import StorageError
from sleepdoc.store import documents
from sleepdoc.store.database import Database
from sleepdoc.store.types import Passage

_ENGLISH = """
    a about after all also am an and any are as at be because been before being but by can could d
    did do does doing don down during each else ever few for from further give had has have having
    he her here hers him his how i if in into is it its just ll m me more most my no nor not now of
    off on once only or other our out over own please re s same shall she should so some such t tell
    than that the their them then there these they this those through to too under until up us ve
    very was we were what when where which while who whom whose why will with would you your
"""
_STOP_WORDS = frozenset(_ENGLISH.split())
_MOST_WORDS = 64


def words(query: str) -> list[str]:
    """What a question is about: its words without stop words and repetitions."""
    text = "".join(
        character if unicodedata.category(character)[0] in "LMN" else " " for character in query
    )
    found = dict.fromkeys(text.casefold().split())
    return [word for word in found if word not in _STOP_WORDS][:_MOST_WORDS]


def find(
    database: Database, sha256: str, query: str, *, limit: int, before_page: int | None
) -> list[Passage]:
    """`Store.search`."""
    # Quoted, a word is a string to FTS5 whatever it spells; `words` leaves no quote in it.
    expression = " OR ".join(f'"{word}"' for word in words(query))
    if not expression:
        return []
    rows = database.rows(
        """
        SELECT passages.text AS passage, pages.*
        FROM passages JOIN pages
            ON pages.document_sha256 = passages.document_sha256 AND pages.number = passages.page
        WHERE passages MATCH ? AND passages.document_sha256 = ? AND passages.page < ?
        ORDER BY rank, passages.rowid LIMIT ?""",
        (expression, sha256, 2**62 if before_page is None else before_page, limit),
    )
    found = []
    for row in rows:
        page = documents.verified_page(row)
        if row["passage"] not in page.text:
            raise StorageError(documents.damaged(page))
        found.append(Passage(page=page.number, label=page.label, text=row["passage"]))
    return found
