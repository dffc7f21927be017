"""A model with a reader, for tests: it reads what it is told that a passage says."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.client import EngineClient
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
        self.copy = ("", 0.0)
        """What it copies where it has to, and how likely that is."""
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
        if sampling.copied:
            said, likely = self.copy
            texts = [b"".join(map(self._tokenizer.piece, t)).decode() for t in sampling.copied]
            assert any(text.startswith(said) for text in texts)
        self.written.append(said)
        self._likelihood = math.log(likely)
        self.said()
        yield from self.encode(said)[:max_tokens]

    @property
    def likelihood(self) -> float:
        return self._likelihood


def begun(store: Store, reader: Reader, texts: Sequence[str]) -> ReadingSession:
    """A conversation about pages with these texts, of which nothing is read yet."""
    pages = tuple(Page(n, str(n), text) for n, text in enumerate(texts, 1))
    document = Document("a" * 64, b"/x", "x", "text", 1, "x", pages)
    store.add_document(document)
    engine = cast(EngineClient, reader)
    conversation = store.create_conversation(
        document, model="m", fingerprint=reader.info.fingerprint, passes=1, seed=0
    )
    tokens = DocumentTokens(document, reader.encode)
    record = Record(store, conversation, tokens.total)
    return ReadingSession(engine, tokens, record, recall=240, interval=0)
