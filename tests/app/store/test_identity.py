"""Files that are not ours, or not for us yet, stay as they are."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sleepdoc.errors import ExitCode, StorageError
from sleepdoc.store import Conversation, Store, identity
from sleepdoc.store.driver import sqlite3
from sleepdoc.store.migrations import MIGRATIONS


def contents(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, " * 100)
    before = contents(tmp_path)
    with pytest.raises(StorageError, match=r"not a sleepdoc database.*--db") as raised:
        Store.open(tmp_path / "notes.txt")
    assert raised.value.exit_code == ExitCode.STORAGE
    assert contents(tmp_path) == before
    assert list(tmp_path.iterdir()) == [tmp_path / "notes.txt"]


def test_a_database_of_another_program(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "places.sqlite")
    connection.execute("CREATE TABLE places (url TEXT)")
    connection.close()
    before = contents(tmp_path)
    with pytest.raises(StorageError, match="database of another program"):
        Store.open(tmp_path / "places.sqlite")
    assert contents(tmp_path) == before
    assert list(tmp_path.iterdir()) == [tmp_path / "places.sqlite"]


def test_a_newer_database(store: Store, conversation: Conversation, database: Path) -> None:
    newer = len(MIGRATIONS) + 1
    store._database._tables.execute(f"PRAGMA user_version = {newer}")
    store.close()
    before = contents(database.parent)
    with pytest.raises(StorageError, match=rf"newer sleepdoc \(format {newer}.*upgrade"):
        Store.open(database)
    assert contents(database.parent) == before


def test_a_newer_database_whose_writer_crashed(
    store: Store, conversation: Conversation, database: Path, tmp_path: Path
) -> None:
    store._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    store._database._tables.execute("PRAGMA user_version = 99")
    copy = tmp_path / "copy.db"
    for suffix in ("", "-wal"):
        shutil.copy(f"{database}{suffix}", f"{copy}{suffix}")
    before = [Path(f"{copy}{suffix}").read_bytes() for suffix in ("", "-wal")]
    with pytest.raises(StorageError, match=r"newer sleepdoc \(format 99"):
        Store.open(copy)
    assert [Path(f"{copy}{suffix}").read_bytes() for suffix in ("", "-wal")] == before


def test_an_empty_file_is_welcome(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with Store.open(tmp_path / "empty.db") as store:
        assert store.conversations() == []


def test_a_file_whose_first_page_was_torn_by_a_power_cut_is_welcome(tmp_path: Path) -> None:
    # A later sector of the page came to the disk and the first did not; the journal was synced
    # before. Its header: magic, records, nonce, pages before, sector, page (fileformat.html, 3).
    (tmp_path / "torn.db").write_bytes(bytes(512) + b"\xff" * 1024)
    fields = (0, 7, 0, 512, 4096)
    header = b"".join(number.to_bytes(4, "big") for number in fields)
    magic = bytes.fromhex("d9d505f920a163d7")
    (tmp_path / "torn.db-journal").write_bytes((magic + header).ljust(512, b"\0"))
    with Store.open(tmp_path / "torn.db") as store:
        assert store.conversations() == []


def test_zeros_without_a_journal_are_no_database(tmp_path: Path) -> None:
    (tmp_path / "zeros").write_bytes(bytes(1024))
    with pytest.raises(StorageError, match="not a sleepdoc database"):
        Store.open(tmp_path / "zeros")


def test_a_file_whose_making_was_interrupted_is_welcome(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "begun.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.close()
    assert (tmp_path / "begun.db").stat().st_size
    with Store.open(tmp_path / "begun.db") as store:
        assert store.conversations() == []


def test_a_file_that_is_made_while_it_is_looked_at_is_welcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "made.db"
    maker = sqlite3.connect(path, isolation_level=None)
    maker.execute("PRAGMA journal_mode = wal")
    maker.execute("PRAGMA user_version = 1")  # begins the log

    class Overtaken(sqlite3.Connection):
        def execute(self, sql: str, /, *parameters: Any) -> Any:
            found = super().execute(sql, *parameters)
            if sql == "PRAGMA application_id":
                maker.execute("BEGIN")
                maker.execute("CREATE TABLE documents (id)")
                maker.execute(f"PRAGMA application_id = {identity.APPLICATION_ID}")
                maker.execute("COMMIT")
            return found

    connect = partial(sqlite3.connect, factory=Overtaken)
    monkeypatch.setattr(identity.sqlite3, "connect", connect)
    identity.refuse_unfit(path, latest=1)
    maker.close()
