"""Databases of every earlier format become what a new one is."""

import dataclasses
import hashlib
import json
import stat
from pathlib import Path

import pytest
import sqlite_utils

from sleepdoc.documents.types import Document
from sleepdoc.store import Store, migrations
from sleepdoc.store.database import apply_settings, settings
from sleepdoc.store.driver import sqlite3

EARLIER = range(1, len(migrations.MIGRATIONS))


def schema(path: Path) -> set[tuple[str, str]]:
    with sqlite_utils.Database(sqlite3.connect(path)) as tables:
        return set(tables.execute("SELECT name, sql FROM sqlite_master").fetchall())


def make_earlier(path: Path, version: int, document: Document) -> None:
    """A database as the version of that format left it, with a document in it."""
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path, isolation_level=None)
    apply_settings(connection, settings(sqlite3.sqlite_version_info, patience_ms=1))
    tables = sqlite_utils.Database(connection)
    migrations.apply(tables, latest=1)
    insert_as_first(tables, document)
    migrations.apply(tables, latest=version)
    tables.close()


def insert_as_first(tables: sqlite_utils.Database, document: Document) -> None:
    """Store a document as the first format did: without an index, without an outline."""
    fields = {name: getattr(document, name) for name in ("sha256", "path", "name", "kind", "size")}
    fields |= {"title": document.title, "notices": json.dumps(document.notices)}
    tables["documents"].insert({**fields, "pages": len(document.pages)})
    for page in document.pages:
        checksum = hashlib.sha256(f"{page.number}\0{page.label}\0{page.text}".encode()).hexdigest()
        named = {**dataclasses.asdict(page), "sha256": checksum}
        tables["pages"].insert({"document_sha256": document.sha256, **named})


@pytest.mark.parametrize("version", EARLIER)
def test_an_earlier_format_is_migrated(
    tmp_path: Path, database: Path, document: Document, version: int
) -> None:
    make_earlier(database, version, document)
    Store.open(tmp_path / "new.db").close()
    with Store.open(database) as store:
        assert store.document(document.sha256) == dataclasses.replace(document, outline=())
        index = store.index(document.sha256)
        assert [each.page for each in index.load(index.holders("pip"))] == [1]
        store.create_conversation(document, model="m", fingerprint="f", passes=1, seed=0)
        assert store.check() == []
    assert schema(database) == schema(tmp_path / "new.db")


def test_an_index_of_terms_made_by_other_rules_is_made_again(
    database: Path, document: Document
) -> None:
    make_earlier(database, len(migrations.MIGRATIONS) - 1, document)
    with sqlite_utils.Database(sqlite3.connect(database)) as tables:
        tables.execute("UPDATE passage_terms SET terms = 'kile', heading = ''")
    with Store.open(database) as store:
        index = store.index(document.sha256)
        assert index.holders("pip")
        assert not index.holders("kile")


def test_a_kind_that_nobody_knew_needs_no_migration(store: Store, document: Document) -> None:
    """The CHECK on kinds is gone: a new format is a new word in a column."""
    strange = dataclasses.replace(document, kind="papyrus")
    store.add_document(strange)
    assert store.document(document.sha256) == strange


def test_pages_and_conversations_survive_the_change_of_documents(
    database: Path, document: Document
) -> None:
    make_earlier(database, 4, document)
    with sqlite_utils.Database(sqlite3.connect(database)) as tables:
        tables["conversations"].insert(
            {
                "name": "pips",
                "document_sha256": document.sha256,
                "model": "m",
                "fingerprint": "f",
                "passes": 1,
                "seed": 0,
                "created": "2026-01-01T00:00:00+00:00",
            }
        )
        tables["steps"].insert(
            {
                "conversation_id": 1,
                "kind": "created",
                "read": 0,
                "slept": 0,
                "page": 0,
                "created": "2026-01-01T00:00:00+00:00",
                "info": "{}",
            }
        )
    with Store.open(database) as store:
        assert store.conversation("pips").document_sha256 == document.sha256
        kept = store.document(document.sha256)
        assert kept is not None
        assert (kept.kind, kept.pages) == (document.kind, document.pages)
        assert store.check() == []


@pytest.mark.parametrize("version", EARLIER)
def test_the_earlier_file_is_kept(database: Path, document: Document, version: int) -> None:
    make_earlier(database, version, document)
    earlier = schema(database)
    Store.open(database).close()
    backup = database.with_name(f"sleepdoc.db.format-{version}")
    assert schema(backup) == earlier
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_migration_that_fails_changes_nothing(
    database: Path, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(tables: sqlite_utils.Database) -> None:
        tables.execute("DROP TABLE turns")
        tables.execute("PRAGMA user_version = 77")
        raise sqlite3.OperationalError("half way")

    with Store.open(database) as store:
        store.create_conversation(document, model="m", fingerprint="f", passes=1, seed=0)
    before = schema(database)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, fails))
    monkeypatch.setattr(migrations.apply, "__kwdefaults__", {"latest": len(migrations.MIGRATIONS)})
    with pytest.raises(sqlite3.OperationalError, match="half way"):
        Store.open(database)
    monkeypatch.undo()
    assert schema(database) == before
    with Store.open(database) as store:
        assert len(store.conversations()) == 1


def test_every_table_is_strict(store: Store) -> None:
    tables = store._database.rows("PRAGMA table_list")
    loose = {row["name"] for row in tables if row["type"] == "table" and not row["strict"]}
    assert loose == {"sqlite_schema", "sqlite_temp_schema", "sqlite_sequence"}


def test_a_file_says_whose_it_is(store: Store, database: Path) -> None:
    store.close()
    header = database.read_bytes()[:100]
    assert header[68:72] == b"SLDP"
    assert int.from_bytes(header[60:64], "big") == len(migrations.MIGRATIONS)


def test_an_up_to_date_file_is_opened_without_the_right_to_write(database: Path) -> None:
    Store.open(database).close()
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(database, patience_ms=1) as store:
        assert store.conversations() == []
    other.close()
