"""Locks within one process; those between processes are in test_crashes."""

import os

import pytest

from sleepdoc.documents.types import Document
from sleepdoc.errors import BusyError, ExitCode
from sleepdoc.store import Conversation, Store


def test_a_conversation_is_held_once(store: Store, conversation: Conversation) -> None:
    with store.lock(conversation):
        with pytest.raises(BusyError, match=f"process {os.getpid()}") as raised:
            store.lock(conversation).__enter__()
        assert raised.value.exit_code == ExitCode.BUSY
    with store.lock(conversation):
        pass


def test_other_conversations_stay_free(
    store: Store, conversation: Conversation, document: Document
) -> None:
    other = store.create_conversation(document, model="m", fingerprint="f", passes=1, seed=0)
    with store.lock(conversation), store.lock(other):
        assert other.name == "the-five-orange-pips-2"


def test_a_lock_is_freed_when_its_block_fails(store: Store, conversation: Conversation) -> None:
    with pytest.raises(KeyError), store.lock(conversation):
        raise KeyError
    with store.lock(conversation):
        pass


def test_the_holder_named_is_the_present_one(store: Store, conversation: Conversation) -> None:
    with store.lock(conversation):
        (lock,) = store.path.parent.glob(f"*.locks/{conversation.id}")
    lock.write_text("9" * 20)
    with (
        store.lock(conversation),
        pytest.raises(BusyError, match=rf"\(process {os.getpid()}\)"),
        store.lock(conversation),
    ):
        pass
