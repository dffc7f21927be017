"""What a repair makes of a damaged database: a sound one, with everything that was whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document
from sleepdoc.errors import StorageError
from sleepdoc.store import Conversation, Gist, Position, Store
from sleepdoc.store.driver import sqlite3
from sleepdoc.store.repairs import repair

SLEEPS = 3


@pytest.fixture
def filled(
    store: Store, conversation: Conversation, memory: Callable[[int], bytes]
) -> tuple[Path, bytes]:
    """A closed database with three memories, two answers and a gist; and its bytes."""
    for number in range(1, SLEEPS + 1):
        step = store.commit(
            conversation,
            parent=store.head(conversation),
            kind="sleep",
            position=Position(number, number, 1),
            snapshot=memory(number),
        )
        if number < SLEEPS:
            store.finish_turn(
                conversation,
                store.begin_turn(conversation, f"Question {number}?", step.position),
                f"Answer {number}.",
                interrupted=False,
                parent=step,
                position=step.position,
            )
    store.add_gist(conversation, step, Gist("sleep", 1, 1, "A letter came.", False, "f1"))
    store.close()
    return store.path, store.path.read_bytes()


def change(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA ignore_check_constraints = ON", *statements):
        connection.execute(statement)
    connection.close()


def repaired(path: Path) -> tuple[list[str], Store]:
    """What was lost, and the copy, sound; the damaged file is as it was."""
    before = path.read_bytes()
    made = repair(path)
    assert path.read_bytes() == before
    assert made.path == path.with_name("sleepdoc.db.repaired-1")
    copy = Store.open(made.path)
    assert copy.check() == []
    return made.lost, copy


def everything(store: Store) -> list[object]:
    (conversation,) = store.conversations()
    return [
        conversation,
        store.document_of(conversation),
        store.steps(conversation),
        store.turns(conversation),
        store.gists(conversation),
        store.snapshot_sizes(conversation),
    ]


def test_of_a_sound_database_everything_comes_over(filled: tuple[Path, bytes]) -> None:
    lost, copy = repaired(filled[0])
    with copy, Store.open(filled[0]) as original:
        assert lost == []
        assert everything(copy) == everything(original)
        index = copy.index("d0" * 32)
        assert [each.page for each in index.load(index.holders("pip"))] == [1]
    assert repair(filled[0]).path.name == "sleepdoc.db.repaired-2", "nothing is replaced"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sqlite_schema SET sql = replace(sql, 'created', 'creaked') WHERE name = 'steps'",
        "UPDATE sqlite_schema SET name = 'pagan', tbl_name = 'pagan',"
        " sql = replace(sql, 'pages', 'pagan') WHERE name = 'pages'",
        "UPDATE sqlite_schema SET sql = 'CREATE' WHERE name = 'turns'",
        "UPDATE passage_terms_config SET v = 9 WHERE k = 'version'",
        "DELETE FROM passage_terms_content",
        "DELETE FROM schema_sum",
    ],
    ids=["column", "table", "nonsense", "index setting", "index", "sum"],
)
def test_what_only_describes_the_rows_costs_none(
    filled: tuple[Path, bytes], tmp_path: Path, statement: str
) -> None:
    (tmp_path / "sound.db").write_bytes(filled[1])
    change(filled[0], "PRAGMA writable_schema = ON", statement)
    lost, copy = repaired(filled[0])
    with copy, Store.open(tmp_path / "sound.db") as original:
        assert lost == []
        assert everything(copy) == everything(original)


def test_a_damaged_answer_is_left_out_alone(filled: tuple[Path, bytes]) -> None:
    change(filled[0], "UPDATE turns SET answer = 'Answer 7.' WHERE id = 1")
    lost, copy = repaired(filled[0])
    with copy:
        (conversation,) = copy.conversations()
        assert lost == [f"a question of {conversation.name!r}"]
        assert [turn.answer for turn in copy.turns(conversation)] == ["Answer 2."]


def test_a_damaged_memory_takes_the_conversation_back_to_the_one_before(
    filled: tuple[Path, bytes], memory: Callable[[int], bytes]
) -> None:
    content = bytearray(filled[1])
    at = content.index(memory(SLEEPS)[-200:])
    content[at] ^= 1
    filled[0].write_bytes(content)
    lost, copy = repaired(filled[0])
    with copy:
        (conversation,) = copy.conversations()
        assert lost == [f"the memory of {conversation.name!r}, which is back at page 1"]
        head = copy.head(conversation)
        assert head.position == Position(2, 2, 1)
        assert copy.load_snapshot(str(head.snapshot)) == memory(2)
        again = copy.commit(
            conversation,
            parent=head,
            kind="sleep",
            position=Position(3, 3, 1),
            snapshot=memory(SLEEPS),
        )
        assert copy.load_snapshot(str(again.snapshot)) == memory(SLEEPS)
        assert copy.check() == []


def test_a_damaged_memory_to_go_back_to_changes_nothing_else(
    filled: tuple[Path, bytes], memory: Callable[[int], bytes]
) -> None:
    change(filled[0], "DROP TRIGGER snapshots_never_change", "UPDATE snapshots SET data = NULL")
    with pytest.raises(StorageError):
        Store.open(filled[0])
    lost, copy = repaired(filled[0])
    with copy:
        (conversation,) = copy.conversations()
        assert lost == [f"the memory of {conversation.name!r}, which is back at page 0"]
        assert len(copy.turns(conversation)) == 2


def test_steps_count_up_to_the_first_that_is_damaged(filled: tuple[Path, bytes]) -> None:
    change(
        filled[0],
        "DROP TRIGGER steps_never_change",
        "UPDATE steps SET read = 99 WHERE seq = (SELECT max(seq) FROM steps WHERE kind = 'turn')",
    )
    lost, copy = repaired(filled[0])
    with copy:
        (conversation,) = copy.conversations()
        assert lost == [f"the last steps of {conversation.name!r}, which is back at page 1"]
        assert copy.head(conversation).position == Position(2, 2, 1)
        first, second = copy.turns(conversation)
        assert (first.interrupted, second.interrupted) == (False, True)
        assert second.answer == "Answer 2.", "what was written stays"


def test_a_damaged_text_takes_its_conversation_along(filled: tuple[Path, bytes]) -> None:
    change(filled[0], "UPDATE pages SET text = 'x' WHERE number = 1")
    lost, copy = repaired(filled[0])
    with copy:
        assert copy.conversations() == []
    assert len(lost) == 2 and "the text of" in lost[0] and "the conversation" in lost[1]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_overwritten_the_copy_says_nothing_that_was_not_stored(
    filled: tuple[Path, bytes], document: Document, seed: int
) -> None:
    path, content = filled
    with Store.open(path) as store:
        (conversation,) = store.conversations()
        steps, turns = store.steps(conversation), store.turns(conversation)
    damaged = bytearray(content)
    size = 1 if seed % 2 else 700
    at = (seed * 104_729 + 4096) % (len(content) - size)
    damaged[at : at + size] = bytes(byte ^ 0x5A for byte in damaged[at : at + size])
    path.write_bytes(damaged)
    try:
        _, copy = repaired(path)
    except StorageError as error:
        assert "\n" not in str(error)
        assert path.read_bytes() == damaged
        return
    with copy:
        for found in copy.conversations():
            assert copy.document_of(found) == document
            assert [s for s in copy.steps(found) if s.kind != "undo"] == [
                s for s in steps if s in copy.steps(found)
            ]
            assert {(t.question, t.answer) for t in copy.turns(found)} <= {
                (t.question, t.answer) for t in turns
            }


def test_what_is_none_of_ours_is_not_repaired(tmp_path: Path) -> None:
    notes = tmp_path / "sleepdoc.db"
    notes.write_text("Dear diary, " * 100)
    with pytest.raises(StorageError, match="nothing of it can be read"):
        repair(notes)
    assert [path.name for path in tmp_path.glob("*repaired*")] == []
    other = tmp_path / "places.db"
    change(other, "CREATE TABLE places (url TEXT)")
    with pytest.raises(StorageError, match="nothing of it can be read"):
        repair(other)
