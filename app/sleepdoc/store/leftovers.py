"""What lies in a database, and beside it, that nothing needs any more."""

from collections.abc import Iterator
from pathlib import Path

from sleepdoc.store import locks
from sleepdoc.store.database import Database


def found(database: Database) -> list[str]:
    """`Store.leftovers`."""
    return [*_locks(database), *_files(database.path)]


def _locks(database: Database) -> Iterator[str]:
    known = {str(row["id"]) for row in database.rows("SELECT id FROM conversations")} | {"setup"}
    strange = [name for name in locks.names(database.path) if name not in known]
    if strange:
        yield f"locks of deleted conversations: {', '.join(strange)}; harmless"


def _files(path: Path) -> Iterator[str]:
    for kind, why in (
        (f"{path.name}.format-*", "from before a migration"),
        (f"{path.name}.before-restore-*", "from before a restore"),
        (f"{path.name}.repaired-*", "a repaired copy"),
        (f".{path.name}.*.tmp", "a copy that was not finished"),
    ):
        for file in sorted(path.parent.glob(kind)):
            yield f"{file}: {why}; delete it when all is well"
