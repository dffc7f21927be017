"""Copies of a conversation as it was at some step: the same memories, a history of its own."""

import json
from collections.abc import Sequence

import sqlite_utils

from sleepdoc.errors import UsageError
from sleepdoc.store import conversations, gists, snapshots, steps, sums, turns
from sleepdoc.store.database import Database, now
from sleepdoc.store.types import Conversation, Step

AS_OF = "as_of"
"""In the info of a copy's first step: the document tokens it was cut off at, to stay there."""


def fork(database: Database, conversation: Conversation, page: int | None) -> Conversation:
    """`Store.fork`."""
    with database.transaction() as tables:
        line = [step for step in steps.lineage(database, conversation) if step.kind != "undo"]
        kept = line if page is None else line[: _last_sleep(tables, line, page, conversation) + 1]
        info = {"forked_from": conversation.name}
        if page is not None:
            info[AS_OF] = str(kept[-1].position.read)
        (row,) = tables.query(
            "INSERT INTO conversations"
            " (name, document_sha256, model, fingerprint, passes, seed, created)"
            " SELECT ?, document_sha256, model, fingerprint, passes, seed, ?"
            " FROM conversations WHERE id = ? RETURNING *",
            (conversations.free_name(tables, conversation.name), now(), conversation.id),
        )
        copied = _copy(tables, row["id"], kept, info)
        _copy_turns(tables, database, conversation, row["id"], copied)
        gists.copy(tables, conversation.id, row["id"], copied)
        sums.seal(tables, "conversations", row["id"])
    row.pop("sum")
    return Conversation(**row, last_used=row["created"])


def _last_sleep(
    tables: sqlite_utils.Database, line: Sequence[Step], page: int, conversation: Conversation
) -> int:
    """The step of the last sleep that knew nothing beyond `page` and whose memory is stored."""
    kept = [
        number
        for number, step in enumerate(line)
        if step.kind == "sleep" and step.snapshot and snapshots.stored(tables, step.snapshot)
    ]
    found = [number for number in kept if line[number].position.page <= page]
    if not found:
        pages = ", ".join(str(line[number].position.page) for number in kept) or "none"
        raise UsageError(
            f"{conversation.name} has no memory at or before page {page} to go back to; "
            f"those of its last sleeps are kept, at pages: {pages}."
        )
    return found[-1]


def _copy(
    tables: sqlite_utils.Database, new: int, line: Sequence[Step], info: dict[str, str]
) -> dict[int, int]:
    """Copy steps; returns their old and new numbers."""
    copied: dict[int, int] = {}
    parent: int | None = None
    for step in line:
        parent = copied[step.seq] = steps.insert(
            tables,
            new,
            parent=parent,
            kind=step.kind,
            position=step.position,
            snapshot=step.snapshot,
            info={**step.info, **info} if parent is None else step.info,
        ).seq
    return copied


def _copy_turns(
    tables: sqlite_utils.Database,
    database: Database,
    conversation: Conversation,
    new: int,
    copied: dict[int, int],
) -> None:
    for turn in turns.every(database, conversation):
        if turn.step_seq in copied:
            (row,) = tables.query(
                "INSERT INTO turns (conversation_id, question, answer, interrupted, read, slept,"
                " page, step_seq, info) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (
                    new,
                    turn.question,
                    turn.answer,
                    turn.interrupted,
                    turn.position.read,
                    turn.position.slept,
                    turn.position.page,
                    copied[turn.step_seq],
                    json.dumps(dict(turn.info)),
                ),
            )
            sums.seal(tables, "turns", row["id"])
