"""One conversation as it is committed: what a session starts from, and what it adds."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sleepdoc.documents.types import Document
from sleepdoc.reading.answer import Answer
from sleepdoc.reading.events import Citation, SleptPages
from sleepdoc.reading.recall import StoredText
from sleepdoc.reading.slept import held, slept_pages
from sleepdoc.reading.stretches import Stretches, by_key
from sleepdoc.reading.summaries import Past
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.store import Conversation, Gist, Place, Position, Step, Store, Vectors
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall.query import Turn

DOCUMENT_TOKENS = "document_tokens"
"""In the info of every step: how many tokens the whole document has."""

_SLEEP_AT = "sleep_at"
"""In the info of the first step: the percent of the window at which the conversation sleeps."""
_PAGE_TOKENS = "page_tokens"
"""In the info of the first step: `DocumentTokens.counts`."""

_TURN_TOKENS = "turn_tokens"
_MOST_LEAD = 256
"""Tokens of the longest turn that is put in front of a question that leans on it."""


def first_info(tokens: DocumentTokens, sleep_at: int) -> dict[str, Any]:
    """What is kept with the first step of a conversation."""
    return {_PAGE_TOKENS: tokens.counts, **({_SLEEP_AT: sleep_at} if sleep_at else {})}


def page_tokens(steps: Sequence[Step]) -> Sequence[int]:
    """How many tokens each page of a conversation's document has; none if that was not kept."""
    counts: Sequence[int] = steps[0].info.get(_PAGE_TOKENS, ())
    return counts


class Record:
    """The only place where a session meets the store. Every change is one transaction."""

    def __init__(self, store: Store, conversation: Conversation, document_tokens: int) -> None:
        self._store = store
        self._document_tokens = document_tokens
        self.conversation = conversation
        self.refresh()

    def refresh(self) -> None:
        """Look at what is stored now."""
        self._steps = self._store.lineage(self.conversation)

    @property
    def head(self) -> Step:
        return self._steps[-1]

    @property
    def sleep_at(self) -> int:
        """As of `Budget`."""
        return int(self._steps[0].info.get(_SLEEP_AT, 0))

    @property
    def sleeps(self) -> int:
        return sum(step.kind == "sleep" for step in self._steps)

    @property
    def memory(self) -> bytes | None:
        """The stored memory, verified; None while there is none."""
        snapshot = self.head.snapshot
        return None if snapshot is None else self._store.load_snapshot(snapshot)

    @property
    def turns_in_window(self) -> list[tuple[int, list[int]]]:
        """For each turn not slept on yet: document tokens read before it, and its own tokens."""
        turns: list[tuple[int, list[int]]] = []
        for step in reversed(self._steps):
            if step.kind == "turn":
                turns.insert(0, (step.position.read, step.info[_TURN_TOKENS]))
            elif step.kind != "undo":
                break
        return turns

    def text(self, *, before_page: int | None) -> StoredText:
        """The stored text, or what stands before a page."""
        sha256 = self.conversation.document_sha256
        return StoredText(self._store, sha256, before_page=before_page)

    @property
    def document(self) -> Document:
        """The stored document, verified.

        Raises:
            StorageError: it is gone, or damaged.
        """
        return self._store.document_of(self.conversation)

    @property
    def gists(self) -> list[Gist]:
        """What has been written down of the present memory."""
        return self._store.gists(self.conversation)

    def add_gist(self, gist: Gist) -> None:
        """Commit what some pages are about; it belongs to the last sleep."""
        step = next(step for step in reversed(self._steps) if step.kind in ("sleep", "import"))
        self._store.add_gist(self.conversation, step, gist)

    @property
    def turn_before(self) -> list[int]:
        """The tokens of the latest turn, question and answer; none if that had no book."""
        latest = next((step for step in reversed(self._steps) if step.kind == "turn"), None)
        tokens: list[int] = [] if latest is None else latest.info[_TURN_TOKENS]
        return tokens if len(tokens) <= _MOST_LEAD else []

    def turns_before(self, turn: int | None) -> list[Turn]:
        """What was asked and answered before a turn, oldest first; None is one not stored yet."""
        return [
            Turn(each.question, each.answer)
            for each in self._store.turns(self.conversation)
            if turn is None or each.id < turn
        ]

    def past(self, turn: int | None) -> Past:
        """What was written down, and asked, before a turn."""
        gists = self.gists
        created = {step.seq: step.created for step in self._store.steps(self.conversation)}
        questions = [
            (created[each.step_seq], each.question)
            for each in self._store.turns(self.conversation)
            if each.step_seq is not None and (turn is None or each.id < turn)
        ]

        def parts() -> list[tuple[str, Gist]]:
            stored = by_key(gists)
            every = Stretches.of(self.document, self.slept).parts
            return [(each.title, stored[each.key]) for each in every if each.key in stored]

        return Past(gists, parts, questions)

    def require_space(self, snapshot_size: int) -> None:
        """Refuse to sleep if the result could not be stored.

        Raises:
            StorageError: the disk is too full.
        """
        self._store.require_space(snapshot_size)

    def sentences_without_vectors(self, model: str, first: int, last: int) -> list[Place]:
        """The sentences on the pages from one number to another of which a model has made none."""
        sha256 = self.conversation.document_sha256
        before = self._store.first_sentences(sha256, first, last)
        places = [
            Place(before[page.number] + number, page.number, *span)
            for page in self.document.pages
            if page.number in before
            for number, span in enumerate(sentences(page.text))
        ]
        among = range(places[0].number, places[-1].number + 1) if places else range(0)
        known = self._store.vectors(sha256, model, among)
        return [place for place in places if place.number not in known]

    def add_sleep(
        self, position: Position, snapshot: bytes, info: Mapping[str, Any], vectors: Vectors | None
    ) -> str:
        """Commit memory, position and vectors after a sleep; returns the SHA-256 of the memory."""
        step = self._store.commit(
            self.conversation,
            parent=self.head,
            kind="sleep",
            position=position,
            snapshot=snapshot,
            info={**info, DOCUMENT_TOKENS: self._document_tokens},
            vectors=vectors,
        )
        self._steps.append(step)
        assert step.snapshot is not None
        return step.snapshot

    def undo(self) -> None:
        """Commit the memory and position from before the last sleep.

        Raises:
            UsageError: there is no sleep to undo.
        """
        self._store.undo(self.conversation)
        self.refresh()

    def redo(self) -> None:
        """Commit the memory and position from before the last undo.

        Raises:
            UsageError: there is nothing to redo.
        """
        self._store.redo(self.conversation)
        self.refresh()

    @property
    def slept(self) -> tuple[SleptPages, ...]:
        """The sleeps that made the present memory."""
        return slept_pages(self._steps)

    @property
    def held(self) -> bool:
        """Whether reading is not to go on by itself."""
        return held(self._steps)

    def begin(
        self, answer: Answer, position: Position, citations: Sequence[Citation], lookup: str
    ) -> None:
        """Commit the question, unless that is done or nothing is to be kept of it."""
        if answer.kept and answer.turn is None:
            info = {
                "closed_book": answer.closed_book,
                "lookup": lookup,
                "citations": [dataclasses.asdict(citation) for citation in citations],
            }
            answer.turn = self._store.begin_turn(
                self.conversation, answer.question, position, info=info
            )

    def finish(self, answer: Answer, position: Position, close: Sequence[int]) -> None:
        """Commit the answer as far as it got, with the tokens to put back when resuming."""
        if answer.turn is not None:
            step = self._store.finish_turn(
                self.conversation,
                answer.turn,
                answer.text,
                interrupted=answer.interrupted,
                parent=self.head,
                position=position,
                info={
                    _TURN_TOKENS: answer.replayed(close),
                    DOCUMENT_TOKENS: self._document_tokens,
                },
                found={
                    "verdict": answer.verdict,
                    "citations": [dataclasses.asdict(each) for each in answer.citations],
                    "ended": answer.ended,
                },
            )
            self._steps.append(step)
        answer.finished = True
