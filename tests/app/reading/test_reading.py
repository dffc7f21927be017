"""Reading: the same sleeps at the same places, however often it is interrupted."""

import itertools

import pytest

from sleepdoc.errors import MismatchError
from sleepdoc.reading.events import (
    Reading,
    ReadingFinished,
    ReadingPaused,
    SleepFinished,
    SleepPass,
    SleepStarted,
)


def kinds(events) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_finished_document_goes_on_with_nothing_to_read(desk) -> None:
    session = desk.session()
    (*_, last) = session.read()
    assert isinstance(last, ReadingFinished) and last.progress.finished
    assert last.progress.page == last.progress.pages == 5

    record = desk.steps(session.conversation)[-1]
    assert record.position.read == record.position.slept == desk.tokens.total
    again = desk.session(session.conversation)
    assert kinds(again.read()) == ["ReadingFinished"]
    assert again.sleeps == last.sleeps


def test_every_document_token_is_slept_on_once(desk) -> None:
    session = desk.session()
    sleeps = [event for event in session.read() if isinstance(event, SleepStarted)]
    positions = [step.position for step in desk.steps(session.conversation)]
    stretches = [after.slept - before.slept for before, after in itertools.pairwise(positions)]
    assert stretches == [sleep.tokens for sleep in sleeps]
    assert sum(stretches) == desk.tokens.total
    assert len(set(stretches[:-1])) == 1, "all windows but the last hold the same"


def test_a_sleep_is_committed_before_it_is_reported(desk, until) -> None:
    session = desk.session()
    (*_, finished) = until(session.read(), SleepFinished)
    assert desk.steps(session.conversation)[-1].snapshot == finished.snapshot
    assert desk.store.load_snapshot(finished.snapshot) == desk.engine.state()
    assert finished.window.document == finished.window.chat == 0


def test_interrupting_at_any_event_changes_nothing(desk, take) -> None:
    expected = desk.uninterrupted()
    events = len(list(desk.session().read()))
    assert events > 30
    for count in range(events):
        name = desk.create()
        first = desk.session(name)
        take(first.read(), count)
        first.close()
        list(desk.session(name).read())
        assert desk.snapshots(name) == expected, f"interrupted after {count} events"


def test_pausing_at_every_piece_changes_nothing(desk) -> None:
    session = desk.session()
    events = []
    while not (events and isinstance(events[-1], ReadingFinished)):
        session.proceed()
        for event in session.read():
            events.append(event)
            session.pause()
    assert kinds(events).count("ReadingPaused") > 5
    assert desk.snapshots(session.conversation) == desk.uninterrupted()


def test_a_pause_lets_a_sleep_finish(desk, until) -> None:
    session = desk.session()
    reading = session.read()
    until(reading, SleepStarted)
    session.pause()
    rest = kinds(reading)
    assert rest == ["SleepPass", "SleepPass", "SleepPass", "SleepFinished", "ReadingPaused"]


def test_an_aborted_sleep_leaves_memory_and_window(desk, until) -> None:
    session = desk.session()
    reading = session.read()
    until(reading, SleepStarted)
    memory, used = desk.engine.state(), desk.engine.window_used
    until(reading, SleepPass)
    session.pause(abort_sleep=True)
    assert kinds(reading) == ["SleepAborted", "ReadingPaused"]
    assert (desk.engine.state(), desk.engine.window_used) == (memory, used)
    assert desk.snapshots(session.conversation) == []

    session.proceed()
    list(session.read())
    assert desk.snapshots(session.conversation) == desk.uninterrupted()


def test_sleeping_on_demand(desk, until) -> None:
    session = desk.session()
    reading = session.read()
    until(reading, Reading)
    session.pause()
    list(reading)
    assert kinds(session.sleep())[-1] == "SleepFinished"
    head = desk.steps(session.conversation)[-1]
    assert 0 < head.position.slept == head.position.read < desk.tokens.total
    assert list(session.sleep()) == [], "there is nothing left to sleep on"


def test_stopping_a_sleep_on_demand(desk, until) -> None:
    session = desk.session()
    list(session.ask("Who is it?"))
    sleep = session.sleep()
    until(sleep, SleepStarted)
    session.stop()
    assert kinds(sleep) == ["SleepPass", "SleepAborted"]


def test_progress_says_what_is_read_and_how_full_the_window_is(desk) -> None:
    session = desk.session()
    events = [event for event in session.read() if isinstance(event, Reading)]
    tokens = [event.progress.tokens for event in events]
    assert tokens == sorted(tokens) and tokens[-1] == desk.tokens.total
    for event in events:
        page = desk.document.pages[event.progress.page - 1]
        assert event.progress.label == page.label
        assert event.excerpt and event.excerpt in " ".join(page.text.split())
        assert event.window.document + event.window.chat + event.window.free == event.window.size
    assert events[0].seconds_left > 0 and events[-1].seconds_left >= 0


def test_a_paused_session_says_so_and_reads_nothing(desk) -> None:
    session = desk.session()
    session.pause()
    assert [type(event) for event in session.read()] == [ReadingPaused]
    assert session.progress.tokens == 0


def test_a_memory_of_another_model_is_refused(desk, engine) -> None:
    session = desk.session()
    list(session.read())
    conversation = desk.store.conversation(session.conversation)
    alien = engine.state().replace(engine.info.fingerprint.encode(), b"0" * 64)
    head = desk.store.head(conversation)
    desk.store.commit(
        conversation, parent=head, kind="import", position=head.position, snapshot=alien
    )
    with pytest.raises(MismatchError, match="another"):
        desk.session(session.conversation)
