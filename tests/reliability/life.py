"""A small life of sleepdoc: a document, conversations about it, and sessions in one process.

The session, the record and the store are the real ones. The model is the scripted one, without the
process around it, so that a life takes milliseconds and can be forked.
"""

import functools
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    Event,
    SleepFinished,
    Undone,
)
from sleepdoc.reading.record import Record
from sleepdoc.reading.session import ReadingSession
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.store import Step, Store
from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine

Say = Callable[[str, object], None]
"""Tell the one who watches what was just said to be stored."""

PAGES = 6
NAME = "houses"
QUESTION = "Who keeps house 3?"
CONFIG = ScriptedConfig(window=256, passes=2, layers=64)


class LocalEngine:
    """Engine and tokenizer as a session wants them, in its own process."""

    alive = True

    def __init__(self) -> None:
        self._parts = ScriptedEngine(CONFIG), ByteTokenizer()

    def start(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return next(getattr(part, name) for part in self._parts if hasattr(part, name))


def document() -> Document:
    texts = [
        f"The keeper of house {number} is called Keeper{number}. " + "The tide was low. " * 20
        for number in range(1, PAGES + 1)
    ]
    return Document(
        sha256=hashlib.sha256("".join(texts).encode()).hexdigest(),
        path=b"/somewhere/houses.txt",
        name="houses.txt",
        kind="text",
        size=sum(map(len, texts)),
        title="Houses",
        pages=tuple(Page(number, f"p{number}", text) for number, text in enumerate(texts, 1)),
    )


@contextmanager
def session(database: Path) -> Iterator[ReadingSession]:
    """The conversation, begun if there is none yet, and resumed."""
    engine: Any = LocalEngine()
    with Store.open(database) as store:
        store.add_document(document())
        found = store.conversations()
        conversation = found[0] if found else _begin(store, engine)
        with store.lock(conversation):
            tokens = DocumentTokens(document(), engine.encode)
            record = Record(store, conversation, tokens.total)
            resumed = ReadingSession(engine, tokens, record, interval=0)
            list(resumed.resume())
            yield resumed
            resumed.close()


def _begin(store: Store, engine: Any) -> Any:
    return store.create_conversation(
        document(),
        model="scripted",
        fingerprint=engine.info.fingerprint,
        passes=CONFIG.passes,
        seed=0,
    )


def told(events: Iterable[Event], say: Say) -> None:
    """Live through events, and say of each what a person could take from it."""
    for event in events:
        match event:
            case SleepFinished():
                say("memory", event.snapshot)
            case Answering():
                say("question", event.question)
            case AnswerFinished():
                say("answer", event.answer)
            case Undone():
                say("undone", event.redone)
            case _:
                say("event", type(event).__name__)


def read(database: Path, say: Say) -> None:
    with session(database) as open_session:
        told(open_session.read(), say)


def ask(database: Path, say: Say) -> None:
    with session(database) as open_session:
        told(open_session.ask(QUESTION), say)


def everything(database: Path, say: Say) -> None:
    """Read, be asked, go back, forth, and be asked again."""
    with session(database) as it:
        for live in (it.read, lambda: it.ask(QUESTION), it.undo, it.redo, lambda: it.ask(QUESTION)):
            told(live(), say)


def steps(database: Path) -> list[Step]:
    with Store.open(database) as store:
        conversations = store.conversations()
        return store.steps(conversations[0]) if conversations else []


def silent(_what: str, _value: object) -> None:
    """Nobody watches."""


@functools.cache
def workplace() -> Path:
    """A folder of this process for what is made once and copied; the run removes it."""
    return Path(tempfile.mkdtemp(prefix="made-"))


@functools.cache
def finished() -> Path:
    """A database whose document has been read to its end, with a question answered."""
    database = workplace() / "finished.db"
    read(database, silent)
    ask(database, silent)
    return database


@functools.cache
def undisturbed() -> list[Any]:
    """The steps of reading that nobody disturbs."""
    database = workplace() / "undisturbed.db"
    read(database, silent)
    return essence(steps(database))


def essence(found: list[Step]) -> list[Any]:
    """Steps without what depends on the clock and on numbers."""
    return [(step.kind, step.position, step.snapshot) for step in found]


def copy(database: Path, folder: Path) -> Path:
    """A copy of a closed database."""
    return Path(shutil.copy(database, folder / "sleepdoc.db"))
