"""One question on its way to an answer."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event as Flag

from sleepdoc.documents.text import safe_display
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import (
    AnswerFinished,
    AnswerText,
    Citation,
    Ended,
    Verdict,
    WindowUse,
)
from sleepdoc.reading.repetition import once, repeats
from sleepdoc_model.engine import Sampling
from sleepdoc_model.recall.gist import supported


@dataclass
class Answer:
    """What has been generated so far, and what will have to be put back into a new window."""

    question: str
    closed_book: bool
    kept: bool = True
    """Whether anything of it is stored, and stays in the window."""
    together: bool = False
    """Whether all that is recalled is read at once, whatever is asked."""
    ahead: bool = False
    """Whether it may look in what is not read yet."""
    pages: int | None = None
    """How many pages it may look in; None: all there are."""
    turn: int | None = None
    """The stored question, once it is stored."""
    prompt: list[int] = field(default_factory=list)
    """What is put in front of the answer: turns it leans on, recalled text, the question."""
    asked: list[int] = field(default_factory=list)
    """The question alone, which is what stays in the window of it."""
    tokens: list[int] = field(default_factory=list)
    text: str = ""
    interrupted: bool = False
    finished: bool = False
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    first_token: float = 0.0
    preface: str = ""
    """What of the text stands before a quote, and is no claim."""
    place: int | None = None
    """Which of the passages recalled it was read from, if from one alone."""
    parts: list["Answer"] = field(default_factory=list)
    """The answers to the questions that it consists of, if there are several."""
    absence: float = 0.0
    """How likely the reader found it that the document does not say."""
    refused: bool = False
    """Whether that was likely enough to say so."""
    likelihood: float = 1.0
    """How likely it found what it said; 1 for what is taken from the text itself."""
    ended: Ended = "stop"
    verdict: Verdict = "from memory"
    citations: tuple[Citation, ...] = ()

    @property
    def claim(self) -> str:
        """What it says about the document."""
        return self.text.removeprefix(self.preface)

    def replayed(self, close: Sequence[int]) -> list[int]:
        """The tokens of this turn that stay in the window: none if the book was closed, or if the
        sleep before it was stopped, so that nothing of it ever came to the window."""
        gone = self.closed_book or not self.kept or not self.prompt
        return [] if gone else [*self.asked, *self.tokens, *close]

    def begin(self, engine: EngineClient, lead: Sequence[int]) -> None:
        """Put a turn that it leans on, and the prompt, into an empty window."""
        self.started = time.monotonic()
        engine.prefill(lead)
        engine.prefill(self.prompt, whole=True)

    def generate(
        self,
        engine: EngineClient,
        *,
        limit: int,
        sampling: Sampling,
        stopped: Flag,
    ) -> Iterator[AnswerText]:
        """Generate up to `limit` tokens, once `begin` has made the prompt known.

        What says again what stands right before waits until something else follows, and is left
        out should the answer end because it goes round in circles.
        """
        self.tokens.clear()
        self.ended, self.first_token = "stop", 0.0
        stream, pieces, shown = engine.stream(), list[str](), 0
        with closing(engine.generate(limit, stop=engine.frame.stop, sampling=sampling)) as tokens:
            for token in tokens:
                self.tokens.append(token)
                self.seconds = time.monotonic() - self.started
                self.first_token = self.first_token or self.seconds
                pieces.append(stream.push(token))
                before, shown = shown, once(pieces)
                yield from self._grow("".join(pieces[before:shown]))
                if stopped.is_set():
                    self.interrupted, self.ended = True, "interrupted"
                    break
                if repeats(self.tokens):
                    self.ended = "repetition"
                    break
        if len(self.tokens) >= limit and self.ended == "stop":
            self.ended = "length"
        self.likelihood = math.exp(engine.likelihood)
        rest = "".join(pieces[shown:]) + stream.finish()
        if self.ended == "repetition":
            del self.tokens[shown:]
            rest = _end(self.text, rest)
        yield from self._grow(rest)

    def checked(
        self,
        words: Iterator[AnswerText],
        instead: tuple[str, str],
        shown: str,
        engine: EngineClient,
        *,
        room: int,
    ) -> Iterator[AnswerText]:
        """Say what a text is about only once all of it is there and stands in what was `shown`;
        else give `instead`: what stands before a quote, and the quote."""
        for _ in words:
            pass
        said, self.text = self.text, ""
        if self.interrupted or supported(said, shown):
            yield from self._grow(said)
        else:
            self.ended, self.likelihood = "stop", 0.0  # a quote, which may not be the answer
            self.preface, quote = instead
            yield from self.give(self.preface + quote, engine, room=room)

    def take(self, other: "Answer") -> Iterator[AnswerText]:
        """Say what another answer to the question said."""
        self.tokens[:], self.ended, self.interrupted = other.tokens, other.ended, other.interrupted
        self.absence, self.likelihood = other.absence, other.likelihood
        self.seconds = time.monotonic() - self.started
        # A word comes no sooner than all of them: what is between is how fast they were written.
        self.first_token = max(0.0, self.seconds - (other.seconds - other.first_token))
        yield from self._grow(other.text)

    def respell(self, text: str, engine: EngineClient) -> None:
        """Spell what was said otherwise, before anything of it is shown."""
        if text != self.text:
            self.text, self.tokens[:] = text, engine.encode(text)

    def give(self, text: str, engine: EngineClient, *, room: int) -> Iterator[AnswerText]:
        """Answer with a text that is known; `room` tokens of it stay in the window."""
        self.tokens[:] = engine.encode(text)[:room]
        self.seconds = time.monotonic() - self.started
        yield from self._grow(text)

    def event(self, window: WindowUse) -> AnswerFinished:
        """What to report at the end."""
        count = len(self.tokens)
        after = self.seconds - self.first_token
        speed = (count - 1) / after if count > 1 and after > 0 else 0.0
        return AnswerFinished(
            self.text,
            self.interrupted,
            count,
            self.seconds,
            speed,
            window,
            self.first_token,
            self.verdict,
            self.citations,
            "interrupted" if self.interrupted else self.ended,
            self.absence,
            self.likelihood,
        )

    def _grow(self, piece: str) -> Iterator[AnswerText]:
        if shown := safe_display(piece):
            self.text += shown
            yield AnswerText(shown)


def _end(text: str, rest: str) -> str:
    """What of the rest still belongs to a text that ends before it: the stop of its last sentence,
    or a sign that it ends within a word, which may be a number."""
    if not text[-1:].isalnum():
        return ""
    return "…" if rest[:1].isalnum() else rest[: rest.startswith((".", "!", "?"))]
