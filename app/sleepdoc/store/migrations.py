"""How the database came to have its tables: numbered changes, each applied once, none ever edited.

``PRAGMA user_version`` counts the changes a file has had; it is set in the same transaction.
"""

import os
from collections.abc import Callable
from pathlib import Path

import sqlite_utils

from sleepdoc.store import schema, search, sums, vectors
from sleepdoc.store.identity import APPLICATION_ID

Migration = Callable[[sqlite_utils.Database], None]


def _documents(tables: sqlite_utils.Database) -> None:
    """Text is stored before the model reads it, so that no file is ever needed again."""
    tables.execute("""
        CREATE TABLE documents (
            sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
            path BLOB NOT NULL,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('pdf', 'markdown', 'text')),
            size INTEGER NOT NULL CHECK (size >= 0),
            title TEXT NOT NULL,
            notices TEXT NOT NULL,
            pages INTEGER NOT NULL CHECK (pages >= 0)
        ) STRICT""")
    tables.execute("""
        CREATE TABLE pages (
            document_sha256 TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number >= 1),
            label TEXT NOT NULL,
            text TEXT NOT NULL,
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            PRIMARY KEY (document_sha256, number)
        ) STRICT""")


def _passages(tables: sqlite_utils.Database) -> None:
    """Recall looks text up by its words. The index is not filled: `_terms` makes another."""
    tables.execute("""
        CREATE VIRTUAL TABLE passages USING fts5(
            text, document_sha256 UNINDEXED, page UNINDEXED,
            tokenize = 'porter unicode61 remove_diacritics 2'
        )""")


def _conversations(tables: sqlite_utils.Database) -> None:
    """A memory, the position it belongs to and what led to it are committed as one step.

    ``UNIQUE (parent)`` keeps a conversation a chain. A snapshot whose bytes were dropped keeps its
    row, so that steps can go on naming it.
    """
    tables.execute("""
        CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE CHECK (name != ''),
            document_sha256 TEXT NOT NULL REFERENCES documents,
            model TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            passes INTEGER NOT NULL CHECK (passes >= 1),
            seed INTEGER NOT NULL,
            created TEXT NOT NULL
        ) STRICT""")
    tables.execute("CREATE INDEX conversations_by_document ON conversations (document_sha256)")
    tables.execute("""
        CREATE TABLE snapshots (
            sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
            size INTEGER NOT NULL,
            data BLOB CHECK (length(data) = size)
        ) STRICT""")
    tables.execute("""
        CREATE TRIGGER snapshots_never_change BEFORE UPDATE ON snapshots
        WHEN NEW.sha256 != OLD.sha256 OR NEW.size != OLD.size
            OR (NEW.data IS NOT NULL AND OLD.data IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'snapshots never change'); END""")
    tables.execute("""
        CREATE TABLE steps (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('created', 'sleep', 'turn', 'undo', 'import')),
            parent INTEGER UNIQUE CHECK (parent < seq),
            restores INTEGER CHECK (restores < seq),
            read INTEGER NOT NULL CHECK (read >= 0),
            slept INTEGER NOT NULL CHECK (slept BETWEEN 0 AND read),
            page INTEGER NOT NULL CHECK (page >= 0),
            snapshot TEXT REFERENCES snapshots,
            created TEXT NOT NULL,
            info TEXT NOT NULL,
            UNIQUE (conversation_id, seq),
            FOREIGN KEY (conversation_id, parent) REFERENCES steps (conversation_id, seq),
            FOREIGN KEY (conversation_id, restores) REFERENCES steps (conversation_id, seq),
            CHECK ((kind = 'created') = (parent IS NULL)),
            CHECK ((kind = 'undo') = (restores IS NOT NULL))
        ) STRICT""")
    tables.execute("CREATE INDEX steps_by_snapshot ON steps (snapshot)")
    tables.execute("""
        CREATE TRIGGER steps_never_change BEFORE UPDATE ON steps
        BEGIN SELECT RAISE(ABORT, 'steps never change'); END""")


def _turns(tables: sqlite_utils.Database) -> None:
    """A question is stored before it is answered, so that no crash can lose it."""
    tables.execute("""
        CREATE TABLE turns (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
            question TEXT NOT NULL,
            answer TEXT NOT NULL DEFAULT '',
            interrupted INTEGER NOT NULL DEFAULT 1 CHECK (interrupted IN (0, 1)),
            read INTEGER NOT NULL CHECK (read >= 0),
            slept INTEGER NOT NULL CHECK (slept BETWEEN 0 AND read),
            page INTEGER NOT NULL CHECK (page >= 0),
            step_seq INTEGER UNIQUE,
            info TEXT NOT NULL,
            FOREIGN KEY (conversation_id, step_seq) REFERENCES steps (conversation_id, seq),
            CHECK (interrupted OR step_seq IS NOT NULL)
        ) STRICT""")
    tables.execute("CREATE INDEX turns_by_conversation ON turns (conversation_id)")


def _outlines(tables: sqlite_utils.Database) -> None:
    """Documents get an outline, and a kind that no constraint has to know.

    The constraint goes with its column. A new table instead would mean to drop the old one, and
    with it by ``ON DELETE CASCADE`` every page.
    """
    tables.execute("ALTER TABLE documents ADD COLUMN format TEXT NOT NULL DEFAULT 'text'")
    tables.execute("UPDATE documents SET format = kind")
    tables.execute("ALTER TABLE documents DROP COLUMN kind")
    tables.execute("ALTER TABLE documents RENAME COLUMN format TO kind")
    tables.execute("ALTER TABLE documents ADD COLUMN outline TEXT NOT NULL DEFAULT '[]'")


def _terms(tables: sqlite_utils.Database) -> None:
    """Passages overlap and are indexed by terms of our own making, in any script."""
    tables.execute("DROP TABLE passages")
    _index(tables)


def _short_terms(tables: sqlite_utils.Database) -> None:
    """Words of one or two characters in Korean and Thai are terms as well."""
    _index_anew(tables)


def _index_anew(tables: sqlite_utils.Database) -> None:
    tables.execute("DROP TABLE passages")
    tables.execute("DROP TABLE passage_terms")
    _index(tables)


def _index(tables: sqlite_utils.Database) -> None:
    for statement in search.TABLES:
        tables.execute(statement)
    for (sha256,) in tables.execute("SELECT sha256 FROM documents ORDER BY rowid").fetchall():
        pages = tables.execute(
            "SELECT number, text FROM pages WHERE document_sha256 = ? ORDER BY number", (sha256,)
        )
        search.add(tables, sha256, pages.fetchall())


def _gists(tables: sqlite_utils.Database) -> None:
    """What was slept on is also told in words. A gist goes and comes with its sleep: it counts
    where its step is one of those that made the present memory."""
    tables.execute("""
        CREATE TABLE gists (
            id INTEGER PRIMARY KEY,
            conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
            step_seq INTEGER NOT NULL,
            kind TEXT NOT NULL,
            first INTEGER NOT NULL CHECK (first >= 1),
            last INTEGER NOT NULL CHECK (last >= first),
            text TEXT NOT NULL CHECK (text != ''),
            quoted INTEGER NOT NULL CHECK (quoted IN (0, 1)),
            model TEXT NOT NULL,
            created TEXT NOT NULL,
            FOREIGN KEY (conversation_id, step_seq) REFERENCES steps (conversation_id, seq)
        ) STRICT""")
    tables.execute("CREATE INDEX gists_by_step ON gists (conversation_id, step_seq)")


def _sums(tables: sqlite_utils.Database) -> None:
    """All rows are vouched for, as memories and pages are from the first. A step never changes
    once it has its sum."""
    tables.execute("DROP TRIGGER steps_never_change")
    for table in ("documents", "conversations", "steps", "turns", "gists"):
        tables.execute(f"ALTER TABLE {table} ADD COLUMN sum TEXT NOT NULL DEFAULT ''")
        for (row_id,) in tables.execute(f"SELECT rowid FROM {table}").fetchall():
            sums.seal(tables, table, row_id)
    tables.execute("""
        CREATE TRIGGER steps_never_change BEFORE UPDATE ON steps WHEN OLD.sum != ''
        BEGIN SELECT RAISE(ABORT, 'steps never change'); END""")


def _dropped(tables: sqlite_utils.Database) -> None:
    """A memory that was dropped to save space is told from one that is missing."""
    tables.execute(
        "ALTER TABLE snapshots ADD COLUMN"
        " dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1))"
    )
    tables.execute("UPDATE snapshots SET dropped = 1 WHERE data IS NULL")


def _schema_sum(tables: sqlite_utils.Database) -> None:
    """The tables themselves are vouched for; `apply` notes the sum once all are there."""
    tables.execute(schema.TABLE)


def _vectors(tables: sqlite_utils.Database) -> None:
    """Passages are found by what a sleep knows of them, too. Those slept on before have none."""
    tables.execute("""
        CREATE TABLE passage_vectors (
            document_sha256 TEXT NOT NULL REFERENCES documents ON DELETE CASCADE,
            model TEXT NOT NULL,
            first INTEGER NOT NULL CHECK (first >= 0),
            size INTEGER NOT NULL CHECK (size > 0),
            data BLOB NOT NULL CHECK (length(data) >= size AND length(data) % size = 0),
            sum TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (document_sha256, model, first)
        ) STRICT""")


def _stems(tables: sqlite_utils.Database) -> None:
    """``called`` has the stem of ``call``, and a ``shoulder`` is no ``should``."""
    _index_anew(tables)


def _sentences(tables: sqlite_utils.Database) -> None:
    """What a sleep knows is kept of every sentence, as it tells more than of a passage. Those slept
    on before have none."""
    tables.execute("DROP TABLE passage_vectors")
    tables.execute(vectors.TABLE)
    _index_anew(tables)


MIGRATIONS: tuple[Migration, ...] = (
    _documents,
    _passages,
    _conversations,
    _turns,
    _outlines,
    _terms,
    _gists,
    _short_terms,
    _sums,
    _dropped,
    _schema_sum,
    _vectors,
    _stems,
    _sentences,
)


def apply(tables: sqlite_utils.Database, *, latest: int = len(MIGRATIONS)) -> None:
    """Apply what is missing, within the caller's transaction."""
    version = tables.execute("PRAGMA user_version").fetchone()[0]
    for migration in MIGRATIONS[version:latest]:
        migration(tables)
    if latest >= schema.SINCE:
        schema.seal(tables)
    tables.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    tables.execute(f"PRAGMA user_version = {latest}")


def back_up(tables: sqlite_utils.Database, path: Path, version: int) -> None:
    """Copy a database to ``NAME.format-N`` beside it before it is migrated."""
    backup = path.with_name(f"{path.name}.format-{version}")
    # What is there can only be left from an attempt to migrate this same file; VACUUM INTO takes
    # an empty file, and would give a new one the default mode.
    backup.unlink(missing_ok=True)
    os.close(os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    tables.execute("VACUUM INTO ?", (str(backup),))
