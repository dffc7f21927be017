"""An engine without a network: deterministic, instant, and honest about everything it was given.

Its memory is a hash chain over all that was ever slept on, so two memories are equal only if the
same tokens were slept on in the same order, cut at the same places. Its answers depend on memory
and window in the same way. That makes the promises of everything above the engine testable
without weights.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from sleepdoc_model.engine import (
    EngineInfo,
    PassReport,
    Sampling,
    StateMismatch,
    Stretch,
    WindowFull,
)
from sleepdoc_model.tokenizer import Frame, TokenStream

_Array = np.ndarray[Any, np.dtype[Any]]

_BYTES = 256
_START, _QUESTION, _ANSWER, _CLOSE = range(_BYTES, _BYTES + 4)


class ByteTokenizer:
    """One token per UTF-8 byte; the control tokens lie above the bytes, out of reach of text."""

    vocabulary = _BYTES + 4
    frame = Frame(
        prefix=(_START,),
        question_open=(_QUESTION,),
        answer_open=(_ANSWER,),
        answer_close=(_CLOSE,),
        stop=frozenset({_CLOSE}),
    )

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def piece(self, token: int) -> bytes:
        return bytes([token]) if token < _BYTES else b""

    def stream(self) -> TokenStream:
        return TokenStream(self.piece)


@dataclasses.dataclass(frozen=True)
class ScriptedConfig:
    """Set from a model id such as ``scripted:window=256,passes=3``."""

    window: int = 512
    passes: int = 2
    layers: int = 4
    answer: int = 48
    """Length of an answer in tokens."""
    vectors: int = 0
    """Whether it makes vectors of sentences: of which bytes occur in them."""
    revision: int = 0
    """Part of the fingerprint: another revision is another model."""

    @classmethod
    def parse(cls, options: str) -> "ScriptedConfig":
        """Read ``name=number,...``.

        Raises:
            ValueError: a name is unknown or a value is not a positive number.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        values: dict[str, int] = {}
        for option in filter(None, options.split(",")):
            name, _, value = option.partition("=")
            if name not in known or not value.isdecimal():
                raise ValueError(f"{option!r} is not one of {', '.join(sorted(known))}, = a number")
            values[name] = int(value)
        return cls(**values)


class ScriptedEngine:
    """Keeps every promise of `Engine`, and computes nothing but hashes."""

    def __init__(self, config: ScriptedConfig, *, seed: int = 0) -> None:
        self._config = config
        identity = f"{config} seed={seed}"
        self._fingerprint = hashlib.sha256(identity.encode()).hexdigest()
        self._window: list[int] = []
        self._prefix: tuple[int, ...] = ()
        self._vectors: Sequence[bytes] = ()
        self._chain = self._empty = hashlib.sha256(self._fingerprint.encode()).digest()

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(
            model="scripted",
            fingerprint=self._fingerprint,
            window=self._config.window,
            passes=self._config.passes,
            state_bytes=len(self.state()),
            device="cpu",
            dtype="none",
            vectors=self._fingerprint if self._config.vectors else "",
            reasons=("There is no network: answers are scripted.",),
        )

    @property
    def window_used(self) -> int:
        return len(self._window)

    def reset_window(self, prefix: Sequence[int], *, reading: bool = False) -> None:
        self._prefix = tuple(prefix)
        self._window = list(prefix)

    def prefill(self, tokens: Sequence[int], *, whole: bool = False) -> None:
        if len(self._window) + len(tokens) > self._config.window:
            raise WindowFull(f"{len(tokens)} tokens do not fit")
        self._window.extend(tokens)

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[int]:
        seen = _digest(self._chain, self._window, str(sampling).encode()).hex()
        pages = f"[{len(self._window)} tokens in the window] {seen} "
        script = (pages * (self._config.answer // len(pages) + 1))[: self._config.answer].encode()
        for token in script[:max_tokens]:
            if token in stop or len(self._window) == self._config.window:
                return
            self._window.append(token)
            yield token

    @property
    def likelihood(self) -> float:
        return 0.0

    def score(self, tokens: Sequence[int]) -> list[float]:
        if len(self._window) + len(tokens) > self._config.window:
            raise WindowFull(f"{len(tokens)} tokens do not fit")
        seen = _digest(self._chain, self._window)
        return [-_digest(seen, tokens[: n + 1])[0] / 32 for n in range(len(tokens))]

    def sleep(self, passes: int, stretches: Sequence[Stretch] = ()) -> Iterator[PassReport]:
        chain, window = self._chain, self._window[len(self._prefix) :]
        for number in range(1, passes + 1):
            before, chain = chain, _digest(chain, window, number.to_bytes(4, "big"))
            change = np.abs(self._weights(chain) - self._weights(before)).mean(axis=1)
            yield PassReport(number, passes, tuple(map(float, change)), seconds=0.0)
        self._chain = chain
        if self._config.vectors:
            self._vectors = [_occurring(window[start:end]) for start, end in stretches]
        self.reset_window(self._prefix)

    @property
    def vectors(self) -> Sequence[bytes]:
        return self._vectors

    def similar(
        self, prompt: Sequence[int], question: Stretch, vectors: Sequence[bytes]
    ) -> list[float]:
        asked = int.from_bytes(_occurring(prompt[slice(*question)]))
        kept = map(int.from_bytes, vectors)
        return [(asked & each).bit_count() / max(1, (asked | each).bit_count()) for each in kept]

    def state(self) -> bytes:
        tensors: dict[str, _Array] = {
            "chain": np.frombuffer(self._chain, np.uint8),
            "fast_weights": self._weights(self._chain),
        }
        return save(tensors, {"fingerprint": self._fingerprint})

    def load(self, state: bytes | None) -> None:
        self._chain = self._empty if state is None else self._parse(state)
        self._prefix, self._window = (), []

    def _parse(self, state: bytes) -> bytes:
        try:
            chain = load(state)["chain"].tobytes()
        except (SafetensorError, KeyError) as error:
            raise StateMismatch(f"the memory is not one of this model: {error}") from error
        header = json.loads(state[8 : 8 + int.from_bytes(state[:8], "little")])
        if header["__metadata__"]["fingerprint"] != self._fingerprint:
            raise StateMismatch("the memory belongs to another scripted model")
        return chain

    def _weights(self, chain: bytes) -> _Array:
        rows = [_digest(chain, [layer]) for layer in range(self._config.layers)]
        return (np.stack([np.frombuffer(row, np.uint8) for row in rows]) / 255).astype(np.float32)


def _occurring(tokens: Sequence[int]) -> bytes:
    bits = sum(1 << token for token in {*tokens} if token < _BYTES)
    return bits.to_bytes(_BYTES // 8)


def _digest(chain: bytes, tokens: Sequence[int], salt: bytes = b"") -> bytes:
    return hashlib.sha256(chain + salt + np.asarray(tokens, "<u4").tobytes()).digest()
