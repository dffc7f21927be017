"""What is stored and no conversation needs: told apart, and removed."""

from dataclasses import dataclass

from sleepdoc.store import documents, snapshots
from sleepdoc.store.database import Database


@dataclass(frozen=True)
class Removed:
    """What a collection removed."""

    documents: int
    memories: int
    bytes: int
    """Given back to the file system."""


def collect(database: Database, budget: int) -> Removed:
    """`Store.collect`."""
    with database.transaction() as tables:
        # A document whose conversation is only being made is stored again with that.
        unused = documents.unused(database)
        for sha256 in unused:
            documents.delete_unused(tables, sha256)
        memories = snapshots.count(tables)
        for row in list(tables.query("SELECT id FROM conversations")):
            snapshots.prune(tables, row["id"], budget)
        snapshots.delete_unused(tables)
        memories -= snapshots.count(tables)
    return Removed(len(unused), memories, database.shrink())
