"""Where nothing is found to read an answer from, none is made up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sleepdoc.reading.events import AnswerFinished, Reading
from sleepdoc.reading.session import ReadingSession
from sleepdoc.store import Store

from .reader import Reader, begun

PAGES = tuple(f"Captain{number} sailed the boat. " * 20 for number in range(1, 5))
UNKNOWN = "Queen Victoria reigned when?"


@pytest.fixture
def reader() -> Reader:
    """It makes something up wherever it is asked."""
    return Reader({"": (0.1, "In 1837.", 0.9)})


@pytest.fixture
def session(tmp_path: Path, reader: Reader) -> Iterator[ReadingSession]:
    with Store.open(tmp_path / "sleepdoc.db") as store:
        yield begun(store, reader, PAGES)


def read_to(session: ReadingSession, page: int) -> None:
    for event in session.read():
        if isinstance(event, Reading) and event.progress.page == page:
            session.pause()
    session.proceed()


def asked(session: ReadingSession, question: str, *, closed_book: bool = False) -> AnswerFinished:
    events = session.ask(question, closed_book=closed_book)
    (finished,) = [event for event in events if isinstance(event, AnswerFinished)]
    return finished


@pytest.mark.parametrize(
    "question", [UNKNOWN, "Who sailed the boat?", "What happens in the first half?", "Page 1?"]
)
@pytest.mark.parametrize("page", [0, 1])
def test_before_there_is_a_whole_page_that_is_said(session, reader, page, question) -> None:
    if page:
        read_to(session, page)
    assert session.progress.page == page
    finished = asked(session, question)
    assert finished.answer.startswith("No page has been read to its end yet")
    assert finished.verdict == "not found" and reader.written == []


def test_of_some_pages_it_is_said_how_many_were_looked_in(session) -> None:
    read_to(session, 3)
    assert asked(session, UNKNOWN).answer == (
        "I found nothing about this in the 2 pages read so far."
    )
    why = asked(session, "Why did Captain2 sail?")
    assert why.answer == "In 1837.", "this is there to read"


@pytest.mark.parametrize(
    ("asked_for", "answer"),
    [("Captain3", "I found nothing about this on page 2."), ("Captain2", "In 1837.")],
)
def test_what_a_page_does_not_say_is_not_read_off_it(tmp_path, asked_for, answer) -> None:
    reader = Reader({"": (0.9, "In 1837.", 0.9)})
    with Store.open(tmp_path / "other.db") as store:
        session = begun(store, reader, PAGES)
        read_to(session, 5)
        assert asked(session, f"What does page 2 say about {asked_for}?").answer == answer


def test_what_was_slept_on_is_no_reason_to_make_something_up(session, reader) -> None:
    read_to(session, 5)
    assert session.sleeps
    finished = asked(session, UNKNOWN)
    assert finished.answer == "I found nothing about this in the document."
    assert finished.verdict == "not found" and reader.written == []


@pytest.mark.parametrize("page", [0, 3])
def test_a_closed_book_is_answered_from_memory_as_ever(session, page) -> None:
    if page:
        read_to(session, page)
    finished = asked(session, UNKNOWN, closed_book=True)
    assert (finished.answer, finished.verdict) == ("In 1837.", "from memory")


def test_a_memory_without_its_text_is_asked(tmp_path: Path, reader: Reader) -> None:
    with Store.open(tmp_path / "other.db") as store:
        finished = asked(begun(store, reader, ("", "")), UNKNOWN)
        assert (finished.answer, finished.verdict) == ("In 1837.", "from memory")
