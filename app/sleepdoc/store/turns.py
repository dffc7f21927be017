"""Turns: the question is stored before the model sees it, the answer with its step."""

import json
from collections.abc import Mapping
from typing import Any

from sleepdoc.store import steps, sums
from sleepdoc.store.database import Database
from sleepdoc.store.types import Conversation, Position, Step, StoredTurn


def every(database: Database, conversation: Conversation) -> list[StoredTurn]:
    """`Store.turns`."""
    rows = database.rows(
        "SELECT * FROM turns WHERE conversation_id = ? ORDER BY id", (conversation.id,)
    )
    return [
        StoredTurn(
            id=row["id"],
            question=row["question"],
            answer=row["answer"],
            interrupted=bool(row["interrupted"]),
            position=Position(read=row["read"], slept=row["slept"], page=row["page"]),
            step_seq=row["step_seq"],
            info=json.loads(row["info"]),
        )
        for row in sums.whole(rows)
    ]


def begin(
    database: Database,
    conversation: Conversation,
    question: str,
    position: Position,
    info: Mapping[str, Any],
) -> int:
    """`Store.begin_turn`."""
    with database.transaction() as tables:
        (row,) = tables.query(
            "INSERT INTO turns (conversation_id, question, read, slept, page, info)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
            (
                conversation.id,
                question,
                position.read,
                position.slept,
                position.page,
                json.dumps(dict(info)),
            ),
        )
        sums.seal(tables, "turns", row["id"])
    return int(row["id"])


def finish(
    database: Database,
    conversation: Conversation,
    turn_id: int,
    answer: str,
    *,
    interrupted: bool,
    parent: Step,
    position: Position,
    snapshot: bytes | None,
    info: Mapping[str, Any],
    found: Mapping[str, Any],
) -> Step:
    """`Store.finish_turn`."""
    with database.transaction() as tables:
        step = steps.commit(
            database,
            conversation,
            parent=parent,
            kind="turn",
            position=position,
            snapshot=snapshot,
            info=info,
        )
        updated = tables.execute(
            "UPDATE turns SET answer = ?, interrupted = ?, step_seq = ?,"
            " info = json_patch(info, ?)"
            " WHERE id = ? AND conversation_id = ? AND step_seq IS NULL",
            (
                answer,
                interrupted,
                step.seq,
                json.dumps(dict(found)),
                turn_id,
                conversation.id,
            ),
        )
        if not updated.rowcount:
            raise ValueError(f"{turn_id} is not an unfinished turn of {conversation.name!r}")
        sums.seal(tables, "turns", turn_id)
    return step
