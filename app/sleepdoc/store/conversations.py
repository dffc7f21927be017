"""Conversations: making, finding and deleting them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlite_utils

from sleepdoc.documents.types import Document
from sleepdoc.errors import NotFoundError, UsageError
from sleepdoc.store import documents, locks, snapshots, steps, sums
from sleepdoc.store.database import Database, now
from sleepdoc.store.types import Conversation, Position

_LONGEST_NAME = 48

_LATEST_FIRST = """
    SELECT conversations.*, steps.created AS last_used
    FROM conversations JOIN steps ON steps.conversation_id = conversations.id
    WHERE steps.seq = (SELECT max(seq) FROM steps WHERE conversation_id = conversations.id)
    ORDER BY steps.seq DESC"""


def create(
    database: Database,
    document: Document,
    *,
    model: str,
    fingerprint: str,
    passes: int,
    seed: int,
    info: Mapping[str, Any],
) -> Conversation:
    """`Store.create_conversation`."""
    with database.transaction() as tables:
        # Another process may have deleted the document along with its only conversation.
        documents.insert(tables, document)
        (row,) = tables.query(
            "INSERT INTO conversations"
            " (name, document_sha256, model, fingerprint, passes, seed, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *",
            (
                free_name(tables, document.title),
                document.sha256,
                model,
                fingerprint,
                passes,
                seed,
                now(),
            ),
        )
        first = steps.insert(
            tables,
            row["id"],
            parent=None,
            kind="created",
            position=Position(),
            snapshot=None,
            info=info,
        )
        sums.seal(tables, "conversations", row["id"])
    row.pop("sum")
    return Conversation(**row, last_used=first.created)


def rename(database: Database, name: str, new: str) -> Conversation:
    """`Store.rename`."""
    conversation = named(database, name)
    wanted = slug(new) if new.strip() else ""
    if not wanted:
        raise UsageError("A conversation needs a name.")
    with database.transaction() as tables:
        taken = {row["name"] for row in tables.query("SELECT name FROM conversations")}
        if wanted in taken - {conversation.name}:
            raise UsageError(f"There is a conversation {wanted!r} already; choose another name.")
        tables.execute("UPDATE conversations SET name = ? WHERE id = ?", (wanted, conversation.id))
        sums.seal(tables, "conversations", conversation.id)
    return replace(conversation, name=wanted)


def every(database: Database) -> list[Conversation]:
    """`Store.conversations`."""
    found = []
    for row in database.rows(_LATEST_FIRST):
        last_used = row.pop("last_used")
        if sums.whole([row]):
            row.pop("sum")
            found.append(Conversation(**row, last_used=last_used))
    return found


def named(database: Database, name: str) -> Conversation:
    """`Store.conversation`."""
    found = [each for each in every(database) if each.name.startswith(name)]
    exact = [each for each in found if each.name == name]
    match exact or found:
        case [conversation]:
            return conversation
        case []:
            raise NotFoundError(f"no conversation {name!r}; `sleepdoc ls` shows them")
        case several:
            names = ", ".join(each.name for each in several)
            raise NotFoundError(f"{name!r} could be any of: {names}")


def latest_for(
    database: Database, document_sha256: str, fingerprint: str | None
) -> Conversation | None:
    """`Store.latest_for`."""
    for conversation in every(database):
        if conversation.document_sha256 == document_sha256 and fingerprint in (
            None,
            conversation.fingerprint,
        ):
            return conversation
    return None


def delete(database: Database, name: str) -> int:
    """`Store.delete_conversation`."""
    conversation = named(database, name)
    with locks.conversation_lock(database.path, conversation):
        with database.transaction() as tables:
            tables.execute("DELETE FROM conversations WHERE id = ?", (conversation.id,))
            snapshots.delete_unused(tables)
            documents.delete_unused(tables, conversation.document_sha256)
        locks.forget(database.path, conversation)
        return database.shrink()


def slug(title: str) -> str:
    """A title as a name that is easy to type; letters of any script stay."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    words = re.sub(r"[\W_]+", "-", plain).strip("-")
    return words[:_LONGEST_NAME].strip("-") or "document"


def free_name(tables: sqlite_utils.Database, title: str) -> str:
    taken = {row["name"] for row in tables.query("SELECT name FROM conversations")}
    name = first = slug(title)
    number = 1
    while name in taken:
        number += 1
        name = f"{first}-{number}"
    return name
