"""The same promises with a real, if tiny, network in the worker."""

from collections.abc import Iterator

import pytest

from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import AnswerFinished, Reading, SleepFinished


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineClient]:
    client = EngineClient("tiny", device="cpu")
    client.start()
    yield client
    client.close()


def test_interrupted_and_resumed_it_is_the_same_bit_for_bit(desk, until) -> None:
    def talk(close: bool) -> tuple[list[str], list[str | None]]:
        name = desk.create()
        session, answers = desk.session(name), []
        for moment in (Reading, SleepFinished, Reading):
            reading = session.read()
            until(reading, moment)
            session.pause()
            list(reading)
            session.proceed()
            for event in session.ask("Who is Keeper1?", max_tokens=12):
                if isinstance(event, AnswerFinished):
                    answers.append(event.answer)
            if close:
                session = desk.session(name)
        list(session.read())
        return answers, desk.snapshots(name)

    interrupted = talk(close=True)
    assert interrupted == talk(close=False)
    assert len(set(interrupted[1])) == len(interrupted[1]) > 3


def test_a_memory_changes_what_is_said_without_a_window(desk) -> None:
    def closed_book() -> str:
        asked = session.ask("Who is Keeper1?", closed_book=True, max_tokens=24)
        return next(event.answer for event in asked if isinstance(event, AnswerFinished))

    session = desk.session()
    before = closed_book()
    list(session.read())
    assert closed_book() != before
    assert closed_book() == closed_book()
