"""The same questions about the same documents under every condition a memory figure needs.

| arm | window | memory |
|---|---|---|
| full | the whole document | another document's |
| empty | nothing | none, which is a zeroed state |
| last | the document's last window | another document's |
| recall | passages found by text search | another document's |
| swapped | nothing | another document's |
| n1, n2, ... | nothing | the document, read window by window in N passes each, and evicted |
| modal | | the most frequent answer, whatever is asked |

Full, last and recall have another document's memory too: a network that was trained to answer from
memory answers in another form without one, and form would count as knowledge.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sleepdoc_model.engine import Engine, Sampling, WindowFull
from sleepdoc_model.evaluation.answers import exact_match, modal_answer, token_f1
from sleepdoc_model.evaluation.documents import Asked, Document
from sleepdoc_model.evaluation.recall import find_sentences
from sleepdoc_model.tokenizer import Tokenizer

CONTROLS = ("full", "empty", "last", "recall", "swapped", "modal")

Memories = dict[int, bytes]
"""By number of passes: what is left of a document."""


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
    passes: tuple[int, ...] = (1, 2, 4, 8)
    controls: tuple[str, ...] = CONTROLS
    room: int = 875
    """Document tokens per window that is read and evicted."""
    recall: int = 200
    """Most tokens of recalled text."""
    max_answer: int = 24


class MemoryBenchmark:
    """Reads documents with an engine and asks it."""

    def __init__(self, engine: Engine, tokenizer: Tokenizer, settings: Settings) -> None:
        self._engine, self._tokenizer, self._settings = engine, tokenizer, settings
        self._standard = min(settings.passes, key=lambda n: abs(n - engine.info.passes))

    def run(
        self, documents: Sequence[Document], done: Collection[str] = ()
    ) -> Iterator[tuple[Document, list[Result]]]:
        """Every question under every arm, document by document, but for those already `done`.

        A document's swapped memory is that of the one before it; the first one's, of the last.
        An arm that does not fit into the engine's window is left out.
        """
        modal = modal_answer([asked.answers for d in documents for asked in d.questions])
        read: tuple[Document, Memories] | None = None
        for index, document in enumerate(documents):
            if document.id in done:
                continue
            before = documents[index - 1]
            if read is None or read[0] is not before:
                read = (before, self._read(before, (self._standard,)))
            other = read[1][self._standard]
            read = (document, self._read(document, self._settings.passes))
            yield document, list(self._results(document, modal, read[1], other))

    def _results(
        self, document: Document, modal: str, memories: Memories, other: bytes
    ) -> Iterator[Result]:
        tokens = self._tokenizer.encode(document.text)
        for asked in document.questions:
            if "modal" in self._settings.controls:
                yield _judge(document, "modal", asked, modal)
            for arm, before, memory in self._arms(document, tokens, asked, memories, other):
                try:
                    yield self._ask(document, arm, asked, before, memory)
                except WindowFull:
                    continue

    def _read(self, document: Document, passes: Sequence[int]) -> Memories:
        """Windows are the outer loop: what an engine sees of one is the same for all passes."""
        engine, memories = self._engine, dict.fromkeys(passes, b"")
        for window in self._windows(self._tokenizer.encode(document.text)):
            for count in passes:
                engine.load(memories[count] or None)
                engine.reset_window(self._tokenizer.frame.prefix)
                engine.prefill(window)
                for _ in engine.sleep(count):
                    pass
                memories[count] = engine.state()
        return memories

    def _windows(self, tokens: list[int]) -> list[list[int]]:
        room = self._settings.room
        return [tokens[start : start + room] for start in range(0, len(tokens), room)]

    def _arms(
        self,
        document: Document,
        tokens: list[int],
        asked: Asked,
        memories: Memories,
        other: bytes,
    ) -> Iterator[tuple[str, list[int], bytes | None]]:
        encode, budget = self._tokenizer.encode, self._settings.recall
        for arm in self._settings.controls:
            if arm == "full":
                yield arm, tokens, other
            elif arm == "empty":
                yield arm, [], None
            elif arm == "last":
                yield arm, self._windows(tokens)[-1], other
            elif arm == "recall":
                found = find_sentences(document.text, asked.question, self._tokenizer, budget)
                yield arm, encode(found), other
            elif arm == "swapped":
                yield arm, [], other
        for count, memory in memories.items():
            yield f"n{count}", [], memory

    def _ask(
        self, document: Document, arm: str, asked: Asked, before: list[int], memory: bytes | None
    ) -> Result:
        engine, frame = self._engine, self._tokenizer.frame
        engine.load(memory)
        engine.reset_window(frame.prefix)
        right = [*self._tokenizer.encode(asked.answers[0]), frame.answer_close[0]]
        question = self._tokenizer.encode(asked.question)
        started = time.perf_counter()
        engine.prefill([*before, *frame.asked(question)])
        stream, text = self._tokenizer.stream(), ""
        scored = engine.score(right)
        for token in engine.generate(
            self._settings.max_answer, stop=frame.stop, sampling=Sampling()
        ):
            text += stream.push(token)
        text += stream.finish()
        seconds = time.perf_counter() - started
        return _judge(document, arm, asked, text.strip(), -sum(scored), len(right), seconds)


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
