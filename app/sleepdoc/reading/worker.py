"""The model's own process: answers one request at a time over a pipe until the pipe closes.

A request is a tuple ``(method, *arguments)``, a reply ``(outcome, value)``. Iterators stay here and
are advanced by one request per item: the other side stops one by not asking for the next item, and
nothing is computed that nobody asked for. It may ask for one before it has used the last.

The pipe pickles, as those of `multiprocessing` do; nothing else in sleepdoc does. Both ends are
this program's own, nobody else can write to it, and what passes are names, plain values and bytes.
"""

import ctypes
import dataclasses
import faulthandler
import gc
import os
import resource
import signal
import sys
import traceback
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sleepdoc_model import processor
from sleepdoc_model.engine import Engine, PassReport, Sampling, StateMismatch, WindowFull
from sleepdoc_model.tokenizer import Tokenizer

Pipe = Connection
"""One end of the pipe; requests go one way, replies the other."""

_PR_SET_PDEATHSIG = 1
_OOM_SCORE = "500"
_LOG_LIMIT = 1 << 20


def main(pipe: Pipe, parent: int, ahead: bool) -> None:
    """Be told what to load, report ``ready``, ``unavailable`` or ``failed``, then serve requests.

    Args:
        ahead: whether to import what any network needs before it is known what to load.
    """
    _redirect_output(None)
    _die_with(parent)
    gc.disable()  # what is imported stays: looking through it would take a tenth of a second
    processor.settle()
    from sleepdoc_model.load import ModelUnavailable, import_torch_meanwhile, load

    if ahead:
        import_torch_meanwhile()
    try:
        log, model, files, device, seed = pipe.recv()
    except (EOFError, OSError):
        return  # nothing is asked of it after all
    _redirect_output(log)
    try:
        engine, tokenizer = load(model, files=files, device=device, seed=seed)
    except ModelUnavailable as error:
        pipe.send(("unavailable", str(error)))
    except Exception as error:
        traceback.print_exc()
        pipe.send(("failed", _one_line(error)))
    else:
        gc.freeze()
        gc.enable()
        facts = dataclasses.astuple(engine.info), dataclasses.astuple(tokenizer.frame)
        pipe.send(("ready", facts))
        _serve(pipe, Host(engine, tokenizer))


class Host:
    """Engine and tokenizer behind method names and plain values."""

    def __init__(self, engine: Engine, tokenizer: Tokenizer) -> None:
        self._engine = engine
        self._tokenizer = tokenizer
        self._items: Iterator[object] = iter(())
        self._asleep = False

    def call(self, method: str, *arguments: Any) -> object:
        """Do what a request asks for; errors of the engine pass through."""
        match method, arguments:
            case "window_used", ():
                return self._engine.window_used
            case "reset_window", (prefix, reading):
                self._engine.reset_window(prefix, reading=reading)
            case "prefill", (tokens, whole):
                self._engine.prefill(tokens, whole=whole)
            case "generate", (max_tokens, stop, sampling):
                self._items = self._said(max_tokens, stop, Sampling(*sampling))
                self._asleep = False
            case "likelihood", ():
                return self._engine.likelihood
            case "score", (tokens,):
                return self._engine.score(tokens)
            case "sleep", (passes, stretches):
                self._items = self._engine.sleep(passes, stretches)
                self._asleep = True
            case "next", ():
                # Reading may wait for other programs; an answer may not.
                background = processor.in_the_background() if self._asleep else nullcontext()
                with background:
                    item = next(self._items, None)
                return dataclasses.astuple(item) if isinstance(item, PassReport) else item
            case "close", ():
                if isinstance(self._items, Generator):
                    self._items.close()
            case "vectors", ():
                return self._engine.vectors
            case "similar", (prompt, question, vectors):
                return self._engine.similar(prompt, question, vectors)
            case "state", ():
                return self._engine.state()
            case "load", (state,):
                self._engine.load(state)
            case "encode", (text,):
                return self._tokenizer.encode(text)
            case "piece", (token,):
                return self._tokenizer.piece(token)
            case _:
                raise ValueError(f"unknown request {method!r}")
        return None

    def _said(
        self, max_tokens: int, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[tuple[int, bytes, float]]:
        """Every token with what it stands for and the likelihood of the answer so far."""
        for token in self._engine.generate(max_tokens, stop=stop, sampling=sampling):
            yield token, self._tokenizer.piece(token), self._engine.likelihood


def _serve(pipe: Pipe, host: Host) -> None:
    while True:
        try:
            request = pipe.recv()
        except (EOFError, OSError):
            return
        reply: tuple[str, object]
        try:
            reply = ("ok", host.call(*request))
        except WindowFull as error:
            reply = ("window full", str(error))
        except StateMismatch as error:
            reply = ("state mismatch", str(error))
        except Exception as error:
            traceback.print_exc()
            reply = ("failed", _one_line(error))
        pipe.send(reply)


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _redirect_output(log: Path | None) -> None:
    """Send what native code prints to the log; the terminal belongs to the parent."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    if log is not None and log.exists() and log.stat().st_size > _LOG_LIMIT:
        flags |= os.O_TRUNC
    output = os.open(log or os.devnull, flags, 0o600)
    empty = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((empty, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(output)
    os.close(empty)
    faulthandler.enable()


def _die_with(parent: int) -> None:
    """Never outlive the parent, never dump core, and be what the kernel kills for memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    if os.getppid() != parent:
        os._exit(1)
