"""A damaged database as a new one that has all of it that is still what was stored.

The damaged file is copied first, byte by byte, and only the copy is looked at: nothing is ever
mended in place.
"""

import hashlib
import shutil
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

from sleepdoc.errors import StorageError
from sleepdoc.store import (
    chain,
    checks,
    documents,
    identity,
    locks,
    migrations,
    salvage,
    search,
    snapshots,
    steps,
    sums,
)
from sleepdoc.store.database import Database, Row
from sleepdoc.store.failures import as_storage_error
from sleepdoc.store.types import Step
from sleepdoc.sync import sync


@dataclass(frozen=True)
class Repaired:
    """A sound copy, and what it lacks."""

    path: Path
    lost: list[str]


def repair(path: Path) -> Repaired:
    """Make a sound copy of a damaged database beside it; the file itself is not touched.

    Raises:
        StorageError: nothing can be read, or the copy cannot be written.
    """
    path = path.absolute()
    number = 1
    while (target := path.with_name(f"{path.name}.repaired-{number}")).exists():
        number += 1
    with (
        as_storage_error(path),
        tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder,
    ):
        old, new = Path(folder) / "damaged.db", Path(folder) / "repaired.db"
        with locks.setup_lock(path):
            for suffix in ("", "-wal", "-journal"):
                with suppress(FileNotFoundError):
                    shutil.copyfile(f"{path}{suffix}", f"{old}{suffix}")
        with closing(Database(new)) as made:
            layout = [tuple(row.values()) for row in made.rows(salvage.LAYOUT)]
            found = salvage.read(old, layout, identity.APPLICATION_ID, len(migrations.MIGRATIONS))
            with made.transaction() as tables:
                refilled = _Refilled(made, tables, found)
            if problems := checks.problems(made):
                raise StorageError(f"{path} cannot be repaired: {'; '.join(problems)}")
        sync(new)
        new.rename(target)
        sync(target.parent)
    return Repaired(target, refilled.lost)


class _Refilled:
    """A new database with the rows of an old one that are whole, and refer to what is there."""

    def __init__(
        self, database: Database, tables: sqlite_utils.Database, found: salvage.Found
    ) -> None:
        self._database, self._tables, self._rows = database, tables, found.rows
        self.lost = list(found.lost)
        self._damaged: set[str] = set()
        """Memories that are not there and were never dropped."""
        for row in self._rows["documents"]:
            self._document(row)
        for row in self._rows["snapshots"]:
            self._snapshot(row)
        for row in self._rows["conversations"]:
            self._conversation(row)

    def _document(self, row: Row) -> None:
        pages = [each for each in self._rows["pages"] if each["document_sha256"] == row["sha256"]]
        try:
            texts = [(page.number, page.text) for page in map(documents.verified_page, pages)]
        except StorageError:
            texts = []
        if not sums.whole([row]) or len(texts) != row["pages"]:
            self.lost.append(f"the text of {row['name']!r} and what was asked about it")
            return
        self._insert("documents", row)
        for each in pages:
            self._insert("pages", each)
        search.add(self._tables, row["sha256"], sorted(texts))
        for each in sums.whole(self._rows["sentence_vectors"]):
            if each["document_sha256"] == row["sha256"]:
                self._insert("sentence_vectors", each)

    def _snapshot(self, row: Row) -> None:
        data = row["data"]
        if data is None or hashlib.sha256(data).hexdigest() != row["sha256"]:
            if not row["dropped"]:
                self._damaged.add(row["sha256"])
            row = {**row, "data": None, "dropped": 1}
        self._insert("snapshots", row)

    def _conversation(self, row: Row) -> None:
        there = self._database.rows(
            "SELECT 1 FROM documents WHERE sha256 = ?", (row["document_sha256"],)
        )
        mine = {
            table: [each for each in self._rows[table] if each["conversation_id"] == row["id"]]
            for table in ("steps", "turns", "gists")
        }
        line = _unbroken(mine["steps"])
        if not there or not line or not sums.whole([row]):
            self.lost.append(f"the conversation {row['name']!r}")
            return
        self._insert("conversations", row)
        for step in line:
            if step["snapshot"] is not None and not self._named(step["snapshot"]):
                self._damaged.add(step["snapshot"])
                gone = {"sha256": step["snapshot"], "size": 0, "data": None, "dropped": 1}
                self._insert("snapshots", gone)
            self._insert("steps", step)
        if len(line) < len(mine["steps"]):
            page = line[-1]["page"]
            self.lost.append(f"the last steps of {row['name']!r}, which is back at page {page}")
        known = {step["seq"] for step in line}
        for turn in mine["turns"]:
            self._turn(turn, known, row["name"])
        for gist in mine["gists"]:
            if gist["step_seq"] in known and sums.whole([gist]):
                self._insert("gists", gist)
        self._stand(row["id"], row["name"])

    def _turn(self, row: Row, known: set[int], name: str) -> None:
        if not sums.whole([row]):
            self.lost.append(f"a question of {name!r}")
            return
        if row["step_seq"] in known:
            self._insert("turns", row)
        else:  # its step is gone, or never came
            self._insert("turns", {**row, "step_seq": None, "interrupted": 1})
            sums.seal(self._tables, "turns", row["id"])

    def _stand(self, conversation_id: int, name: str) -> None:
        """Put a conversation on the last memory that is there, if its own is not."""
        history = steps.of_id(self._database, conversation_id)
        if not chain.kept(history) & self._damaged:
            return
        if self._stored(history[-1]):
            self.lost.append(f"memories that {name!r} could go back to")
            return
        stand = next(step for step in reversed(chain.lineage(history)) if self._stored(step))
        steps.go_back(self._tables, conversation_id, history[-1], stand)
        page = stand.position.page
        self.lost.append(f"the memory of {name!r}, which is back at page {page}")

    def _named(self, sha256: str) -> bool:
        return bool(self._database.rows("SELECT 1 FROM snapshots WHERE sha256 = ?", (sha256,)))

    def _stored(self, step: Step) -> bool:
        return step.snapshot is None or snapshots.stored(self._tables, step.snapshot)

    def _insert(self, table: str, row: Row) -> None:
        """Names and columns are our own."""
        columns = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self._tables.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values())
        )


def _unbroken(rows: list[Row]) -> list[Row]:
    """Steps up to the first that is damaged, or does not follow the one before it."""
    line: list[Row] = []
    for row in rows:
        if not sums.whole([row]) or row["parent"] != (line[-1]["seq"] if line else None):
            break
        line.append(row)
    return line
