"""What is stored and no conversation needs: told apart, and removed."""

from contextlib import suppress
from dataclasses import dataclass

from sleepdoc.errors import StorageError
from sleepdoc.store import conversations, documents, snapshots, steps
from sleepdoc.store.database import Database


@dataclass(frozen=True)
class Removed:
    """What a collection removed."""

    documents: int
    memories: int
    bytes: int
    """Given back to the file system."""


def collect(database: Database) -> Removed:
    """`Store.collect`."""
    with database.transaction() as tables:
        # A document whose conversation is only being made is stored again with that.
        unused = documents.unused(database)
        for sha256 in unused:
            documents.delete_unused(tables, sha256)
        memories = snapshots.count(tables)
        for conversation in conversations.every(database):
            with suppress(StorageError):  # of a damaged one everything stays
                steps.prune(database, conversation)
        snapshots.delete_unused(tables)
        memories -= snapshots.count(tables)
    return Removed(len(unused), memories, database.shrink())
