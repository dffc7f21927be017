"""The same questions about the same documents under every condition a memory figure needs.

| arm | window | memory |
|---|---|---|
| n1, n2, ... | nothing | the document, read window by window in N passes each, and evicted |
| swapped | nothing | another document's: the floor, form without content |
| empty | nothing | none, which is the base itself |
| full-own | the whole document | its own: the ceiling, all there is to know it by |
| full-none | the whole document | none |
| full-other | the whole document | another document's |
| last-other | the document's last window | another document's |
| read | the whole document, for the reader | none that the reader looks at |
| recall | what `ask` looks up in the text, for the reader; if nothing, nothing | its own |
| modal | | the most frequent answer, whatever is asked |

Without a memory the base answers in whole sentences, beside another document's it is misled: text
in the window stands under all three, as none of them alone tells what the text is worth.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sleepdoc_model.engine import Engine, WindowFull
from sleepdoc_model.evaluation.answers import exact_match, modal_answer, token_f1
from sleepdoc_model.evaluation.documents import Asked, Document
from sleepdoc_model.evaluation.recall import recalled
from sleepdoc_model.evaluation.saying import say
from sleepdoc_model.tokenizer import Tokenizer

CONTROLS = (
    "swapped",
    "empty",
    "full-own",
    "full-none",
    "full-other",
    "last-other",
    "read",
    "recall",
    "modal",
)
_OTHERS = {"swapped", "full-other", "last-other"}
"""Arms with another document's memory."""

Memories = dict[int, bytes]
"""By number of passes: what is left of a document."""


class NoOther(ValueError):
    """Of a document there is no other whose memory could stand in for its own."""


@dataclass(frozen=True)
class Result:
    """One question under one arm."""

    document: str
    arm: str
    question: str
    answer: str
    f1: float
    exact: bool
    nll: float
    """Of the first right answer, summed over its tokens and the one that ends it; 0 for modal."""
    tokens: int
    seconds: float
    """From asking to the end of the answer, with what the arm puts into the window."""


@dataclass(frozen=True)
class Settings:
    """What is measured, and in which measures; part of an `identity`."""

    passes: tuple[int, ...] = (1, 2, 4, 8)
    controls: tuple[str, ...] = CONTROLS
    room: int = 875
    """Document tokens per window that is read and evicted, where a document has no windows."""
    recall: int = 400
    """Most tokens of recalled text."""
    max_answer: int = 24
    """Tokens."""


@dataclass(frozen=True)
class _Before:
    """What a question finds."""

    memory: bytes | None
    tokens: Sequence[int] = ()
    """In the window, in front of it."""
    reading: bool = False
    """Whether the window is the reader's."""


class MemoryBenchmark:
    """Reads documents with an engine and asks it; one benchmark an engine, whose memory it keeps
    track of."""

    def __init__(self, engine: Engine, tokenizer: Tokenizer, settings: Settings) -> None:
        self._engine, self._tokenizer, self._settings = engine, tokenizer, settings
        self._held: bytes | None = None
        """The memory that the engine was given last; to check one takes as long as to answer."""
        self._settled = False
        """Whether it has that one still."""
        self.standard = min(settings.passes, key=lambda n: abs(n - engine.info.passes))
        """Of the numbers of passes the one nearest to the engine's own, which is the one that
        controls with a memory have."""

    def run(
        self, documents: Sequence[Document], done: Collection[str] = ()
    ) -> Iterator[tuple[Document, list[Result]]]:
        """Every question under every arm, document by document, but for those already `done`.

        A document's other memory is that of the nearest one before it with another text, the last
        one standing before the first. An arm that does not fit into the engine's window, or needs
        a reader where there is none, is left out.

        Raises:
            NoOther: an arm needs another document's memory, and there is no other text.
        """
        modal = modal_answer([asked.answers for d in documents for asked in d.questions])
        read: tuple[Document, Memories] | None = None
        for index, document in enumerate(documents):
            if document.id in done:
                continue
            other = b""
            if _OTHERS & set(self._settings.controls):
                before = another(documents, index)
                if read is None or read[0] is not before:
                    read = (before, self.read(before, (self.standard,)))
                other = read[1][self.standard]
            read = (document, self.read(document, self._settings.passes))
            yield document, list(self._results(document, modal, read[1], other))

    def read(self, document: Document, passes: Sequence[int]) -> Memories:
        """Read a document from nothing, under every number of passes."""
        memories: Memories = dict.fromkeys(passes, b"")
        for window in self._windows(document):
            memories = self.slept_on(window, memories)
        return memories

    def slept_on(self, window: list[int], memories: Memories) -> Memories:
        """What memories are after a window was read, slept on and evicted.

        What an engine sees of a window is the same for all of them, so they come together.
        """
        engine, after = self._engine, {}
        for count, memory in memories.items():
            self._hold(memory or None)
            self._settled = False
            engine.reset_window(self._tokenizer.frame.prefix)
            engine.prefill(window)
            for _ in engine.sleep(count):
                pass
            after[count] = engine.state()
        return after

    def from_memory(self, document: Document, arm: str, memory: bytes) -> Iterator[Result]:
        """All questions about a document in an empty window."""
        for asked in document.questions:
            yield self._ask(document, arm, asked, _Before(memory))

    def _results(
        self, document: Document, modal: str, memories: Memories, other: bytes
    ) -> Iterator[Result]:
        tokens = self._tokenizer.encode(document.text)
        if "modal" in self._settings.controls:
            for asked in document.questions:
                yield _judge(document, "modal", asked, modal)
        found = [
            (asked, arm, before)
            for asked in document.questions
            for arm, before in self._arms(document, tokens, asked, memories, other)
        ]
        order: dict[int, int] = {}
        for _, _, before in found:
            order.setdefault(id(before.memory), len(order))
        for asked, arm, before in sorted(found, key=lambda each: order[id(each[2].memory)]):
            with suppress(WindowFull):
                yield self._ask(document, arm, asked, before)

    def _windows(self, document: Document) -> list[list[int]]:
        encode, room = self._tokenizer.encode, self._settings.room
        if document.windows:
            return [encode(window) for window in document.windows]
        tokens = encode(document.text)
        return [tokens[start : start + room] for start in range(0, len(tokens), room)]

    def _arms(
        self,
        document: Document,
        tokens: list[int],
        asked: Asked,
        memories: Memories,
        other: bytes,
    ) -> Iterator[tuple[str, _Before]]:
        own, reads = memories[self.standard], self._engine.info.reads
        for count, memory in memories.items():
            yield f"n{count}", _Before(memory)
        for arm in self._settings.controls:
            if arm == "swapped":
                yield arm, _Before(other)
            elif arm == "empty":
                yield arm, _Before(None)
            elif arm == "full-own":
                yield arm, _Before(own, tokens)
            elif arm == "full-none":
                yield arm, _Before(None, tokens)
            elif arm == "full-other":
                yield arm, _Before(other, tokens)
            elif arm == "last-other":
                yield arm, _Before(other, self._windows(document)[-1])
            elif arm == "read" and reads:
                page = self._tokenizer.encode(f"[p. 1] {document.text.strip()}\n\n")
                yield arm, _Before(None, page, reading=True)
            elif arm == "recall":
                encode, most = self._tokenizer.encode, self._settings.recall
                found = recalled(document.text, asked.question, encode, most)
                yield arm, _Before(own, found, reading=bool(found))

    def _ask(self, document: Document, arm: str, asked: Asked, before: _Before) -> Result:
        engine, frame = self._engine, self._tokenizer.frame
        self._hold(before.memory)
        engine.reset_window(frame.prefix, reading=before.reading)
        right = [*self._tokenizer.encode(asked.answers[0]), frame.answer_close[0]]
        question = self._tokenizer.encode(asked.question)
        started = time.perf_counter()
        if before.reading:
            engine.prefill(frame.asked([*before.tokens, *question]), whole=True)
        else:
            engine.prefill([*before.tokens, *frame.asked(question)])
        scored = engine.score(right)
        said = say(engine, self._tokenizer, self._settings.max_answer)
        seconds = time.perf_counter() - started
        return _judge(document, arm, asked, said, -sum(scored), len(right), seconds)

    def _hold(self, memory: bytes | None) -> None:
        if not self._settled or self._held is not memory:
            self._engine.load(memory)
            self._held, self._settled = memory, True


def another(documents: Sequence[Document], index: int) -> Document:
    """The nearest document before one that has another text.

    Raises:
        NoOther: all have the same.
    """
    for back in range(1, len(documents)):
        other = documents[index - back]
        if other.text.split() != documents[index].text.split():
            return other
    raise NoOther("another document's memory needs a second document with another text")


def _judge(
    document: Document,
    arm: str,
    asked: Asked,
    answer: str,
    nll: float = 0.0,
    tokens: int = 0,
    seconds: float = 0.0,
) -> Result:
    return Result(
        document.id,
        arm,
        asked.question,
        answer,
        token_f1(answer, asked.answers),
        exact_match(answer, asked.answers),
        nll,
        tokens,
        seconds,
    )
