"""The runner: commands from anywhere, events in order, and an end at any moment."""

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    AnswerText,
    Event,
    Failed,
    GistWritten,
    ModelReady,
    OverviewWritten,
    Reading,
    ReadingFinished,
    ReadingPaused,
    SleepAborted,
    SleepFinished,
    SleepPass,
    SleepStarted,
    Undone,
    WorkerDied,
)
from sleepdoc.reading.runner import Runner
from sleepdoc.reading.service import OpenConversation, OpenOptions
from sleepdoc.store import Store

PATIENCE = 120
MODEL = "scripted:window=256,passes=3"


class Stage:
    """A runner on a document, and everything it said.

    `on(kind, action)` acts inside the callback, that is while the runner's thread is held at the
    first event of a kind: the moment is exact, and nothing has to wait for it.
    """

    def __init__(self, path: Path, database: Path, *, read: bool = True) -> None:
        self.conversation = OpenConversation(OpenOptions(path, database, model=MODEL))
        self.runner = Runner(self._hear, self.conversation, read=read)
        self.events: list[Event] = []
        self._news: queue.Queue[Event] = queue.Queue()
        self._actions: dict[type, Callable[[], object]] = {}

    def on(self, kind: type, action: Callable[[], object]) -> None:
        self._actions[kind] = action

    def wait(self, kind: type) -> Event:
        while not isinstance(event := self._news.get(timeout=PATIENCE), kind):
            pass
        return event

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        if action := self._actions.pop(type(event), None):
            action()
        self._news.put(event)


@pytest.fixture
def database(data_directory: Path) -> Path:
    return data_directory / "sleepdoc.db"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "tides.txt"
    path.write_text("".join(f"On day {day} the tide was low.\n\n" for day in range(60)))
    return path


@pytest.fixture
def stage(path: Path, database: Path) -> Iterator[Stage]:
    stage = Stage(path, database)
    yield stage
    stage.runner.close()


def snapshots(database: Path) -> list[str | None]:
    with Store.open(database) as store:
        (conversation,) = store.conversations()
        return [step.snapshot for step in store.steps(conversation) if step.kind == "sleep"]


def test_it_reads_to_the_end_by_itself(stage: Stage, database: Path) -> None:
    stage.runner.start()
    finished = stage.wait(ReadingFinished)
    assert finished.progress.finished
    assert finished.sleeps == len(snapshots(database)) == stage.kinds().count(SleepFinished)


def test_a_question_pauses_reading_which_then_goes_on(stage: Stage) -> None:
    stage.on(Reading, lambda: stage.runner.ask("What about the tide?"))
    stage.runner.start()
    stage.wait(ReadingFinished)
    kinds = stage.kinds()
    answering = kinds.index(Answering)
    assert kinds[answering - 1] is ReadingPaused
    finished = kinds.index(AnswerFinished)
    assert set(kinds[answering + 1 : finished]) == {AnswerText}
    assert Reading not in kinds[answering:finished]
    asked = stage.events[answering]
    assert 0 < asked.read_to.tokens < asked.read_to.tokens_total


def test_a_question_during_a_sleep_waits_for_its_end(stage: Stage) -> None:
    stage.on(SleepPass, lambda: stage.runner.ask("What about the tide?"))
    stage.runner.start()
    stage.wait(ReadingFinished)
    kinds = stage.kinds()
    assert SleepAborted not in kinds
    assert kinds[kinds.index(Answering) - 2 : kinds.index(Answering)] == [
        SleepFinished,
        ReadingPaused,
    ]


def test_questions_are_answered_in_order(stage: Stage) -> None:
    def ask() -> None:
        stage.runner.ask("First?")
        stage.runner.ask("Second?", closed_book=True)

    stage.on(ModelReady, ask)
    stage.runner.start()
    stage.wait(ReadingFinished)
    asked = [event for event in stage.events if isinstance(event, Answering)]
    assert [(each.question, each.closed_book) for each in asked] == [
        ("First?", False),
        ("Second?", True),
    ]


def test_a_pause_lasts_until_reading_is_asked_for(stage: Stage) -> None:
    stage.on(Reading, stage.runner.pause)
    stage.runner.start()
    stage.wait(ReadingPaused)
    stage.runner.ask("What now?")
    stage.wait(AnswerFinished)
    stage.runner.ask("And now?")
    stage.wait(AnswerFinished)
    assert stage.kinds().count(Reading) == 1, "a question does not end the pause"
    stage.runner.resume_reading()
    assert stage.wait(ReadingFinished).progress.finished


def test_a_pause_aborts_a_sleep_and_reading_catches_up(stage: Stage, database: Path) -> None:
    stage.on(SleepPass, stage.runner.pause)
    stage.runner.start()
    stage.wait(SleepAborted)
    stage.wait(ReadingPaused)
    assert snapshots(database) == []
    stage.runner.resume_reading()
    stage.wait(ReadingFinished)


def test_stopping_an_answer_keeps_its_beginning_and_reading_goes_on(stage: Stage) -> None:
    stage.on(ModelReady, lambda: stage.runner.ask("What about the tide?"))
    stage.on(AnswerText, stage.runner.stop_answer)
    stage.runner.start()
    finished = stage.wait(AnswerFinished)
    assert finished.interrupted and finished.tokens == 1
    stage.wait(ReadingFinished)


def test_sleeping_on_demand_while_reading(stage: Stage) -> None:
    stage.on(Reading, stage.runner.sleep_now)
    stage.runner.start()
    started = stage.wait(SleepStarted)
    assert started.tokens == stage.events[stage.kinds().index(Reading)].progress.tokens
    stage.wait(ReadingFinished)


def test_it_can_wait_for_commands(path: Path, database: Path) -> None:
    stage = Stage(path, database, read=False)
    stage.runner.start()
    stage.wait(ModelReady)
    stage.runner.ask("Anything?")
    stage.wait(AnswerFinished)
    stage.runner.close()
    assert Reading not in stage.kinds()


def test_a_refused_question_is_said_and_nothing_else_happens(stage: Stage) -> None:
    stage.on(Reading, lambda: stage.runner.ask("why " * 200))
    stage.runner.start()
    stage.wait(ReadingFinished)
    (failed,) = [event for event in stage.events if isinstance(event, Failed)]
    assert failed.exit_code == ExitCode.USAGE and "fewer words" in failed.message
    assert failed.question


def test_a_refused_undo_is_not_taken_for_a_question(stage: Stage) -> None:
    def act() -> None:
        stage.runner.undo()
        stage.runner.ask("What about the tide?")

    stage.on(ModelReady, act)
    stage.runner.start()
    stage.wait(AnswerFinished)
    (failed,) = [event for event in stage.events if isinstance(event, Failed)]
    assert failed.exit_code == ExitCode.USAGE and "nothing to undo" in failed.message
    assert not failed.question


def held_at(stage: Stage, kind: type, act: Callable[[], object]) -> None:
    """Close in the middle of an event, right after `act` was asked for."""
    arrived, leave = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        leave.wait(PATIENCE)

    stage.on(kind, hold)
    stage.runner.start()
    assert arrived.wait(PATIENCE)
    act()
    closing = threading.Thread(target=stage.runner.close, args=(PATIENCE,))
    closing.start()
    leave.set()
    closing.join(PATIENCE)
    assert not closing.is_alive() and Failed not in stage.kinds()


def test_an_undo_that_is_asked_for_just_before_the_end_is_done(path: Path, database: Path) -> None:
    stage = Stage(path, database)
    held_at(stage, ReadingFinished, stage.runner.undo)
    sleeps = stage.kinds().count(SleepFinished)
    with Store.open(database) as store:
        (conversation,) = store.conversations()
        kept = [step for step in store.lineage(conversation) if step.kind == "sleep"]
        assert store.head(conversation).kind == "undo" and len(kept) == sleeps - 1
    again = Stage(path, database)
    held_at(again, ModelReady, again.runner.redo)
    with Store.open(database) as store:
        assert store.head(conversation).snapshot == snapshots(database)[-1]


def test_an_undo_without_a_worker_is_done_too(path: Path, database: Path) -> None:
    stage = Stage(path, database)

    def undo_and_die() -> None:
        stage.runner.undo()
        os.kill(stage.conversation._engine.pid, signal.SIGKILL)

    held_at(stage, ReadingFinished, undo_and_die)
    with Store.open(database) as store:
        assert store.head(store.conversations()[0]).kind == "undo"


def test_what_was_undone_is_read_again_only_when_that_is_asked_for(
    path: Path, database: Path
) -> None:
    first = Stage(path, database)
    first.on(ReadingFinished, first.runner.undo)
    first.runner.start()
    undone = first.wait(Undone)
    first.runner.close()
    second = Stage(path, database)
    second.runner.start()
    second.wait(ModelReady)
    second.runner.ask("What now?")
    second.wait(AnswerFinished)
    second.runner.close()
    assert Reading not in second.kinds()
    third = Stage(path, database)
    third.runner.start()
    third.wait(ModelReady)
    assert third.conversation.session.progress == undone.progress
    third.runner.resume_reading()
    assert third.wait(ReadingFinished).progress.finished
    third.runner.close()
    fourth = Stage(path, database)
    fourth.runner.start()
    fourth.wait(ReadingFinished)
    fourth.runner.close()


def test_a_dead_worker_is_replaced(stage: Stage) -> None:
    def kill() -> None:
        os.kill(stage.conversation._engine.pid, signal.SIGKILL)

    stage.on(SleepPass, kill)
    stage.runner.start()
    stage.wait(WorkerDied)
    stage.wait(ModelReady)
    assert stage.wait(ReadingFinished).progress.finished


@pytest.mark.parametrize("name", ["missing.txt", "empty.txt"])
def test_what_cannot_be_opened_fails_with_its_exit_code(
    tmp_path: Path, database: Path, name: str
) -> None:
    (tmp_path / "empty.txt").touch()
    stage = Stage(tmp_path / name, database)
    stage.runner.start()
    failed = stage.wait(Failed)
    assert failed.exit_code == ExitCode.DOCUMENT and "\n" not in failed.message
    stage.runner.close()


def test_a_bug_is_not_swallowed(stage: Stage) -> None:
    def break_something() -> None:
        stage.conversation.session._window = None

    stage.on(Reading, break_something)
    stage.runner.start()
    failed = stage.wait(Failed)
    assert failed.exit_code == ExitCode.INTERNAL and "AttributeError" in failed.message


CLOSINGS = (ModelReady, Reading, SleepStarted, SleepPass, SleepFinished, Answering, AnswerText)


def test_closing_at_any_moment_loses_nothing(path: Path, tmp_path: Path, database: Path) -> None:
    whole = Stage(path, tmp_path / "whole" / "sleepdoc.db")
    whole.runner.start()
    whole.wait(ReadingFinished)
    whole.runner.close()

    for kind in CLOSINGS:
        stage = Stage(path, database)
        arrived, leave = threading.Event(), threading.Event()

        def hold(arrived=arrived, leave=leave) -> None:
            arrived.set()
            leave.wait(PATIENCE)

        stage.on(kind, hold)
        stage.runner.start()
        if kind in (Answering, AnswerText):
            stage.runner.ask("What about the tide?", closed_book=True)
        assert arrived.wait(PATIENCE)
        closing = threading.Thread(target=stage.runner.close, args=(PATIENCE,))
        closing.start()
        leave.set()
        closing.join(PATIENCE)
        assert not closing.is_alive()
        assert Failed not in stage.kinds(), f"closed at {kind.__name__}"

    last = Stage(path, database)
    last.runner.start()
    last.wait(ReadingFinished)
    last.runner.close()
    assert snapshots(database) == snapshots(tmp_path / "whole" / "sleepdoc.db")


def test_closing_before_and_while_opening(path: Path, database: Path) -> None:
    never_started = Stage(path, database)
    never_started.runner.close()
    starting = Stage(path, database)
    starting.runner.start()
    starting.runner.close()
    starting.runner.close()
    assert Failed not in starting.kinds()


@pytest.fixture
def told(tmp_path: Path, database: Path) -> Iterator[Stage]:
    """A runner on a document of sentences long enough to tell something."""
    path = tmp_path / "logs.txt"
    says = "On day {} the keeper of the northern light counted every ship that passed it.\n\n"
    path.write_text("".join(says.format(day) for day in range(30)))
    stage = Stage(path, database)
    yield stage
    stage.runner.close()


def test_gists_are_written_once_everything_is_read(told: Stage) -> None:
    told.runner.start()
    told.wait(OverviewWritten)
    kinds = told.kinds()
    assert kinds.index(GistWritten) > kinds.index(ReadingFinished)


def test_a_question_goes_before_gists_which_then_go_on(told: Stage) -> None:
    told.on(GistWritten, lambda: told.runner.ask("Who counted ships?"))
    told.runner.start()
    told.wait(OverviewWritten)
    kinds = told.kinds()
    first = kinds.index(GistWritten)
    assert kinds[first + 1] is Answering
    assert GistWritten in kinds[kinds.index(AnswerFinished) :]
