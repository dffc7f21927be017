"""Where a phrase is asked for, the passage answers that does so most surely when read alone."""

import dataclasses
import math
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import AnswerFinished, AnswerText
from sleepdoc.reading.record import Record
from sleepdoc.reading.session import ReadingSession
from sleepdoc.reading.surest import read_alone, wants_phrase
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.store import Store
from sleepdoc_model.engine import EngineInfo, Sampling
from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine

QUESTION = "What colour was the boat?"


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
        self.stop: threading.Event | None = None
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
        if self.stop is not None:
            self.stop.set()
        yield from self.encode(said)[:max_tokens]

    @property
    def likelihood(self) -> float:
        return self._likelihood


def alone(
    reader: Reader, passages: Sequence[str], stopped: threading.Event | None = None
) -> tuple[int, str]:
    place, answer = read_alone(
        QUESTION,
        [reader.encode(passage) for passage in passages],
        cast(EngineClient, reader),
        lead=[],
        limit=40,
        sampling=Sampling(),
        stopped=stopped or threading.Event(),
    )
    return place, answer.text


def test_the_passage_that_answers_most_surely_is_chosen() -> None:
    reader = Reader({"red": (0.6, "red", 0.9), "blue": (0.1, "blue", 0.9)})
    assert alone(reader, ["It was red.", "It was blue."]) == (1, "blue")


def test_how_likely_the_words_are_counts_too() -> None:
    reader = Reader({"red": (0.1, "red", 0.01), "blue": (0.1, "blue", 0.9)})
    assert alone(reader, ["It was red.", "It was blue."]) == (1, "blue")


def test_of_two_that_are_nearly_alike_the_first_is_chosen() -> None:
    reader = Reader({"red": (0.2, "red", 0.9), "blue": (0.1, "blue", 0.9)})
    assert alone(reader, ["It was red.", "It was blue."]) == (0, "red")


def test_what_cannot_win_is_not_written() -> None:
    reader = Reader({"red": (0.1, "red", 0.9), "blue": (0.7, "blue", 0.9)})
    alone(reader, ["It was red.", "It was blue."])
    assert reader.written == ["red"]


def test_only_the_best_passages_are_read() -> None:
    reader = Reader({"blue": (0.0001, "blue", 1.0)})
    assert alone(reader, ["It was dark."] * 4 + ["It was blue."])[1] == "nothing"


def test_stopped_it_has_what_there_is() -> None:
    reader = Reader({"red": (0.6, "red", 0.9), "blue": (0.1, "blue", 0.9)})
    reader.stop = stopped = threading.Event()
    assert alone(reader, ["It was red.", "It was blue."], stopped) == (0, "r")


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


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("What colour was the boat?", True),
        ("In which year did it sink?", True),
        ("How many boats were there?", True),
        ("How did the keeper feel when it sank?", True),
        ("warranty length?", True),
        ("And who paid for it?", True),
        ("Why was it painted?", False),
        ("For what reason, and how did it sink?", False),
        ("How do I paint a boat?", False),
        ("Is the boat blue?", False),
        ("Doesn't it sink?", False),
        ("List the colours.", False),
    ],
)
def test_questions_for_a_phrase_are_known_by_how_they_are_put(question: str, phrase: bool) -> None:
    assert wants_phrase(question) is phrase
