"""A backup is a database of its own, sound before anybody relies on it; restoring loses nothing."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document
from sleepdoc.errors import StorageError, UsageError
from sleepdoc.store import Conversation, Position, Store, backups


@pytest.fixture
def filled(store: Store, conversation: Conversation, memory: Callable[[int], bytes]) -> Store:
    store.commit(
        conversation,
        parent=store.head(conversation),
        kind="sleep",
        position=Position(1, 1, 1),
        snapshot=memory(1),
    )
    return store


def test_a_backup_holds_everything_and_is_private(
    filled: Store, conversation: Conversation, tmp_path: Path
) -> None:
    target = tmp_path / "backup.db"
    turn = filled.begin_turn(conversation, "Who?", Position(1, 1, 1))  # still in the log
    assert filled.back_up(target) == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir() if "backup" in file.name] == ["backup.db"]
    with Store.open(target) as copy:
        assert copy.check() == []
        assert copy.steps(conversation) == filled.steps(conversation)
        assert [each.id for each in copy.turns(conversation)] == [turn]


def test_a_backup_replaces_nothing(filled: Store, tmp_path: Path) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        filled.back_up(target)
    assert target.read_text() == "mine"
    with pytest.raises(UsageError, match="no directory"):
        filled.back_up(tmp_path / "nowhere" / "backup.db")


def test_what_is_damaged_is_no_backup(filled: Store, tmp_path: Path) -> None:
    with filled._database.transaction() as tables:
        tables.execute("UPDATE turns SET answer = 'x'")
        tables.execute("UPDATE documents SET title = 'Another'")
    with pytest.raises(StorageError, match=r"not sound.*in documents is damaged"):
        filled.back_up(tmp_path / "backup.db")
    assert not list(tmp_path.glob("*backup*"))


def test_restoring_puts_aside_what_was_there(
    filled: Store, document: Document, conversation: Conversation, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    filled.back_up(backup)
    filled.begin_turn(conversation, "Later?", Position())
    filled.close()
    aside = backups.restore(backup, filled.path)
    assert aside is not None
    with Store.open(filled.path) as restored, Store.open(aside) as before:
        assert restored.turns(conversation) == []
        assert restored.document(document.sha256) == document
        assert [turn.question for turn in before.turns(conversation)] == ["Later?"]
        assert any(str(aside) in line for line in restored.leftovers())


@pytest.mark.parametrize("content", [b"", b"no database", None], ids=["empty", "other", "none"])
def test_what_is_no_backup_changes_nothing(
    filled: Store, tmp_path: Path, content: bytes | None
) -> None:
    filled.close()
    before = filled.path.read_bytes()
    source = tmp_path / "source.db"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises((StorageError, UsageError)):
        backups.restore(source, filled.path)
    assert filled.path.read_bytes() == before
    assert not list(filled.path.parent.glob(".*.tmp*"))


def test_a_damaged_backup_is_not_restored(filled: Store, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    filled.back_up(backup)
    content = bytearray(backup.read_bytes())
    content[-2000] ^= 1
    backup.write_bytes(content)
    os.truncate(backup, len(content) // 2)
    with pytest.raises(StorageError):
        backups.restore(backup, filled.path)


def test_what_is_left_over_is_named(filled: Store, document: Document) -> None:
    assert filled.leftovers() == []
    filled.delete_conversation("the-five-orange-pips")
    filled.add_document(document)
    filled.path.with_name("sleepdoc.db.format-3").touch()
    (backup,) = filled.leftovers()
    assert "format-3" in backup
    assert list(filled.unused_documents()) == [document.sha256]
    filled.collect()
    assert filled.unused_documents() == {}
