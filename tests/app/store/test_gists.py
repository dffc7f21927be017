"""Gists go and come with the sleep they were written after."""

from collections.abc import Callable

from sleepdoc.store import Conversation, Gist, Position, Step, Store

Memory = Callable[[int], bytes]


def gist(page: int, text: str = "Of tides.") -> Gist:
    return Gist("sleep", page, page, text, quoted=False, model="f")


def sleep(store: Store, conversation: Conversation, page: int, memory: Memory) -> Step:
    return store.commit(
        conversation,
        parent=store.head(conversation),
        kind="sleep",
        position=Position(page * 10, page * 10, page),
        snapshot=memory(page),
    )


def test_they_come_back_as_stored_in_the_order_of_the_pages(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    assert store.gists(conversation) == []
    step = sleep(store, conversation, 2, memory)
    written = [gist(1), Gist("whole", 1, 2, "“Low water.”", quoted=True, model="f"), gist(2)]
    for each in reversed(written):
        store.add_gist(conversation, step, each)
    assert store.gists(conversation) == written


def test_undo_takes_them_away_and_redo_brings_them_back(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    for page in (1, 2):
        store.add_gist(conversation, sleep(store, conversation, page, memory), gist(page))
    store.undo(conversation)
    assert store.gists(conversation) == [gist(1)]
    store.redo(conversation)
    assert store.gists(conversation) == [gist(1), gist(2)]


def test_a_fork_has_those_of_its_own_steps(
    store: Store, conversation: Conversation, memory: Memory
) -> None:
    for page in (1, 2):
        store.add_gist(conversation, sleep(store, conversation, page, memory), gist(page))
    whole, early = store.fork(conversation), store.fork(conversation, page=1)
    store.delete_conversation(conversation.name)
    assert store.gists(whole) == [gist(1), gist(2)]
    assert store.gists(early) == [gist(1)]
    assert store.check() == []
