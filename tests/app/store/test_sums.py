"""What was changed in a row behind the store's back is not shown, and is named."""

import re

import pytest

from sleepdoc.errors import StorageError
from sleepdoc.store import Conversation, Position, Store


@pytest.fixture
def answered(store: Store, conversation: Conversation) -> Store:
    for question in ("Who?", "Where?"):
        turn = store.begin_turn(conversation, question, Position())
        store.finish_turn(
            conversation,
            turn,
            "Five orange pips.",
            interrupted=False,
            parent=store.head(conversation),
            position=Position(),
        )
    return store


def change(store: Store, sql: str) -> None:
    with store._database.transaction() as tables:
        tables.execute("DROP TRIGGER steps_never_change")
        tables.execute(sql)


def test_a_changed_answer_is_not_shown(answered: Store, conversation: Conversation) -> None:
    assert answered.check() == []
    change(answered, "UPDATE turns SET answer = 'Six orange pips.' WHERE id = 1")
    assert [turn.question for turn in answered.turns(conversation)] == ["Where?"]
    (problem,) = answered.check()
    assert re.search("1 in turns is damaged", problem)


@pytest.mark.parametrize("field", ["page = 9", "info = '{'", "created = ''"])
def test_a_changed_step_is_refused(answered: Store, conversation: Conversation, field: str) -> None:
    change(answered, f"UPDATE steps SET {field} WHERE kind = 'turn'")
    with pytest.raises(StorageError, match=r"step \d+ .*damaged.*doctor"):
        answered.steps(conversation)
    assert len(answered.check()) == 2


def test_a_changed_conversation_is_not_listed(answered: Store) -> None:
    change(answered, "UPDATE conversations SET seed = seed + 1")
    assert answered.conversations() == []
    assert any("the-five-orange-pips" in problem for problem in answered.check())


def test_renamed_and_copied_ones_are_whole(answered: Store, conversation: Conversation) -> None:
    copy = answered.fork(answered.rename("the-five-orange-pips", "pips"))
    assert len(answered.turns(copy)) == 2
    assert {each.name for each in answered.conversations()} == {"pips", copy.name}
    assert answered.check() == []


def test_a_step_that_lost_the_one_before_it_is_named(answered: Store) -> None:
    tables = answered._database._tables
    tables.execute("PRAGMA foreign_keys = 0")
    first, *_, last = tables.execute("SELECT seq FROM steps ORDER BY seq").fetchall()
    tables.execute("DELETE FROM steps WHERE seq > ? AND seq < ?", (*first, *last))
    assert any(f"step {last[0]} " in problem for problem in answered.check())
