"""Steps: what a conversation was after each commit, as a chain that is only ever added to."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sqlite_utils

from sleepdoc.errors import NotFoundError, StorageError, UsageError
from sleepdoc.store import chain, snapshots, sums
from sleepdoc.store import vectors as sentence_vectors
from sleepdoc.store.database import Database, Row, now
from sleepdoc.store.types import Conversation, Position, Step, StepKind, Vectors


def head(database: Database, conversation: Conversation) -> Step:
    """`Store.head`."""
    rows = database.rows(
        "SELECT * FROM steps WHERE conversation_id = ? ORDER BY seq DESC LIMIT 1",
        (conversation.id,),
    )
    if not rows:
        raise NotFoundError(f"the conversation {conversation.name!r} was deleted")
    return _step(rows[0])


def history(database: Database, conversation: Conversation) -> list[Step]:
    """`Store.steps`."""
    return of_id(database, conversation.id)


def of_id(database: Database, conversation_id: int) -> list[Step]:
    """As `history`, of the conversation with that number."""
    rows = database.rows(
        "SELECT * FROM steps WHERE conversation_id = ? ORDER BY seq", (conversation_id,)
    )
    return [_step(row) for row in rows]


def lineage(database: Database, conversation: Conversation) -> list[Step]:
    """`Store.lineage`."""
    return chain.lineage(history(database, conversation))


def commit(
    database: Database,
    conversation: Conversation,
    *,
    parent: Step,
    kind: StepKind,
    position: Position,
    snapshot: bytes | None,
    info: Mapping[str, Any],
    vectors: Vectors | None = None,
) -> Step:
    """`Store.commit`."""
    with database.transaction() as tables:
        _require_head(database, conversation, parent)
        stored = parent.snapshot if snapshot is None else snapshots.put(tables, snapshot)
        step = insert(
            tables,
            conversation.id,
            parent=parent.seq,
            kind=kind,
            position=position,
            snapshot=stored,
            info=info,
        )
        if vectors is not None:
            sentence_vectors.add(tables, conversation.document_sha256, vectors)
        if snapshot is not None:
            prune(database, conversation)
    return step


def undo(database: Database, conversation: Conversation) -> Step:
    """`Store.undo`."""
    with database.transaction() as tables:
        line = lineage(database, conversation)
        *_, restored = chain.before_sleeps(line) or (None,)
        if restored is None:
            raise UsageError(f"nothing to undo: {conversation.name!r} has no sleep behind it")
        if restored.snapshot and not snapshots.stored(tables, restored.snapshot):
            raise UsageError(
                f"{conversation.name!r} goes back no further: the memories before its last "
                f"{chain.UNDOS} sleeps are kept; to start over, `sleepdoc rm` it and read again"
            )
        return go_back(tables, conversation.id, line[-1], restored)


def redo(database: Database, conversation: Conversation) -> Step:
    """`Store.redo`."""
    with database.transaction() as tables:
        steps = history(database, conversation)
        restored = next(chain.redoable(steps), None)
        if restored is None:
            raise UsageError(f"nothing to redo: {conversation.name!r} has gone on since its undo")
        if restored.snapshot and not snapshots.stored(tables, restored.snapshot):
            raise UsageError(f"nothing to redo: that memory of {conversation.name!r} is not there")
        return go_back(tables, conversation.id, steps[-1], restored, info={chain.REDO: True})


def go_back(
    tables: sqlite_utils.Database,
    conversation_id: int,
    head: Step,
    restored: Step,
    info: Mapping[str, Any] = MappingProxyType({}),
) -> Step:
    """Add, behind the head, the step that restores an earlier one; within the caller's
    transaction."""
    return insert(
        tables,
        conversation_id,
        parent=head.seq,
        kind="undo",
        position=restored.position,
        snapshot=restored.snapshot,
        info=info,
        restores=restored.seq,
    )


def prune(database: Database, conversation: Conversation) -> None:
    """Drop the memories of a conversation that neither it nor another one needs."""
    with database.transaction() as tables:
        needed = chain.kept(history(database, conversation))
        for sha256 in snapshots.of(database, conversation.id) - needed:
            if not _needed_elsewhere(database, sha256, conversation):
                snapshots.drop(tables, sha256)


def _needed_elsewhere(database: Database, sha256: str, conversation: Conversation) -> bool:
    """Whether another conversation needs a memory; one that is damaged may."""
    rows = database.rows(
        "SELECT DISTINCT conversation_id AS id FROM steps"
        " WHERE snapshot = ? AND conversation_id != ?",
        (sha256, conversation.id),
    )
    try:
        return any(sha256 in chain.kept(of_id(database, row["id"])) for row in rows)
    except StorageError:
        return True


def insert(
    tables: sqlite_utils.Database,
    conversation_id: int,
    *,
    parent: int | None,
    kind: StepKind,
    position: Position,
    snapshot: str | None,
    info: Mapping[str, Any],
    restores: int | None = None,
) -> Step:
    """Add a step to the end of a conversation, within the caller's transaction."""
    (row,) = tables.query(
        "INSERT INTO steps (conversation_id, parent, kind, restores, read, slept, page, snapshot,"
        " created, info) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
        (
            conversation_id,
            parent,
            kind,
            restores,
            position.read,
            position.slept,
            position.page,
            snapshot,
            now(),
            json.dumps(dict(info)),
        ),
    )
    sums.seal(tables, "steps", row["seq"])
    return _of(row)


def _require_head(database: Database, conversation: Conversation, parent: Step) -> None:
    if head(database, conversation).seq != parent.seq:
        raise StorageError(
            f"{conversation.name!r} has moved on in another process, and nothing was stored here; "
            "open it again"
        )


def _step(row: Row) -> Step:
    """A stored step, verified.

    Raises:
        StorageError: it is not what was stored.
    """
    if not sums.whole([row]):
        raise StorageError(
            f"step {row['seq']} of a conversation is damaged; `sleepdoc doctor` says what else is, "
            "and `sleepdoc restore` takes a backup"
        )
    return _of(row)


def _of(row: Row) -> Step:
    return Step(
        seq=row["seq"],
        kind=row["kind"],
        parent=row["parent"],
        position=Position(read=row["read"], slept=row["slept"], page=row["page"]),
        snapshot=row["snapshot"],
        created=row["created"],
        info=json.loads(row["info"]),
        restores=row["restores"],
    )
