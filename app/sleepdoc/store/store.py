"""The store's public face: every method is one question or one transaction."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sleepdoc.documents.types import Document, Page
from sleepdoc.store import (
    backups,
    checks,
    conversations,
    documents,
    forks,
    garbage,
    gists,
    leftovers,
    locks,
    search,
    snapshots,
    steps,
    turns,
)
from sleepdoc.store import vectors as sentence_vectors
from sleepdoc.store.database import PATIENCE_MS, Database
from sleepdoc.store.sizes import Sizes
from sleepdoc.store.types import (
    Conversation,
    DocumentHeader,
    Gist,
    Position,
    Step,
    StepKind,
    StoredTurn,
    Vectors,
)

_NOTHING: Mapping[str, Any] = {}


class Store:
    """Everything that outlives the process, in one SQLite file.

    Use it from the thread that opened it. Whatever goes wrong with the file is a `StorageError`
    that says in one line what to do, and leaves the file at the last commit. What a method
    stored is on the disk when the method returns.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path, *, patience_ms: int = PATIENCE_MS) -> Self:
        """Open the database, creating it (0600, in a directory 0700) or migrating it if need be.

        Args:
            patience_ms: how long to wait for another writer.

        Raises:
            StorageError: the file is foreign, newer than this version, damaged, or cannot be
                written. A foreign or newer file is not touched.
        """
        return cls(Database(path, patience_ms=patience_ms))

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        return self._database.path

    def add_document(self, document: Document) -> None:
        """Store a document's text and index it, all or nothing.

        Text that is stored already stays as it is: conversations go on from it.
        """
        documents.add(self._database, document)

    def forget_document(self, sha256: str) -> None:
        """Delete a document that no conversation is about; any other stays. One whose conversation
        another process is only making comes back with that."""
        documents.forget(self._database, sha256)

    def unused_documents(self) -> dict[str, str]:
        """Documents that no conversation is about: SHA-256 and file name. A process that was
        killed while its model was loading leaves one."""
        return documents.unused(self._database)

    def document(self, sha256: str) -> Document | None:
        """The stored document, its text verified.

        Raises:
            StorageError: a page is not what was stored.
        """
        return documents.load(self._database, sha256)

    def document_of(self, conversation: Conversation) -> Document:
        """The document of a conversation, its text verified.

        Raises:
            StorageError: it is missing, or a page is not what was stored.
        """
        return documents.of(self._database, conversation)

    def header_of(self, conversation: Conversation) -> DocumentHeader:
        """What is known of a conversation's document; its text is not looked at.

        Raises:
            StorageError: it is missing, or not what was stored.
        """
        return documents.header_of(self._database, conversation)

    def read_from(self, path: bytes) -> set[str]:
        """SHA-256 of all that was read from a file of this path; their text is not looked at."""
        return documents.read_from(self._database, path)

    def page(self, sha256: str, number: int) -> Page:
        """One page of a stored document.

        Raises:
            StorageError: it is missing, or not what was stored.
        """
        return documents.page(self._database, sha256, number)

    def index(self, sha256: str, *, before_page: int | None = None) -> search.StoredIndex:
        """The word index of a document, its figures those of that document alone.

        Args:
            before_page: as if the document had only the pages with a smaller number.
        """
        return search.StoredIndex(self._database, sha256, before_page)

    def first_sentences(self, sha256: str, first: int, last: int) -> dict[int, int]:
        """Of the pages of a document from one number to another that have a sentence, the number
        in the document of the first one, by the page's."""
        return search.first_sentences(self._database, sha256, first, last)

    def vectors(self, sha256: str, model: str, of: range | None = None) -> dict[int, bytes]:
        """What a model made of sentences of a document, by their number in it; what is not what was
        stored is left out.

        Args:
            of: the numbers that are wanted; all.
        """
        return sentence_vectors.load(self._database, sha256, model, of)

    def create_conversation(
        self,
        document: Document,
        *,
        model: str,
        fingerprint: str,
        passes: int,
        seed: int,
        info: Mapping[str, Any] = _NOTHING,
    ) -> Conversation:
        """Begin a conversation about a stored document, with its ``created`` step.

        Args:
            info: JSON values to keep with that step.
        """
        return conversations.create(
            self._database,
            document,
            model=model,
            fingerprint=fingerprint,
            passes=passes,
            seed=seed,
            info=info,
        )

    def conversations(self) -> list[Conversation]:
        """All conversations, the one used last first."""
        return conversations.every(self._database)

    def conversation(self, name: str) -> Conversation:
        """The conversation of that name, or the only one whose name begins so.

        Raises:
            NotFoundError: there is none, or more than one begins so.
        """
        return conversations.named(self._database, name)

    def latest_for(self, document_sha256: str, fingerprint: str | None) -> Conversation | None:
        """The conversation about a document used last, under one model or (None) any."""
        return conversations.latest_for(self._database, document_sha256, fingerprint)

    def delete_conversation(self, name: str) -> int:
        """Delete a conversation, and its document if no other refers to it; returns bytes freed.

        Raises:
            BusyError: it is open in another process.
        """
        return conversations.delete(self._database, name)

    def collect(self) -> garbage.Removed:
        """Remove documents without a conversation and memories that none can go back to, and give
        unused space back to the file system."""
        return garbage.collect(self._database)

    def tidy(self) -> None:
        """Give unused space back to the file system, where that is worth the while."""
        self._database.tidy()

    def sizes(self) -> Sizes:
        """How many bytes deleting a conversation frees, for one or for many of them."""
        return Sizes(self._database)

    def snapshot_sizes(self, conversation: Conversation) -> dict[str, tuple[int, bool]]:
        """Of each memory a conversation ever had: its bytes, and whether it is still stored."""
        return snapshots.sizes(self._database, conversation.id)

    def lock(self, conversation: Conversation) -> AbstractContextManager[None]:
        """Hold a conversation for this process; the kernel lets go when the process dies.

        Raises:
            BusyError: on entering, if another holds it; the message has its process id.
        """
        return locks.conversation_lock(self.path, conversation)

    def head(self, conversation: Conversation) -> Step:
        """The last committed step; there always is one."""
        return steps.head(self._database, conversation)

    def steps(self, conversation: Conversation) -> list[Step]:
        """Everything that was committed, oldest first, undone steps included."""
        return steps.history(self._database, conversation)

    def lineage(self, conversation: Conversation) -> list[Step]:
        """The steps that made the present memory, oldest first: undone ones are left out."""
        return steps.lineage(self._database, conversation)

    def commit(
        self,
        conversation: Conversation,
        *,
        parent: Step,
        kind: StepKind,
        position: Position,
        snapshot: bytes | None = None,
        info: Mapping[str, Any] = _NOTHING,
        vectors: Vectors | None = None,
    ) -> Step:
        """Store a step: position, memory and vectors together, or none of them.

        Args:
            parent: the step this one was computed from.
            snapshot: the memory after the step, a safetensors file; None if it is the parent's.
            info: JSON values to keep with the step.
            vectors: what came of it for sentences of the document. They outlive the step.

        Raises:
            StorageError: `parent` is no longer the last step, or `snapshot` holds a number that
                is not finite; nothing was stored.
        """
        return steps.commit(
            self._database,
            conversation,
            parent=parent,
            kind=kind,
            position=position,
            snapshot=snapshot,
            info=info,
            vectors=vectors,
        )

    def undo(self, conversation: Conversation) -> Step:
        """Commit a step with the memory and position from before the last sleep.

        Undoing again goes back to before the sleep before that one.

        Raises:
            UsageError: there is no sleep left to undo, or the memory before it is not kept.
        """
        return steps.undo(self._database, conversation)

    def redo(self, conversation: Conversation) -> Step:
        """Commit a step with the memory and position from before the last `undo`.

        Redoing again takes back the undo before that one.

        Raises:
            UsageError: there is no undo, or something was committed since.
        """
        return steps.redo(self._database, conversation)

    def fork(self, conversation: Conversation, page: int | None = None) -> Conversation:
        """A copy that shares the memories and has a history of its own.

        Args:
            page: as of this page: up to the last sleep that knew nothing beyond it, with the
                questions asked until then. None: all of it.

        Raises:
            UsageError: no sleep lies at or before `page` whose memory is stored.
        """
        return forks.fork(self._database, conversation, page)

    def rename(self, name: str, new: str) -> Conversation:
        """Give a conversation another name, made easy to type.

        Raises:
            NotFoundError: there is none of that name.
            UsageError: the new name is blank or taken.
        """
        return conversations.rename(self._database, name, new)

    def load_snapshot(self, sha256: str) -> bytes:
        """A stored memory, verified by its SHA-256 and for finite numbers.

        Raises:
            StorageError: it is damaged, or was dropped to save space.
        """
        return snapshots.load(self._database, sha256)

    def require_space(self, snapshot_size: int) -> None:
        """Ask before a sleep whether what comes out of it can be stored.

        Raises:
            StorageError: the disk is too full.
        """
        snapshots.require_space(self.path, snapshot_size)

    def turns(self, conversation: Conversation) -> list[StoredTurn]:
        """All questions, oldest first."""
        return turns.every(self._database, conversation)

    def begin_turn(
        self,
        conversation: Conversation,
        question: str,
        position: Position,
        *,
        info: Mapping[str, Any] = _NOTHING,
    ) -> int:
        """Store a question before it is answered; returns the turn's id.

        Until `finish_turn` the turn counts as interrupted, with an empty answer.
        """
        return turns.begin(self._database, conversation, question, position, info)

    def finish_turn(
        self,
        conversation: Conversation,
        turn_id: int,
        answer: str,
        *,
        interrupted: bool,
        parent: Step,
        position: Position,
        snapshot: bytes | None = None,
        info: Mapping[str, Any] = _NOTHING,
        found: Mapping[str, Any] = _NOTHING,
    ) -> Step:
        """Store an answer together with its step of kind ``turn``; otherwise as `commit`.

        Args:
            found: what is known of the turn now, beside or instead of what `begin_turn` stored.

        Raises:
            ValueError: the turn is not an unfinished one of this conversation.
        """
        return turns.finish(
            self._database,
            conversation,
            turn_id,
            answer,
            interrupted=interrupted,
            parent=parent,
            position=position,
            snapshot=snapshot,
            info=info,
            found=found,
        )

    def add_gist(self, conversation: Conversation, step: Step, gist: Gist) -> None:
        """Store what a stretch of pages is about; undoing `step` takes it away."""
        gists.add(self._database, conversation, step, gist)

    def gists(self, conversation: Conversation) -> list[Gist]:
        """The gists of the steps that made the present memory, in the order of the pages."""
        return gists.every(self._database, conversation)

    def check(self) -> list[str]:
        """Everything that is wrong with the file, one line each; reads all of it."""
        return checks.problems(self._database)

    def leftovers(self) -> list[str]:
        """What is stored and nothing needs any more, and what to do about it, one line each."""
        return leftovers.found(self._database)

    def back_up(self, target: Path) -> int:
        """Copy everything to a new file (0600) and verify it; returns its bytes.

        Others may write meanwhile.

        Raises:
            UsageError: there is such a file already, or no such directory.
            StorageError: the copy cannot be written, or is not sound.
        """
        return backups.write(self._database, target)
