"""The seam between the model and everything above it: token ids in, token ids out.

An engine knows nothing of documents, chat or storage. `HybridEngine` runs our torch network,
`ScriptedEngine` (in `scripted.py`) runs no network at all; both keep the same promises.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Stretch = tuple[int, int]
"""Tokens from one place up to another."""


@dataclass(frozen=True)
class EngineInfo:
    """What an engine is, for display and for deciding whether a memory belongs to it."""

    model: str
    """Name to show, such as ``SmolLM2-135M-Instruct + memory``."""
    fingerprint: str
    """Hex SHA-256 over base weights, fast-weight checkpoint and memory layout. A memory made under
    one fingerprint is refused under any other."""
    window: int
    """Tokens the attention layers can see, pinned prefix included."""
    passes: int
    """Default number of passes per sleep."""
    state_bytes: int
    """Size of one serialised memory; 0: the model has none."""
    device: str
    dtype: str
    absent: str = ""
    """What its reader writes where a document does not say; empty: it has no reader."""
    vectors: str = ""
    """Hex SHA-256 over what makes vectors of sentences; those of others cannot be compared with.
    Empty: it makes none."""
    reasons: tuple[str, ...] = ()
    """Why this device, dtype and kernel were chosen, one sentence each."""

    @property
    def remembers(self) -> bool:
        """Whether anything outlives the window. If not, a sleep makes no pass and only evicts."""
        return self.state_bytes > 0

    @property
    def reads(self) -> bool:
        """Whether it has a reader, which knows how to say that a document does not say."""
        return bool(self.absent)


@dataclass(frozen=True)
class PassReport:
    """One pass over the window, reported when it ends."""

    number: int
    """From 1."""
    passes: int
    """How many there will be: those asked for, or as many as were made once S has settled."""
    change: tuple[float, ...]
    """Per fast-weight layer: |S_after - S_before| / max(|S_after|, tiny), Frobenius norms."""
    seconds: float


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen. Temperature 0 is greedy."""

    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int = 0
    not_begun: tuple[tuple[int, ...], ...] = ()
    """Tokens that the answer does not begin with."""
    copied: tuple[tuple[int, ...], ...] = ()
    """Tokens of a text from each of its words on: the answer is the beginning of one of these. If
    there are none, it is any text."""


class Engine(Protocol):
    """A model with a bounded window and a memory that outlives it."""

    @property
    def info(self) -> EngineInfo: ...

    @property
    def window_used(self) -> int:
        """Tokens now in the window, pinned prefix included."""

    def reset_window(self, prefix: Sequence[int], *, reading: bool = False) -> None:
        """Drop the window and fill it with `prefix`, which stays pinned and never writes memory.

        The memory is untouched. A window for `reading` is read by the model's reader, if it has
        one, and by that alone: it does not look at the memory.
        """

    def prefill(self, tokens: Sequence[int], *, whole: bool = False) -> None:
        """Append tokens to the window.

        Where the model can, those of a `whole` prompt all see each other, not only those before
        them.

        Raises:
            WindowFull: they do not fit; nothing was appended.
        """

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[int]:
        """Yield tokens one by one, appending each to the window before the next is computed.

        Ends at a stop token (not yielded, not appended), at `max_tokens`, or when the window is
        full. Closing the iterator stops after the current token.
        """

    @property
    def likelihood(self) -> float:
        """Log-probability, by the model itself, of all tokens of the latest `generate` together,
        that of the end among them if it was reached."""

    def score(self, tokens: Sequence[int]) -> list[float]:
        """Log-probability of each of `tokens` if they came next. The window stays as it is.

        Raises:
            WindowFull: they do not fit.
        """

    def sleep(self, passes: int, stretches: Sequence[Stretch] = ()) -> Iterator[PassReport]:
        """Consolidate the window in at most `passes` passes, evict it, and refill the prefix.

        The memory changes only after the last pass: closing the iterator earlier leaves memory and
        window as they were.

        Args:
            stretches: Of the window behind its prefix, not empty; `vectors` are made of them.
        """

    @property
    def vectors(self) -> Sequence[bytes]:
        """One for each stretch of the latest `sleep` that ended, if it makes vectors."""

    def similar(
        self, prompt: Sequence[int], question: Stretch, vectors: Sequence[bytes]
    ) -> list[float]:
        """How like a question stretches are that have been slept on, by their vectors: at most 1.

        The window stays as it is, and what it holds behind the prefix does not count.

        Args:
            prompt: The question as it is asked.
            question: Where it stands in that, without what is around it.
            vectors: As this engine made them, or another with the same `EngineInfo.vectors`.
        """

    def state(self) -> bytes:
        """The memory as one safetensors file; equal memories give equal bytes."""

    def load(self, state: bytes | None) -> None:
        """Replace the memory (None: empty) and drop the window, pinned prefix included.

        Raises:
            StateMismatch: the bytes are not a memory of this model.
        """


class WindowFull(Exception):
    """The tokens do not fit into what is left of the window."""


class StateMismatch(Exception):
    """The bytes are damaged or belong to another model; the message says which."""
