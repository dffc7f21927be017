"""Where a phrase is asked for, the passage answers that does so most surely when read alone."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import AnswerFinished, AnswerText
from sleepdoc.reading.record import Record
from sleepdoc.reading.session import ReadingSession
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.store import Store
from sleepdoc_model.engine import EngineInfo, Sampling
from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine


class Reader(ScriptedEngine):
    """Reads what a passage says of itself: how likely it does not answer, and what it answers."""

    alive = True

    def __init__(self, passages: dict[str, tuple[float, str, float]]) -> None:
        """Args:
        passages: by a word of theirs: absence, answer, and how likely that is.
        """
        super().__init__(ScriptedConfig.parse("window=600"))
        self._tokenizer = ByteTokenizer()
        self.frame, self.encode = self._tokenizer.frame, self._tokenizer.encode
        self.passages = passages
        self.written: list[str] = []
        self.said: Callable[[], None] = lambda: None
        self._likelihood = 0.0

    def stream(self) -> object:
        return self._tokenizer.stream()

    @property
    def info(self) -> EngineInfo:
        return dataclasses.replace(super().info, absent="It does not say.")

    def _read(self) -> tuple[float, str, float]:
        text = b"".join(map(self._tokenizer.piece, self._window)).decode()
        found = [known for word, known in self.passages.items() if word in text]
        # Of several it reads the last: the others lead it astray.
        return found[-1] if found else (0.99, "nothing", 0.01)

    def score(self, tokens: Sequence[int]) -> list[float]:
        return [math.log(self._read()[0]), *[0.0] * (len(tokens) - 1)]

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[int]:
        _, said, likely = self._read()
        self.written.append(said)
        self._likelihood = math.log(likely)
        self.said()
        yield from self.encode(said)[:max_tokens]

    @property
    def likelihood(self) -> float:
        return self._likelihood


PAGES = (
    "The boat was red until the storm. " + "Nobody went out. " * 4,
    "The boat was painted blue after the storm. " + "Nobody came in. " * 4,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "sleepdoc.db") as store:
        yield store


def session(store: Store, reader: Reader) -> ReadingSession:
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(PAGES, 1))
    document = Document("a" * 64, b"/x", "x", "text", 1, "x", pages)
    store.add_document(document)
    engine = cast(EngineClient, reader)
    conversation = store.create_conversation(
        document, model="m", fingerprint=reader.info.fingerprint, passes=1, seed=0
    )
    tokens = DocumentTokens(document, reader.encode)
    reading = ReadingSession(engine, tokens, Record(store, conversation, tokens.total), recall=240)
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
