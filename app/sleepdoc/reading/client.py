"""Engine and tokenizer in another process, so that their end is not ours."""

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sleepdoc import locations
from sleepdoc.errors import ModelError
from sleepdoc.reading import worker
from sleepdoc_model.engine import EngineInfo, PassReport, Sampling, StateMismatch, WindowFull
from sleepdoc_model.tokenizer import Frame

_LAST_BREATH = 5.0
"""Seconds a process may take to end once its pipe is closed."""


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
        device: str | None = None,
        seed: int = 0,
        heads: Path | None = None,
        reader: Path | None = None,
        hashes: Path | None = None,
        cache: Path | None = None,
        log: Path | None = None,
    ) -> None:
        """Remember what to load (`sleepdoc_model.load.load`) and where its output goes."""
        self._load = (log, model, device, seed, heads, reader, hashes, cache)
        self._process: BaseProcess | None = None
        self._pipe: worker.Pipe | None = None
        self._facts: tuple[EngineInfo, Frame] | None = None
        self._abandoned = False
        self._begun = False
        """Whether a worker was started whose model nobody has waited for."""
        self._lock = threading.Lock()

    @classmethod
    def shipped(
        cls, model: str, *, device: str | None, seed: int, log: Path | None = None
    ) -> "EngineClient":
        """One that has what ships with sleepdoc, and this machine's places."""
        return cls(
            model,
            device=device,
            seed=seed,
            heads=locations.heads(),
            reader=locations.reader(),
            hashes=locations.hashes(),
            cache=locations.cache(),
            log=log,
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
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        process = context.Process(
            target=worker.main, args=(theirs, os.getpid(), *self._load), daemon=True
        )
        resource_tracker.ensure_running()  # started by the first process, it would let them go
        with self._lock, _interrupts_held():
            if self._abandoned:
                raise WorkerGone("The model process was closed.")
            process.start()
            self._process = process
        theirs.close()
        self._begun = True

    def abandon(self) -> None:
        """Kill the worker for good, from any thread; whoever waits for it gets `WorkerGone`."""
        with self._lock:
            self._abandoned = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the worker. Safe to call twice."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

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
        self.request("generate", max_tokens, stop, dataclasses.astuple(sampling))
        yield from self._items()

    @property
    def likelihood(self) -> float:
        found: float = self.request("likelihood")
        return found

    def score(self, tokens: Sequence[int]) -> list[float]:
        scores: list[float] = self.request("score", list(tokens))
        return scores

    def sleep(self, passes: int) -> Generator[PassReport, None, None]:
        self.request("sleep", passes)
        for report in self._items():
            yield PassReport(*report)

    def state(self) -> bytes:
        state: bytes = self.request("state")
        return state

    def load(self, state: bytes | None) -> None:
        self.request("load", state)

    def encode(self, text: str) -> list[int]:
        tokens: list[int] = self.request("encode", text)
        return tokens

    def stream(self) -> "RemoteStream":
        """A stream of tokens to text; the worker keeps only the latest one."""
        self.request("stream")
        return RemoteStream(self)

    def _items(self) -> Generator[Any, None, None]:
        try:
            while (item := self.request("next")) is not None:
                yield item
        except GeneratorExit:
            with contextlib.suppress(WorkerGone):
                self.request("close")
            raise

    def _loaded(self) -> tuple[EngineInfo, Frame]:
        if self._facts is None:
            raise RuntimeError("the worker was never started")
        return self._facts

    def request(self, method: str, *arguments: object) -> Any:
        """Have the worker do one thing (`worker.Host.call`) and wait for the result."""
        if self._pipe is None:
            raise RuntimeError("the worker was never started")
        try:
            self._pipe.send((method, *arguments))
        except OSError as error:
            raise WorkerGone(self._how_it_ended()) from error
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
        assert self._pipe is not None
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerGone(self._how_it_ended()) from error
        except BaseException:
            # An interrupt between request and reply: the pipe is out of step from here on.
            self.close()
            raise

    def _how_it_ended(self) -> str:
        assert self._process is not None
        self._process.join(_LAST_BREATH)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            return "The model process stopped answering."
        if code >= 0:
            return f"The model process ended with exit code {code}."
        name = signal.Signals(-code).name
        hint = ", perhaps for lack of memory" if name == "SIGKILL" else ""
        return f"The model process was killed by {name}{hint}."


class RemoteStream:
    """`TokenStream` in the worker."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client

    def push(self, token: int) -> str:
        text: str = self._client.request("push", token)
        return text

    def finish(self) -> str:
        text: str = self._client.request("finish")
        return text


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold SIGINT back, here and in a child started meanwhile until it ignores the signal."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
