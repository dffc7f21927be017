"""One question on its way to an answer."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event as Flag

from sleepdoc.documents.text import safe_display
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import AnswerFinished, AnswerText, WindowUse
from sleepdoc.reading.window import Window
from sleepdoc_model.engine import Sampling


@dataclass
class Answer:
    """What has been generated so far, and what will have to be put back into a new window."""

    question: str
    closed_book: bool
    kept: bool = True
    """Whether anything of it is stored, and stays in the window."""
    turn: int | None = None
    """The stored question, once it is stored."""
    prompt: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    text: str = ""
    interrupted: bool = False
    finished: bool = False
    seconds: float = 0.0
    first_token: float = 0.0

    def replayed(self, close: Sequence[int]) -> list[int]:
        """The tokens of this turn that stay in the window: none if the book was closed."""
        return [] if self.closed_book or not self.kept else [*self.prompt, *self.tokens, *close]

    def generate(
        self,
        engine: EngineClient,
        window: Window,
        *,
        max_tokens: int,
        sampling: Sampling,
        stopped: Flag,
    ) -> Iterator[AnswerText]:
        """Prefill the prompt, generate until the answer ends or is stopped, and close it."""
        close = engine.frame.answer_close
        started = time.monotonic()
        engine.prefill(self.prompt)
        self.tokens.clear()
        self.first_token = 0.0
        stream = engine.stream()
        before = engine.window_used
        limit = min(max_tokens, window.budget.size - window.used - len(close))
        with closing(engine.generate(limit, stop=engine.frame.stop, sampling=sampling)) as tokens:
            for token in tokens:
                self.tokens.append(token)
                self.seconds = time.monotonic() - started
                self.first_token = self.first_token or self.seconds
                yield from self._grow(stream.push(token))
                if stopped.is_set():
                    self.interrupted = True
                    break
        yield from self._grow(stream.finish())
        # A token is in the window only once the next one was computed, so the last may be missing.
        engine.prefill([*self.tokens[engine.window_used - before :], *close])

    def event(self, window: WindowUse) -> AnswerFinished:
        """What to report at the end."""
        count = len(self.tokens)
        after = self.seconds - self.first_token
        speed = (count - 1) / after if count > 1 and after > 0 else 0.0
        return AnswerFinished(
            self.text, self.interrupted, count, self.seconds, speed, window, self.first_token
        )

    def _grow(self, piece: str) -> Iterator[AnswerText]:
        if shown := safe_display(piece):
            self.text += shown
            yield AnswerText(shown)
