"""Engine and tokenizer in another process, so that their end is not ours."""

import contextlib
import dataclasses
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from sleepdoc import locations
from sleepdoc.errors import ModelError
from sleepdoc.reading.model_process import ModelProcess
from sleepdoc_model.engine import (
    EngineInfo,
    PassReport,
    Sampling,
    StateMismatch,
    Stretch,
    WindowFull,
)
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.tokenizer import Frame, TokenStream


class WorkerGone(Exception):
    """The worker process has ended; the message says how."""


class EngineClient:
    """Speaks `Engine` and `Tokenizer`; the work is done by a process that may die.

    Every method may raise `WorkerGone`, after which `start` brings up a new, empty worker, and
    `ModelError` for an error inside the model. One thread may use it; `abandon` is for others.

    On Linux the worker also ends with the *thread* that called `start` or `begin`.
    """

    def __init__(
        self,
        model: str,
        *,
        files: ModelFiles | None = None,
        device: str | None = None,
        seed: int = 0,
        log: Path | None = None,
        process: ModelProcess | None = None,
    ) -> None:
        """Remember what to load (`sleepdoc_model.load.load`) and where its output goes.

        Args:
            process: one that has been told nothing yet, for the first worker.
        """
        self._load = (log, model, files, device, seed)
        self._spare = process
        self._process: ModelProcess | None = None
        self._facts: tuple[EngineInfo, Frame] | None = None
        self._pieces: dict[int, bytes] = {}
        self._likelihood = 0.0
        self._abandoned = False
        self._begun = False
        """Whether a worker was started whose model nobody has waited for."""
        self._lock = threading.Lock()

    @classmethod
    def shipped(
        cls,
        model: str,
        *,
        device: str | None,
        seed: int,
        log: Path | None = None,
        process: ModelProcess | None = None,
    ) -> "EngineClient":
        """One that has what ships with sleepdoc, and this machine's places."""
        return cls(
            model,
            files=locations.model_files(),
            device=device,
            seed=seed,
            log=log,
            process=process,
        )

    def start(self) -> None:
        """Start the worker, or replace the one there was, and wait until the model has loaded.

        Raises:
            ModelError: there is no such model, or it cannot be loaded.
            WorkerGone: the worker died, or was abandoned, while loading.
        """
        if not self._begun:
            self.begin()
        self._begun = False
        outcome, value = self._receive()
        if outcome != "ready":
            self.close()
            raise ModelError(value if outcome == "unavailable" else f"The model failed: {value}.")
        info, frame = value
        self._facts = EngineInfo(*info), Frame(*frame)

    def begin(self) -> None:
        """Start the worker, or replace the one there was; `start` then waits for its model.

        Raises:
            WorkerGone: it was abandoned before.
        """
        self.close()
        with self._lock:
            if self._abandoned:
                raise WorkerGone("The model process was closed.")
            self._process, self._spare = self._spare or ModelProcess(), None
        self._send(*self._load)
        self._begun = True

    def abandon(self) -> None:
        """Kill the worker for good, from any thread; whoever waits for it gets `WorkerGone`."""
        with self._lock:
            self._abandoned = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the worker. Safe to call twice."""
        if self._process is not None:
            self._process.close()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    @property
    def info(self) -> EngineInfo:
        return self._loaded()[0]

    @property
    def frame(self) -> Frame:
        return self._loaded()[1]

    @property
    def window_used(self) -> int:
        used: int = self.request("window_used")
        return used

    def reset_window(self, prefix: Sequence[int], *, reading: bool = False) -> None:
        self.request("reset_window", tuple(prefix), reading)

    def prefill(self, tokens: Sequence[int], *, whole: bool = False) -> None:
        self.request("prefill", list(tokens), whole)

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Generator[int, None, None]:
        """As `Engine`; the token after the one in hand is computed meanwhile, so that the worker
        never waits for us. What it has computed in vain stays in the window."""
        self.request("generate", max_tokens, stop, dataclasses.astuple(sampling))
        for token, piece, likelihood in self._items(ahead=True):
            self._pieces[token] = piece
            self._likelihood = likelihood
            yield token
        self._likelihood = self.request("likelihood")

    @property
    def likelihood(self) -> float:
        """As `Engine`, of the tokens that `generate` has yielded."""
        return self._likelihood

    def score(self, tokens: Sequence[int]) -> list[float]:
        scores: list[float] = self.request("score", list(tokens))
        return scores

    def sleep(
        self, passes: int, stretches: Sequence[Stretch] = ()
    ) -> Generator[PassReport, None, None]:
        self.request("sleep", passes, list(stretches))
        for report in self._items():
            yield PassReport(*report)

    @property
    def vectors(self) -> Sequence[bytes]:
        vectors: Sequence[bytes] = self.request("vectors")
        return vectors

    def similar(
        self, prompt: Sequence[int], question: Stretch, vectors: Sequence[bytes]
    ) -> list[float]:
        similar: list[float] = self.request("similar", list(prompt), question, list(vectors))
        return similar

    def state(self) -> bytes:
        state: bytes = self.request("state")
        return state

    def load(self, state: bytes | None) -> None:
        self.request("load", state)

    def encode(self, text: str) -> list[int]:
        tokens: list[int] = self.request("encode", text)
        return tokens

    def piece(self, token: int) -> bytes:
        if token not in self._pieces:
            self._pieces[token] = self.request("piece", token)
        return self._pieces[token]

    def stream(self) -> TokenStream:
        return TokenStream(self.piece)

    def _items(self, *, ahead: bool = False) -> Generator[Any, None, None]:
        """Items of the worker's iterator; `ahead`: one is asked for while the last is used."""
        self._send("next")
        try:
            while (item := self._reply()) is not None:
                if ahead:
                    self._send("next")
                yield item
                if not ahead:
                    self._send("next")
        except GeneratorExit:
            with contextlib.suppress(WorkerGone, ModelError):
                if ahead:
                    self._reply()
                self.request("close")
            raise

    def _loaded(self) -> tuple[EngineInfo, Frame]:
        if self._facts is None:
            raise RuntimeError("the worker was never started")
        return self._facts

    def request(self, method: str, *arguments: object) -> Any:
        """Have the worker do one thing (`worker.Host.call`) and wait for the result."""
        self._send(method, *arguments)
        return self._reply()

    def _send(self, *request: object) -> None:
        if self._process is None:
            raise RuntimeError("the worker was never started")
        try:
            self._process.pipe.send(request)
        except OSError as error:
            raise WorkerGone(self._process.how_it_ended()) from error

    def _reply(self) -> Any:
        outcome, value = self._receive()
        match outcome:
            case "ok":
                return value
            case "window full":
                raise WindowFull(value)
            case "state mismatch":
                raise StateMismatch(value)
            case _:
                raise ModelError(f"The model failed: {value}.")

    def _receive(self) -> Any:
        assert self._process is not None
        try:
            return self._process.pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerGone(self._process.how_it_ended()) from error
        except BaseException:
            # An interrupt between request and reply: the pipe is out of step from here on.
            self.close()
            raise
