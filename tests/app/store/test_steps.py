"""Steps are a chain: only added to, each from the one before, and undone by adding."""

from collections.abc import Callable

import pytest

from sleepdoc.documents.types import Document
from sleepdoc.errors import ExitCode, StorageError, UsageError
from sleepdoc.store import Conversation, Position, Step, Store
from sleepdoc.store.driver import sqlite3

Sleep = Callable[[int], Step]


@pytest.fixture
def sleep(store: Store, conversation: Conversation, memory: Callable[[int], bytes]) -> Sleep:
    """Commit a sleep after so many tokens."""

    def commit(read: int) -> Step:
        return store.commit(
            conversation,
            parent=store.head(conversation),
            kind="sleep",
            position=Position(read, read, 1),
            snapshot=memory(read),
            info={"seconds": 1.5},
        )

    return commit


@pytest.fixture
def ask(store: Store, conversation: Conversation) -> Callable[[int], Step]:
    """Commit a turn after so many tokens."""

    def commit(read: int) -> Step:
        head = store.head(conversation)
        position = Position(read, head.position.slept, 1)
        return store.finish_turn(
            conversation,
            store.begin_turn(conversation, "Why?", position),
            "Because.",
            interrupted=False,
            parent=head,
            position=position,
        )

    return commit


def test_a_conversation_begins_with_nothing_read(store: Store, conversation: Conversation) -> None:
    (first,) = store.steps(conversation)
    assert (first.kind, first.parent, first.snapshot) == ("created", None, None)
    assert first.position == Position(read=0, slept=0, page=0)
    assert store.head(conversation) == first


def test_a_step_is_stored_as_it_was_committed(
    store: Store, conversation: Conversation, sleep: Sleep, memory: Callable[[int], bytes]
) -> None:
    step = sleep(512)
    assert store.head(conversation) == step
    assert (step.kind, step.position, step.info) == (
        "sleep",
        Position(512, 512, 1),
        {"seconds": 1.5},
    )
    assert step.parent == store.steps(conversation)[0].seq
    assert store.load_snapshot(str(step.snapshot)) == memory(512)


def test_a_step_without_a_memory_of_its_own_keeps_the_one_before(sleep: Sleep, ask: Sleep) -> None:
    assert ask(100).snapshot is None
    slept = sleep(512)
    assert ask(600).snapshot == slept.snapshot


def test_a_step_from_an_old_one_is_refused(
    store: Store, conversation: Conversation, sleep: Sleep, memory: Callable[[int], bytes]
) -> None:
    old = store.head(conversation)
    newest = sleep(512)
    with pytest.raises(StorageError, match=r"moved on in another process.*open it again"):
        store.commit(
            conversation,
            parent=old,
            kind="sleep",
            position=Position(600, 600, 1),
            snapshot=memory(600),
        )
    assert store.head(conversation) == newest
    assert len(store._database.rows("SELECT * FROM snapshots")) == 1


def test_steps_of_conversations_do_not_mix(
    store: Store, conversation: Conversation, document: Document, sleep: Sleep
) -> None:
    other = store.create_conversation(document, model="m", fingerprint="f", passes=1, seed=0)
    step = sleep(512)
    assert [each.kind for each in store.steps(other)] == ["created"]
    with pytest.raises(StorageError, match="moved on"):
        store.commit(other, parent=step, kind="sleep", position=Position())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE steps SET read = 7",
        "UPDATE snapshots SET data = zeroblob(size)",
        "UPDATE snapshots SET size = 1, data = NULL",
        "DELETE FROM snapshots",
        "INSERT INTO steps SELECT NULL, conversation_id, 'turn', parent, NULL, 0, 0, 0, NULL, '',"
        " '{}', '' FROM steps WHERE parent IS NOT NULL",
        "INSERT INTO steps SELECT NULL, conversation_id, 'turn', seq, NULL, 1, 2, 0, NULL, '',"
        " '{}', '' FROM steps ORDER BY seq DESC LIMIT 1",
        "INSERT INTO steps SELECT NULL, conversation_id, 'turn', 999, NULL, 0, 0, 0, NULL, '',"
        " '{}', '' FROM steps LIMIT 1",
    ],
    ids=["step", "bytes", "size", "used-snapshot", "second-child", "slept-unread", "no-parent"],
)
def test_the_database_itself_refuses_a_change_of_history(
    store: Store, conversation: Conversation, sleep: Sleep, change: str
) -> None:
    sleep(512)
    before = store.steps(conversation)
    with pytest.raises(sqlite3.IntegrityError), store._database.transaction() as tables:
        tables.execute(change)
    assert store.steps(conversation) == before


def test_undo_goes_back_to_before_the_last_sleep(
    store: Store, conversation: Conversation, sleep: Sleep, ask: Sleep
) -> None:
    first = sleep(512)
    asked = ask(700)
    sleep(1024)
    ask(1100)
    undone = store.undo(conversation)
    assert undone.kind == "undo"
    assert (undone.position, undone.snapshot) == (asked.position, first.snapshot)
    assert undone.restores == asked.seq
    assert store.head(conversation) == undone
    assert len(store.steps(conversation)) == 6


def test_undo_goes_back_further_each_time(
    store: Store, conversation: Conversation, sleep: Sleep
) -> None:
    sleeps = [sleep(512 * number) for number in (1, 2, 3)]
    assert store.undo(conversation).snapshot == sleeps[1].snapshot
    assert store.undo(conversation).snapshot == sleeps[0].snapshot
    again = sleep(600)
    assert store.undo(conversation).snapshot == sleeps[0].snapshot
    empty = store.undo(conversation)
    assert (empty.snapshot, empty.position) == (None, Position())
    assert again.seq in {step.seq for step in store.steps(conversation)}
    with pytest.raises(UsageError, match="nothing to undo") as raised:
        store.undo(conversation)
    assert raised.value.exit_code == ExitCode.USAGE


def test_the_lineage_leaves_out_what_was_undone(
    store: Store, conversation: Conversation, sleep: Sleep, ask: Sleep
) -> None:
    created = store.head(conversation)
    first, asked = sleep(512), ask(700)
    sleep(1024)
    undone = store.undo(conversation)
    last = sleep(1000)
    assert store.lineage(conversation) == [created, first, asked, undone, last]
