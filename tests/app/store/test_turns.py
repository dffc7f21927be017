"""A question is stored before it is answered."""

from pathlib import Path

import pytest

from sleepdoc.documents.types import Document
from sleepdoc.errors import StorageError
from sleepdoc.store import Conversation, Position, Store, StoredTurn

POSITION = Position(700, 512, 3)


def test_a_question_is_kept_though_nobody_answers(
    store: Store, conversation: Conversation, database: Path
) -> None:
    turn = store.begin_turn(conversation, "Why?", POSITION, info={"citations": [3]})
    with Store.open(database) as another_process:
        assert another_process.turns(conversation) == [
            StoredTurn(
                id=turn,
                question="Why?",
                answer="",
                interrupted=True,
                position=POSITION,
                step_seq=None,
                info={"citations": [3]},
            )
        ]
    assert store.head(conversation).kind == "created"


def test_turns_come_back_in_the_order_they_were_asked(
    store: Store, conversation: Conversation
) -> None:
    for question in ("Why?", "Who?", "Why?", "When?"):
        store.begin_turn(conversation, question, POSITION)
    asked = [turn.question for turn in store.turns(conversation)]
    assert asked == ["Why?", "Who?", "Why?", "When?"]


@pytest.mark.parametrize("interrupted", [False, True])
def test_an_answer_is_stored_with_its_step(
    store: Store, conversation: Conversation, interrupted: bool
) -> None:
    turn = store.begin_turn(conversation, "Why?", POSITION)
    step = store.finish_turn(
        conversation,
        turn,
        "Because",
        interrupted=interrupted,
        parent=store.head(conversation),
        position=POSITION,
        info={"tokens": 1},
    )
    assert (step.kind, step.info) == ("turn", {"tokens": 1})
    assert store.head(conversation) == step
    (stored,) = store.turns(conversation)
    assert (stored.answer, stored.interrupted) == ("Because", interrupted)
    assert stored.step_seq == step.seq


def test_an_answer_from_an_old_step_is_not_stored(store: Store, conversation: Conversation) -> None:
    old = store.head(conversation)
    turn = store.begin_turn(conversation, "Why?", POSITION)
    newest = store.commit(conversation, parent=old, kind="sleep", position=POSITION)
    with pytest.raises(StorageError, match="moved on"):
        store.finish_turn(
            conversation, turn, "Because.", interrupted=False, parent=old, position=POSITION
        )
    assert store.head(conversation) == newest
    assert store.turns(conversation)[0].interrupted


def test_a_turn_is_finished_once_and_by_its_own_conversation(
    store: Store, conversation: Conversation, document: Document
) -> None:
    def finish(conversation: Conversation) -> None:
        store.finish_turn(
            conversation,
            turn,
            "Because.",
            interrupted=False,
            parent=store.head(conversation),
            position=POSITION,
        )

    other = store.create_conversation(document, model="m", fingerprint="f", passes=1, seed=0)
    turn = store.begin_turn(conversation, "Why?", POSITION)
    with pytest.raises(ValueError, match="not an unfinished turn"):
        finish(other)
    assert store.head(other).kind == "created"
    finish(conversation)
    with pytest.raises(ValueError, match="not an unfinished turn"):
        finish(conversation)
    assert len(store.steps(conversation)) == 2
