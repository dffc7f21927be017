"""Where a phrase is asked for, the passage answers that does so most surely when read alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sleepdoc.reading.events import AnswerFinished, AnswerText
from sleepdoc.reading.session import ReadingSession
from sleepdoc.store import Store

from .reader import Reader, begun

PAGES = (
    "The boat was red until the storm. " + "Nobody went out. " * 4,
    "The boat was painted blue after the storm. " + "Nobody came in. " * 4,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "sleepdoc.db") as store:
        yield store


def session(store: Store, reader: Reader) -> ReadingSession:
    reading = begun(store, reader, PAGES)
    list(reading.read())
    return reading


def asked(reading: ReadingSession, question: str) -> tuple[str, AnswerFinished]:
    events = list(reading.ask(question))
    shown = "".join(event.text for event in events if isinstance(event, AnswerText))
    return shown, next(event for event in events if isinstance(event, AnswerFinished))


def test_an_answer_is_cited_where_it_was_read(store: Store) -> None:
    reader = Reader({"red": (0.7, "red", 0.9), "blue": (0.1, "blue", 0.9)})
    shown, finished = asked(session(store, reader), "What was the boat painted after the storm?")
    assert shown == finished.answer == "blue"
    assert (finished.citations[0].page, finished.verdict) == (2, "verified")
    assert finished.absence == pytest.approx(0.1)
    assert store.turns(store.conversations()[0])[-1].answer == "blue"


def test_if_none_answers_it_is_said_that_nothing_was_found(store: Store) -> None:
    reader = Reader({"red": (0.7, "red", 0.9), "blue": (0.8, "blue", 0.9)})
    shown, finished = asked(session(store, reader), "What was the boat painted after the storm?")
    assert shown.startswith("I found nothing") and finished.verdict == "not found"


def test_reasons_are_read_from_all_passages_at_once(store: Store) -> None:
    reader = Reader({"red": (0.2, "red", 0.9), "blue": (0.35, "blue", 0.5)})
    reading = session(store, reader)
    asked(reading, "Why was the boat painted after the storm?")
    assert len(reader.written) == 1
    list(reading.ask("What was the boat painted after the storm?", together=True))
    assert len(reader.written) == 2
    asked(reading, "What was the boat painted after the storm?")
    assert len(reader.written) == 4


def test_stopped_it_keeps_what_there_is(store: Store) -> None:
    reader = Reader({"red": (0.1, "red", 0.9), "blue": (0.3, "blue", 0.1)})
    reading = session(store, reader)
    reader.said = reading.stop
    shown, finished = asked(reading, "What was the boat painted after the storm?")
    assert len(reader.written) == 1
    assert shown == finished.answer == "b" and finished.interrupted
