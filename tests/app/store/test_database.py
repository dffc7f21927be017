"""The connection: settings that took, private files, transactions, and failures as one line."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from sleepdoc.documents.types import Document
from sleepdoc.errors import StorageError
from sleepdoc.store import Conversation, Position, Store
from sleepdoc.store.database import apply_settings, log_is_safe, settings
from sleepdoc.store.driver import sqlite3

APP = Path(__file__).resolve().parents[3] / "app"

WITHOUT_PYSQLITE3 = """
import sys
sys.modules["pysqlite3"] = None
from pathlib import Path
from sleepdoc.store import Position, Store
from sleepdoc.store.database import settings
from sleepdoc.store.driver import sqlite3
assert sqlite3.__name__ == "sqlite3"
with Store.open(Path(sys.argv[1])) as store:
    conversation = store.conversation("the-five-orange-pips")
    store.commit(conversation, parent=store.head(conversation), kind="sleep",
                 position=Position(9, 9, 1))
    assert store.index(conversation.document_sha256).holders("pondicherri")
    found = {name: store._database.rows(f"PRAGMA {name}")[0][name]
             for name in ("journal_mode", "synchronous")}
    wanted = settings(sqlite3.sqlite_version_info, 1)
    assert found == {name: wanted[name] for name in found}, found
    assert store.check() == []
"""

IN_A_SMALL_FILE = """
import resource, sys
from pathlib import Path
from sleepdoc.errors import StorageError
from sleepdoc.store import Position, Store
with Store.open(Path(sys.argv[1])) as store:
    conversation = store.conversation("the")
    head = store.head(conversation)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    try:
        store.commit(conversation, parent=head, kind="sleep", position=Position(1, 1, 1),
                     info={"much": "x" * 300_000})
    except StorageError as error:
        print(error)
    assert store.head(conversation) == head
"""


def run(script: str, database: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, str(database)],
        env=os.environ | {"PYTHONPATH": str(APP)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", settings(sqlite3.sqlite_version_info, patience_ms=10_000), ids=str)
def test_every_setting_is_in_force(store: Store, name: str) -> None:
    wanted = settings(sqlite3.sqlite_version_info, patience_ms=10_000)[name]
    (row,) = store._database.rows(f"PRAGMA {name}")
    assert list(row.values()) == [2 if wanted == "fast" else wanted]


def test_deleted_space_can_be_given_back(store: Store) -> None:
    assert store._database.rows("PRAGMA auto_vacuum") == [{"auto_vacuum": 2}]


def test_the_log_is_synced_at_every_commit() -> None:
    assert settings((3, 53, 4), 1)["journal_mode"] == "wal"
    assert settings((3, 53, 4), 1)["synchronous"] == 2
    assert settings((3, 40, 1), 1)["journal_mode"] == "delete"
    assert settings((3, 40, 1), 1)["synchronous"] == 3


@pytest.mark.parametrize("setting", [("sinchronous", 2), ("synchronous", "FUL")])
def test_a_misspelt_setting_is_noticed(tmp_path: Path, setting: tuple[str, int | str]) -> None:
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    apply_settings(connection, {"synchronous": 2})
    connection.execute("PRAGMA {} = {}".format(*setting))  # SQLite itself says nothing
    with pytest.raises(StorageError, match=setting[0]):
        apply_settings(connection, dict([setting]))
    connection.close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_a_log_is_used_only_where_it_is_safe(version: tuple[int, ...], safe: bool) -> None:
    assert log_is_safe(version) is safe


def test_python_s_own_sqlite_serves_the_same_file(
    store: Store, conversation: Conversation, database: Path
) -> None:
    store.close()
    ended = run(WITHOUT_PYSQLITE3, database)
    assert (ended.returncode, ended.stderr) == (0, "")
    with Store.open(database) as again:
        assert again.head(conversation).kind == "sleep"


def test_everything_stored_is_private(database: Path, document: Document) -> None:
    before = os.umask(0)
    try:
        with Store.open(database) as store:
            conversation = store.create_conversation(
                document, model="m", fingerprint="f", passes=1, seed=0
            )
            with store.lock(conversation):
                modes = {
                    path.relative_to(database.parent.parent).as_posix(): stat.S_IMODE(
                        path.stat().st_mode
                    )
                    for path in database.parent.parent.rglob("*")
                }
    finally:
        os.umask(before)
    locks = "data/sleepdoc.db.locks"
    directories = {name: mode for name, mode in modes.items() if name in ("data", locks)}
    files = {name: mode for name, mode in modes.items() if name not in directories}
    assert directories == {"data": 0o700, locks: 0o700}
    assert {"data/sleepdoc.db", f"{locks}/{conversation.id}"} <= files.keys()
    assert set(files.values()) == {0o600}


def test_a_block_that_fails_leaves_nothing(store: Store, conversation: Conversation) -> None:
    with pytest.raises(KeyError), store._database.transaction() as tables:
        tables.execute("DELETE FROM conversations")
        raise KeyError
    assert store.conversations() == [conversation]


@contextmanager
def writing(database: Path) -> Iterator[None]:
    """Another program that is in the middle of writing."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE written_by_another (x)")
    try:
        yield
    finally:
        other.execute("COMMIT")
        other.close()


def test_a_writer_waits_for_another(
    store: Store, conversation: Conversation, database: Path
) -> None:
    def sleep() -> None:
        with Store.open(database) as store:
            head = store.head(conversation)
            store.commit(conversation, parent=head, kind="sleep", position=Position(9, 9, 1))

    waiting = threading.Thread(target=sleep)
    with writing(database):
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join()
    assert store.head(conversation).position == Position(9, 9, 1)
    assert store._database.rows("SELECT 1 FROM sqlite_master WHERE name = 'written_by_another'")


def test_a_writer_does_not_wait_for_ever(database: Path, store: Store, document: Document) -> None:
    with (
        Store.open(database, patience_ms=1) as hasty,
        writing(database),
        pytest.raises(StorageError, match="another program keeps the database locked"),
    ):
        hasty.add_document(document)
    assert store.document(document.sha256) is None


def test_a_full_disk_costs_only_the_step_under_way(
    store: Store, conversation: Conversation, memory: Callable[[int], bytes]
) -> None:
    def commit(number: int) -> None:
        store.commit(
            conversation,
            parent=store.head(conversation),
            kind="sleep",
            position=Position(number, number, 1),
            snapshot=memory(number),
        )

    commit(1)
    (pages,) = store._database.rows("PRAGMA page_count")[0].values()
    store._database.rows(f"PRAGMA max_page_count = {pages + 3}")
    saved = store.steps(conversation)
    with pytest.raises(StorageError, match=r"disk is full.*free some space"):
        commit(2)
    assert store.steps(conversation) == saved
    assert store.check() == []

    store._database.rows("PRAGMA max_page_count = 1000000")
    commit(2)
    assert [step.position.read for step in store.steps(conversation)] == [0, 1, 2]


def test_a_failing_disk_is_one_line(
    store: Store, conversation: Conversation, database: Path
) -> None:
    store.close()
    ended = run(IN_A_SMALL_FILE, database)
    assert ended.returncode == 0, ended.stderr
    (line,) = ended.stdout.splitlines()
    assert "the disk failed; what was saved before is intact" in line


def test_a_database_that_cannot_be_written_is_one_line(store: Store, document: Document) -> None:
    store._database._tables.execute("PRAGMA query_only = 1")
    with pytest.raises(StorageError, match=r"cannot be written.*--db.*\(SQLITE_READONLY\)$"):
        store.add_document(document)


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        Store.open(tmp_path / "file" / "sleepdoc.db")


def open_files() -> list[str]:
    """Targets of this process's descriptors; the one that lists them is gone by then."""
    descriptors = Path("/proc/self/fd")
    return sorted(os.readlink(link) for link in descriptors.iterdir() if os.path.lexists(link))


def test_no_file_handle_is_left_when_opening_fails(tmp_path: Path) -> None:
    before = open_files()
    with (
        patch("sleepdoc.store.database.settings", return_value={"sinchronous": 2}),
        pytest.raises(StorageError, match="sinchronous") as raised,
    ):
        Store.open(tmp_path / "sleepdoc.db")
    assert raised.tb  # the frames of the failed call, and what they refer to, are still there
    assert open_files() == before
