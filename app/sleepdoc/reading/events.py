"""What happens while reading and answering, as plain values.

`ReadingSession` yields these; the command line prints them and the application shows them.
Nothing in them refers to Textual or to SQL.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sleepdoc.documents.types import Document
from sleepdoc.errors import ExitCode

if TYPE_CHECKING:
    from sleepdoc.reading.overview import Overview

LOOKED_UP = "looked up"
SEARCHED = "searched in the text"


@dataclass(frozen=True)
class WindowUse:
    """How the attention window is filled, in tokens."""

    document: int
    chat: int
    size: int

    @property
    def free(self) -> int:
        return max(0, self.size - self.document - self.chat)


@dataclass(frozen=True)
class Progress:
    """How far the document has been read."""

    page: int
    """Number of the page being read, from 1; 0 before the first."""
    label: str
    pages: int
    tokens: int
    """Document tokens read so far."""
    tokens_total: int
    slept_page: int = 0
    """Number of the last page that has been slept on, if only in part; 0 before the first sleep."""

    @property
    def finished(self) -> bool:
        return self.tokens >= self.tokens_total


@dataclass(frozen=True)
class SleptPages:
    """One sleep that made the present memory, and the pages it was about."""

    number: int
    first: int
    last: int
    """Page numbers; the first may have been begun in the window before."""


@dataclass(frozen=True)
class DocumentReady:
    """The document's text is extracted and stored; the model may still be loading."""

    conversation: str
    """Empty until `ModelReady` names it: a conversation belongs to a loaded model."""
    title: str
    name: str
    pages: int
    characters: int
    notices: tuple[str, ...]
    document: Document
    """The whole text, to look at and to search in."""


@dataclass(frozen=True)
class Resumed:
    """A stored conversation goes on. Sent before the model has loaded."""

    conversation: str
    progress: Progress
    sleeps: int
    messages: tuple["Turn", ...]
    last_used: str
    """UTC time of the last committed step, ISO 8601."""
    document: Document
    slept: tuple[SleptPages, ...] = ()
    gists: tuple["GistWritten", ...] = ()
    """What has been written down of these sleeps."""
    held: bool = False
    """Cut off at a page, or undone: reading goes on only when it is asked to."""


@dataclass(frozen=True)
class Turn:
    """A question and its answer, as stored."""

    question: str
    answer: str
    interrupted: bool
    read_to: Progress
    citations: tuple["Citation", ...] = ()
    closed_book: bool = False
    sleeps: int = 0
    """How many of the present sleeps came before it."""
    lookup: str = ""
    """As of `Answering`."""
    verdict: "Verdict | None" = None
    """None for answers of before there were any."""
    ended: "Ended" = "stop"


@dataclass(frozen=True)
class ModelReady:
    """The worker has loaded the model; the memory is in place."""

    model: str
    device: str
    dtype: str
    window: int
    """Tokens of the window that can be filled (`WindowUse.size`)."""
    state_bytes: int
    reasons: tuple[str, ...]
    tokens_reread: int
    """Document tokens that must be prefilled again because they had not been slept on."""
    conversation: str = ""
    use: WindowUse | None = None
    """What the window holds again."""
    notice: str = ""
    """What one should know of this model; empty for the embedded one."""


@dataclass(frozen=True)
class Reading:
    """Some more of the document went into the window."""

    progress: Progress
    window: WindowUse
    tokens_per_second: float
    seconds_left: float
    excerpt: str
    """A line of the text just read, so that it can be seen to read."""


@dataclass(frozen=True)
class ReadingPaused:
    progress: Progress


@dataclass(frozen=True)
class ReadingFinished:
    """The last page is read and slept on."""

    progress: Progress
    sleeps: int
    seconds: float


@dataclass(frozen=True)
class SleepStarted:
    number: int
    passes: int
    """0: the model has no memory, and the window is only let go."""
    tokens: int
    """Window tokens being consolidated."""
    first_page: str
    last_page: str
    """Labels of the pages in the window; both empty if it holds chat only."""


@dataclass(frozen=True)
class SleepPass:
    """One pass has ended."""

    number: int
    passes: int
    change: tuple[float, ...]
    """Relative change of the fast weights, per layer (`PassReport.change`)."""
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class SleepFinished:
    """The window is consolidated, evicted, and the new memory committed to disk."""

    number: int
    passes: int
    tokens: int
    seconds: float
    change: tuple[float, ...]
    state_bytes: int
    snapshot: str
    """SHA-256 of the stored snapshot, hex."""
    window: WindowUse
    progress: Progress


@dataclass(frozen=True)
class SleepAborted:
    """A sleep was stopped between passes; memory and window are as before."""

    number: int


@dataclass(frozen=True)
class Citation:
    """A stretch of a page: one that was put into the window for an answer (recall), or the one or
    two sentences that the answer stands on (evidence)."""

    page: int
    label: str
    quote: str
    """In one line."""
    start: int = 0
    end: int = 0
    """Where it stands in the page's text, in characters."""
    verified: bool = False
    """Whether it bears out an answer of the verdict ``verified``."""
    likely: bool = False
    """Whether it likely bears out an answer of the verdict ``quoted``."""


Verdict = Literal["verified", "quoted", "from memory", "not found"]
"""Whether an answer stands on a page and answers the question, stands there and may not answer it,
stands nowhere, or says that the document does not say."""
Ended = Literal["stop", "length", "repetition", "interrupted"]
"""Why an answer ended: by itself, at the most tokens, as it went round in circles, or stopped."""


@dataclass(frozen=True)
class Answering:
    """A question was stored and is about to be answered."""

    question: str
    read_to: Progress
    citations: tuple[Citation, ...]
    closed_book: bool
    lookup: str = ""
    """How the citations were found, if not by ranking: `LOOKED_UP` for a page or chapter that the
    question names, `SEARCHED` for what was counted or listed."""
    kept: bool = True
    """Whether question and answer are stored, and stay in the window."""


@dataclass(frozen=True)
class AnswerText:
    """A piece of the answer, safe to append to what came before."""

    text: str


@dataclass(frozen=True)
class AnswerFinished:
    """The answer is complete and committed."""

    answer: str
    interrupted: bool
    tokens: int
    seconds: float
    """From the prepared question to the last token."""
    tokens_per_second: float
    """After the first token."""
    window: WindowUse
    first_token: float = 0.0
    """Seconds from the prepared question to the first token."""
    verdict: Verdict = "from memory"
    citations: tuple[Citation, ...] = ()
    """The evidence first, if there is any; then what was recalled."""
    ended: Ended = "stop"
    absence: float = 0.0
    """How likely the reader found it that the document does not say."""
    likelihood: float = 1.0
    """How likely it found what it said."""


@dataclass(frozen=True)
class Undone:
    """Memory and position are those from before a sleep; or, redone, those from before an undo.

    Questions and answers stay. Reading does not go on by itself.
    """

    redone: bool
    before: Progress
    progress: Progress
    slept: tuple[SleptPages, ...]
    """The sleeps that there are now."""
    window: WindowUse


@dataclass(frozen=True)
class GistWritten:
    """What some pages are about has been written down and committed."""

    kind: str
    """Of one sleep, of a part, of the whole; or a question that the pages answer."""
    first: int
    last: int
    """Page numbers."""
    text: str
    quoted: bool
    """Whether it is a sentence of the text itself."""

    @property
    def said(self) -> str:
        return f"\u201c{self.text}\u201d" if self.quoted else self.text


@dataclass(frozen=True)
class OverviewWritten:
    """All that an overview shows has been written down, for the first time as far as this."""

    overview: "Overview"


@dataclass(frozen=True)
class WorkerDied:
    """The model process ended unexpectedly. It will be restarted from the last step."""

    reason: str


@dataclass(frozen=True)
class Failed:
    """Something went wrong that the session cannot mend. The message is one line."""

    message: str
    exit_code: ExitCode
    question: bool = False
    """Whether what was refused is the question that waits longest."""


Event = (
    DocumentReady
    | Resumed
    | ModelReady
    | Reading
    | ReadingPaused
    | ReadingFinished
    | SleepStarted
    | SleepPass
    | SleepFinished
    | SleepAborted
    | Answering
    | AnswerText
    | AnswerFinished
    | Undone
    | GistWritten
    | OverviewWritten
    | WorkerDied
    | Failed
)
