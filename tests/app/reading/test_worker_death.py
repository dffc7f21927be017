"""The worker's death is an event: the conversation goes on from its last step."""

import os
import signal

import pytest

from sleepdoc.errors import ModelError
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    AnswerText,
    ModelReady,
    Reading,
    ReadingFinished,
    SleepFinished,
    SleepPass,
    SleepStarted,
    WorkerDied,
)


def kill(desk) -> None:
    os.kill(desk.engine.pid, signal.SIGKILL)


@pytest.mark.parametrize("moment", [Reading, SleepStarted, SleepPass, SleepFinished])
def test_reading_goes_on_after_a_death(mortal_desk, until, moment) -> None:
    expected = mortal_desk.uninterrupted()
    session = mortal_desk.session()
    reading = session.read()
    until(reading, SleepFinished)
    until(reading, moment)
    kill(mortal_desk)
    rest = list(reading)
    died = next(event for event in rest if isinstance(event, WorkerDied))
    assert "SIGKILL" in died.reason
    assert isinstance(rest[rest.index(died) + 1], ModelReady)
    assert isinstance(rest[-1], ReadingFinished)
    assert mortal_desk.snapshots(session.conversation) == expected


def test_a_death_before_the_answer_begins_costs_nothing(mortal_desk, until) -> None:
    (expected,) = of(mortal_desk.session().ask("Who?"), AnswerFinished)
    session = mortal_desk.session()
    asking = session.ask("Who?")
    until(asking, Answering)
    kill(mortal_desk)
    (finished,) = of(asking, AnswerFinished)
    assert finished.answer == expected.answer and not finished.interrupted
    assert len(mortal_desk.turns(session.conversation)) == 1


def test_a_death_in_the_answer_keeps_what_there_was(mortal_desk, until) -> None:
    session = mortal_desk.session()
    asking = session.ask("Who?")
    begun = until(asking, AnswerText)
    kill(mortal_desk)
    rest = list(asking)
    assert of(rest, WorkerDied)
    (finished,) = of(rest, AnswerFinished)
    # One token more may have been on its way already: it is computed while the last one is shown.
    shown = [event.text for event in of([*begun, *rest], AnswerText)]
    assert len(shown) <= 2
    assert finished.interrupted and finished.answer == "".join(shown)
    (turn,) = mortal_desk.turns(session.conversation)
    assert (turn.answer, turn.interrupted) == (finished.answer, True)
    assert not of(session.ask("Again?"), AnswerFinished)[0].interrupted


def test_a_death_while_idle_is_noticed_at_the_next_command(mortal_desk) -> None:
    session = mortal_desk.session()
    kill(mortal_desk)
    events = list(session.ask("Who?"))
    assert of(events, WorkerDied) and of(events, AnswerFinished)


def test_a_worker_that_keeps_dying_is_given_up(mortal_desk) -> None:
    session = mortal_desk.session()
    deaths = 0
    with pytest.raises(ModelError, match="SIGKILL"):
        for event in session.read():
            deaths += isinstance(event, WorkerDied)
            if isinstance(event, SleepPass):
                kill(mortal_desk)
    assert deaths == 3
    assert mortal_desk.snapshots(session.conversation) == []


def of(events, kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]
