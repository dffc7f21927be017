"""Gists: what stretches of pages are about, each written after a sleep and undone with it."""

import sqlite_utils

from sleepdoc.store import steps, sums
from sleepdoc.store.database import Database, Row, now
from sleepdoc.store.types import Conversation, Gist, Step


def add(database: Database, conversation: Conversation, step: Step, gist: Gist) -> None:
    """`Store.add_gist`."""
    with database.transaction() as tables:
        _insert(tables, conversation.id, step.seq, gist, now())


def every(database: Database, conversation: Conversation) -> list[Gist]:
    """`Store.gists`."""
    known = {step.seq for step in steps.lineage(database, conversation)}
    rows = database.rows(
        "SELECT * FROM gists WHERE conversation_id = ? ORDER BY first, last, id",
        (conversation.id,),
    )
    return [_gist(row) for row in sums.whole(rows) if row["step_seq"] in known]


def copy(tables: sqlite_utils.Database, old: int, new: int, copied: dict[int, int]) -> None:
    """Give a copy of a conversation the gists of the steps it was given, within the caller's
    transaction; `copied` has their old and new numbers."""
    rows = tables.query("SELECT * FROM gists WHERE conversation_id = ? ORDER BY id", (old,))
    for row in sums.whole(list(rows)):
        if row["step_seq"] in copied:
            _insert(tables, new, copied[row["step_seq"]], _gist(row), row["created"])


def _gist(row: Row) -> Gist:
    return Gist(
        kind=row["kind"],
        first=row["first"],
        last=row["last"],
        text=row["text"],
        quoted=bool(row["quoted"]),
        model=row["model"],
    )


def _insert(
    tables: sqlite_utils.Database, conversation: int, step: int, gist: Gist, created: str
) -> None:
    (row,) = tables.query(
        "INSERT INTO gists (conversation_id, step_seq, kind, first, last, text, quoted, model,"
        " created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            conversation,
            step,
            gist.kind,
            gist.first,
            gist.last,
            gist.text,
            gist.quoted,
            gist.model,
            created,
        ),
    )
    sums.seal(tables, "gists", row["id"])
