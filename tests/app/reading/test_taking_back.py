"""Undo, redo, and questions that leave no trace, in a session."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sleepdoc.errors import UsageError
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    Event,
    SleepFinished,
    SleepStarted,
    Undone,
)

Until = Callable[[Iterable[Event], type], list[Event]]


def test_undo_goes_back_reading_repairs_it(desk: Any) -> None:
    session = desk.session()
    list(session.read())
    name, memories = session.conversation, desk.snapshots(session.conversation)
    before = session.progress
    (undone,) = session.undo()
    assert isinstance(undone, Undone) and not undone.redone
    assert undone.before == before and undone.progress == session.progress
    assert session.progress.tokens < before.tokens
    assert len(undone.slept) == len(memories) - 1
    list(session.read())
    assert desk.snapshots(name)[-1] == memories[-1]


def test_undo_goes_back_as_far_after_a_question_that_took_the_windows_place(desk: Any) -> None:
    session = desk.session()
    list(session.read())
    list(session.ask("Who keeps house 1?", closed_book=True))
    (undone,) = session.undo()
    assert not undone.progress.finished and undone.progress == session.progress


def test_redo_is_as_if_nothing_had_been_undone(desk: Any) -> None:
    session = desk.session()
    list(session.read())
    before, sleeps = session.progress, session.sleeps
    list(session.undo())
    (redone,) = session.redo()
    assert isinstance(redone, Undone) and redone.redone
    assert (session.progress, session.sleeps) == (before, sleeps)
    with pytest.raises(UsageError):
        list(session.redo())


def test_without_a_sleep_there_is_nothing_to_undo_and_all_goes_on(desk: Any) -> None:
    session = desk.session()
    with pytest.raises(UsageError, match="nothing to undo"):
        list(session.undo())
    assert isinstance(list(session.ask("Why?"))[-1], AnswerFinished)


def test_a_question_by_the_way_leaves_no_trace(desk: Any, until: Until) -> None:
    session = desk.session()
    until(session.read(), SleepFinished)
    name, progress = session.conversation, session.progress
    steps = len(desk.steps(name))
    events = list(session.ask("Who keeps house 1?", kept=False))
    asked = next(event for event in events if isinstance(event, Answering))
    assert not asked.kept and isinstance(events[-1], AnswerFinished) and events[-1].answer
    assert desk.turns(name) == [] and len(desk.steps(name)) == steps
    assert session.progress == progress
    list(session.read())
    assert desk.snapshots(name) == desk.uninterrupted()


def test_by_the_way_does_not_sleep_for_want_of_room(desk: Any) -> None:
    session = desk.session()
    for number, _ in enumerate(session.read()):
        if number == 1:  # two pieces fill the window
            session.pause()
    session.proceed()
    question = "Who keeps the house, and why does nobody see it?"
    events = list(session.ask(question, kept=False))
    assert not any(isinstance(event, SleepStarted) for event in events)
    assert isinstance(events[-1], AnswerFinished)
    assert any(isinstance(event, SleepStarted) for event in session.ask(question))
