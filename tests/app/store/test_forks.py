"""Redo, copies as of a page, and other names."""

from collections.abc import Callable

import pytest

from sleepdoc.errors import NotFoundError, UsageError
from sleepdoc.store import AS_OF, Conversation, Position, Step, Store

Memory = Callable[[int], bytes]


@pytest.fixture
def sleep(store: Store, conversation: Conversation, memory: Memory) -> Callable[[int], Step]:
    """Commit a sleep at the end of a page of ten tokens."""

    def commit(page: int) -> Step:
        return store.commit(
            conversation,
            parent=store.head(conversation),
            kind="sleep",
            position=Position(page * 10, page * 10, page),
            snapshot=memory(page),
        )

    return commit


@pytest.fixture
def ask(store: Store, conversation: Conversation) -> Callable[[str], Step]:
    def commit(question: str) -> Step:
        head = store.head(conversation)
        return store.finish_turn(
            conversation,
            store.begin_turn(conversation, question, head.position),
            "Because.",
            interrupted=False,
            parent=head,
            position=head.position,
        )

    return commit


Sleep = Callable[[int], Step]


def state(step: Step) -> tuple[Position, str | None]:
    return step.position, step.snapshot


def test_redo_takes_undos_back_one_by_one(
    store: Store, conversation: Conversation, sleep: Sleep
) -> None:
    states = [state(sleep(page)) for page in (1, 2, 3)]
    assert state(store.undo(conversation)) == states[1]
    assert state(store.undo(conversation)) == states[0]
    assert state(store.redo(conversation)) == states[1]
    assert state(store.redo(conversation)) == states[2]
    with pytest.raises(UsageError, match="nothing to redo"):
        store.redo(conversation)
    assert state(store.undo(conversation)) == states[1]
    assert [step.kind for step in store.lineage(conversation)].count("sleep") == 2


def test_after_something_new_there_is_nothing_to_redo(
    store: Store, conversation: Conversation, sleep: Sleep
) -> None:
    with pytest.raises(UsageError, match="nothing to redo"):
        store.redo(conversation)
    sleep(1)
    sleep(2)
    store.undo(conversation)
    sleep(3)
    with pytest.raises(UsageError, match="has gone on"):
        store.redo(conversation)


def test_a_copy_has_the_memories_the_turns_and_a_future_of_its_own(
    store: Store, conversation: Conversation, sleep: Sleep, ask: Callable[[str], Step]
) -> None:
    sleep(1)
    ask("early?")
    last = sleep(2)
    copy = store.fork(conversation)
    assert copy.name == "the-five-orange-pips-2"
    assert [step.kind for step in store.steps(copy)] == ["created", "sleep", "turn", "sleep"]
    assert store.head(copy).snapshot == last.snapshot
    assert [turn.question for turn in store.turns(copy)] == ["early?"]
    store.undo(copy)
    assert store.head(conversation) == last
    store.delete_conversation(conversation.name)
    assert store.load_snapshot(last.snapshot or "")


def test_as_of_a_page_is_as_of_the_last_sleep_that_knew_nothing_beyond_it(
    store: Store, conversation: Conversation, sleep: Sleep, ask: Callable[[str], Step]
) -> None:
    sleep(1)
    ask("early?")
    second = sleep(2)
    ask("late?")
    sleep(3)
    copy = store.fork(conversation, 2)
    assert state(store.head(copy)) == state(second)
    assert [turn.question for turn in store.turns(copy)] == ["early?"]
    assert int(store.steps(copy)[0].info[AS_OF]) == second.position.read
    with pytest.raises(UsageError, match=r"no memory at or before page 0.*pages: 1, 2, 3"):
        store.fork(conversation, 0)


def test_undone_sleeps_are_not_copied(
    store: Store, conversation: Conversation, sleep: Sleep
) -> None:
    first = sleep(1)
    sleep(2)
    store.undo(conversation)
    copy = store.fork(conversation)
    assert [step.kind for step in store.steps(copy)] == ["created", "sleep"]
    assert state(store.head(copy)) == state(first)
    assert store.check() == []


def test_another_name(store: Store, conversation: Conversation) -> None:
    other = store.fork(conversation)
    assert store.rename("the-five-orange-pips", "Annual  Report").name == "annual-report"
    assert store.conversation("annual").id == conversation.id
    assert store.rename("annual-report", "annual report").name == "annual-report"
    with pytest.raises(UsageError, match="already"):
        store.rename(other.name, "Annual Report")
    with pytest.raises(UsageError, match="needs a name"):
        store.rename(other.name, "  ")
    with pytest.raises(NotFoundError):
        store.rename("nothing", "something")


def test_a_size_is_what_deleting_frees(
    store: Store, conversation: Conversation, sleep: Sleep, memory: Memory
) -> None:
    assert store.sizes().of(conversation) < 1000
    sleep(1)
    alone = store.sizes().of(conversation)
    assert alone > len(memory(1))
    copy = store.fork(conversation)
    assert store.sizes().of(conversation) == 0
    store.delete_conversation(copy.name)
    assert store.sizes().of(conversation) == alone
