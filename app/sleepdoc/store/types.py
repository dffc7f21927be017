"""What the store hands out: plain values, with no SQL behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

StepKind = Literal["created", "sleep", "turn", "undo", "import"]
GistKind = Literal["sleep", "part", "whole", "question"]


@dataclass(frozen=True)
class Position:
    """How far a conversation has come in its document."""

    read: int = 0
    """Document tokens that have gone through the window."""
    slept: int = 0
    """Document tokens consolidated into the memory."""
    page: int = 0
    """Number of the page being read, from 1; 0 before the first."""


@dataclass(frozen=True)
class Conversation:
    """One document read by one model."""

    id: int
    """Never used again, even after the conversation is deleted."""
    name: str
    """What people call it: a slug of the title, with ``-2``, ``-3`` ... where that is taken."""
    document_sha256: str
    model: str
    """The model as it was asked for: an id or a path."""
    fingerprint: str
    """Identity of the model's memory (`EngineInfo.fingerprint`)."""
    passes: int
    seed: int
    created: str
    """UTC, ISO 8601. Times are for display; the order of things is that of their numbers."""
    last_used: str
    """When the last step was committed."""


@dataclass(frozen=True)
class DocumentHeader:
    """A stored document but for its text (`sleepdoc.documents.types.Document`)."""

    path: bytes
    name: str
    title: str
    pages: int
    """How many it has."""


@dataclass(frozen=True)
class Step:
    """One committed change of a conversation. Steps are never changed afterwards."""

    seq: int
    """Grows with every commit, over all conversations."""
    kind: StepKind
    parent: int | None
    """The step before; None for the first of a conversation."""
    position: Position
    snapshot: str | None
    """SHA-256 of the memory after this step, hex; None while it is empty."""
    created: str
    info: Mapping[str, Any]
    """What the committer wanted to remember, as JSON values."""
    restores: int | None = None
    """For an ``undo``: the step whose memory and position are back."""


@dataclass(frozen=True)
class StoredTurn:
    """A question and what became of it."""

    id: int
    question: str
    answer: str
    """Empty if the process died while answering."""
    interrupted: bool
    """Not answered to the end: stopped by the reader, or by a crash."""
    position: Position
    """Where reading stood when the question was asked."""
    step_seq: int | None
    """The step that committed the answer; None if it was never finished."""
    info: Mapping[str, Any]
    """What was known when the question was asked, such as citations."""


@dataclass(frozen=True)
class Vectors:
    """What sentences of a document are like."""

    model: str
    """`EngineInfo.vectors` of what made them."""
    of: Mapping[int, bytes]
    """By the sentence's number in its document, from 0; all of one size."""


@dataclass(frozen=True)
class Place:
    """A sentence: its number in the document, from 0, and where it stands."""

    number: int
    page: int
    start: int
    end: int


@dataclass(frozen=True)
class Gist:
    """What a stretch of pages is about, in a sentence or two."""

    kind: GistKind
    """Of the pages of one sleep, of a part such as a chapter, of all that was slept on; or no gist
    but a question that these pages answer."""
    first: int
    last: int
    """Numbers of its first and last page."""
    text: str
    """In one line."""
    quoted: bool
    """Whether it is a sentence of the text itself, for want of a better one."""
    model: str
    """Fingerprint of the model that wrote it."""
