"""A desk: a store with one document in it, and sessions over it with a real worker process."""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import Event
from sleepdoc.reading.record import Record
from sleepdoc.reading.session import ReadingSession
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.store import Step, Store

SCRIPTED = "scripted:window=256,passes=3"


def page_text(number: int) -> str:
    return f"The keeper of house {number} is called Keeper{number}. " + "The tide was low. " * 12


class Desk:
    """One document, any number of conversations about it."""

    def __init__(self, database: Path, engine: EngineClient, pages: int = 5) -> None:
        self.store = Store.open(database)
        self.engine = engine
        texts = [page_text(number) for number in range(1, pages + 1)]
        self.document = Document(
            sha256=hashlib.sha256("".join(texts).encode()).hexdigest(),
            path=b"/somewhere/houses.txt",
            name="houses.txt",
            kind="text",
            size=sum(map(len, texts)),
            title="Houses",
            pages=tuple(Page(n, f"p{n}", text) for n, text in enumerate(texts, 1)),
        )
        self.store.add_document(self.document)
        self.tokens = DocumentTokens(self.document, engine.encode)

    def create(self) -> str:
        """A new conversation's name."""
        info = self.engine.info
        return self.store.create_conversation(
            self.document,
            model=SCRIPTED,
            fingerprint=info.fingerprint,
            passes=info.passes,
            seed=0,
        ).name

    def closed_session(self, name: str | None = None) -> ReadingSession:
        """A session over a conversation, as after a restart of the program."""
        conversation = self.store.conversation(name or self.create())
        record = Record(self.store, conversation, self.tokens.total)
        return ReadingSession(self.engine, self.tokens, record, interval=0)

    def session(self, name: str | None = None) -> ReadingSession:
        """The same, resumed."""
        session = self.closed_session(name)
        list(session.resume())
        return session

    def steps(self, name: str) -> list[Step]:
        return self.store.steps(self.store.conversation(name))

    def snapshots(self, name: str) -> list[str | None]:
        """The memory after every sleep."""
        return [step.snapshot for step in self.steps(name) if step.kind == "sleep"]

    def turns(self, name: str) -> list[Any]:
        return self.store.turns(self.store.conversation(name))

    def uninterrupted(self) -> list[str | None]:
        """The memories of a conversation that was read in one go."""
        session = self.session()
        list(session.read())
        return self.snapshots(session.conversation)


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineClient]:
    """One worker for all tests of a module that do not kill it."""
    client = EngineClient(SCRIPTED)
    client.start()
    yield client
    client.close()


@pytest.fixture
def desk(data_directory: Path, engine: EngineClient) -> Iterator[Desk]:
    desk = Desk(data_directory / "sleepdoc.db", engine)
    yield desk
    desk.store.close()


@pytest.fixture
def mortal_desk(data_directory: Path) -> Iterator[Desk]:
    """A desk whose worker a test may kill."""
    client = EngineClient(SCRIPTED)
    client.start()
    desk = Desk(data_directory / "sleepdoc.db", client)
    yield desk
    desk.store.close()
    client.close()


@pytest.fixture
def until() -> Callable[[Iterable[Event], type], list[Event]]:
    """Drive a generator up to and including the first event of a kind."""

    def drive(events: Iterable[Event], kind: type) -> list[Event]:
        seen = []
        for event in events:
            seen.append(event)
            if isinstance(event, kind):
                return seen
        raise AssertionError(f"there was no {kind.__name__} among {seen}")

    return drive


@pytest.fixture
def take() -> Callable[[Iterable[Event], int], list[Event]]:
    """Drive a generator for some events."""
    return lambda events, count: list(itertools.islice(events, count))
