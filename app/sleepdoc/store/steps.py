"""Steps: what a conversation was after each commit, as a chain that is only ever added to."""

import json
from collections.abc import Mapping
from typing import Any

import sqlite_utils

from sleepdoc.errors import NotFoundError, StorageError, UsageError
from sleepdoc.store import snapshots, sums
from sleepdoc.store.database import Database, Row, now
from sleepdoc.store.types import Conversation, Position, Step, StepKind

_REDO = "redo"
"""In the info of an ``undo`` that takes another one back."""


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
    rows = database.rows(
        "SELECT * FROM steps WHERE conversation_id = ? ORDER BY seq", (conversation.id,)
    )
    return [_step(row) for row in rows]


def lineage(database: Database, conversation: Conversation) -> list[Step]:
    """`Store.lineage`."""
    steps = {step.seq: step for step in history(database, conversation)}
    line = []
    at: int | None = max(steps, default=None)
    while at is not None:
        step = steps[at]
        line.append(step)
        at = step.restores or step.parent
    return line[::-1]


def commit(
    database: Database,
    conversation: Conversation,
    *,
    parent: Step,
    kind: StepKind,
    position: Position,
    snapshot: bytes | None,
    info: Mapping[str, Any],
    budget: int,
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
        if snapshot is not None:
            snapshots.prune(tables, conversation.id, budget)
    return step


def undo(database: Database, conversation: Conversation) -> Step:
    """`Store.undo`."""
    with database.transaction() as tables:
        line = lineage(database, conversation)
        sleeps = [number for number, step in enumerate(line) if step.kind == "sleep"]
        if not sleeps:
            raise UsageError(f"nothing to undo: {conversation.name!r} has no sleep behind it")
        restored = line[sleeps[-1] - 1]
        return insert(
            tables,
            conversation.id,
            parent=line[-1].seq,
            kind="undo",
            position=restored.position,
            snapshot=restored.snapshot,
            info={},
            restores=restored.seq,
        )


def redo(database: Database, conversation: Conversation) -> Step:
    """`Store.redo`."""
    with database.transaction() as tables:
        steps = {step.seq: step for step in history(database, conversation)}
        last = at = steps[max(steps)]
        while at.kind == "undo" and at.info.get(_REDO):
            assert at.restores is not None
            at = steps[at.restores]
        if at.kind != "undo" or at.parent is None:
            raise UsageError(f"nothing to redo: {conversation.name!r} has gone on since its undo")
        restored = steps[at.parent]
        return insert(
            tables,
            conversation.id,
            parent=last.seq,
            kind="undo",
            position=restored.position,
            snapshot=restored.snapshot,
            info={_REDO: True},
            restores=restored.seq,
        )


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
