"""Opening a conversation: document, store, lock, worker and session, opened and closed as one."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, nullcontext, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from sleepdoc.documents.types import Document
from sleepdoc.errors import DocumentError, MismatchError, ModelError, NotFoundError, StorageError
from sleepdoc.models.card import card_of
from sleepdoc.reading.client import EngineClient, WorkerGone
from sleepdoc.reading.events import (
    Citation,
    DocumentReady,
    Event,
    GistWritten,
    Progress,
    Resumed,
    Turn,
)
from sleepdoc.reading.model_process import ModelProcess
from sleepdoc.reading.record import DOCUMENT_TOKENS, Record, first_info, page_tokens
from sleepdoc.reading.session import ReadingSession
from sleepdoc.reading.slept import held, slept_pages
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.store import Conversation, Position, Step, Store, StoredTurn
from sleepdoc_model.engine import EngineInfo
from sleepdoc_model.file_hash import file_sha256
from sleepdoc_model.load import DEFAULT_MODEL

UNTESTED = "Not trained to sleep, and not tested: sleepdoc models test says what it remembers."
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class OpenOptions:
    """What to open, and with what."""

    target: str | Path | BinaryIO
    """A file, or the name of a conversation. A `Path` always means a file; a string means a file
    if one of that name exists; what `documents.reader.spooled` made is standard input."""
    database: Path
    model: str | None = None
    """None: the conversation's own model, `preferred` for a new one."""
    preferred: Callable[[], str] = lambda: DEFAULT_MODEL
    """Asked only for a new conversation; raises what `open` then does."""
    device: str | None = None
    seed: int = 0
    """Of a new conversation; an old one keeps its own."""
    passes: int | None = None
    """Passes per sleep of a new conversation. None: what the engine recommends."""
    sleep_at: int = 0
    """As of `Budget`, of a new conversation."""
    recall: int = 0
    """Most tokens of recalled text in front of a question. 0: what the model's budget has."""
    ocr: bool = False
    """Whether scanned pages of a new document are read by a program that recognises text."""
    log: Path | None = None
    """Where the worker's own output goes. None: ``worker.log`` beside the database."""
    anew: bool = False
    """Begin another conversation about a file, whatever there is about it already."""


class OpenConversation:
    """One open conversation. Use it as a context manager, from one thread.

    ```
    with OpenConversation(options) as conversation:
        for event in conversation.open(): ...
        for event in conversation.session.read(): ...
        for event in conversation.session.ask("Why?"): ...
    ```

    A file that was read before under the same model goes on where it was, recognised by its bytes.
    A file whose bytes changed starts a new conversation, with a notice. A conversation opened by
    name never looks at the file.
    """

    def __init__(self, options: OpenOptions, process: ModelProcess | None = None) -> None:
        """
        Args:
            process: one for the model, if it was started before; it is closed with the rest.
        """
        self._options, self._process = options, process
        self._cleanup = ExitStack()
        if process is not None:
            self._cleanup.callback(process.close)
        self._lock = self._cleanup.enter_context(ExitStack())
        self._engine: EngineClient | None = None
        self._session: ReadingSession | None = None
        self._abandoned = False
        self.resumed = False

    def open(self) -> Iterator[Event]:
        """Yield `DocumentReady` (new) or `Resumed`, then `ModelReady`.

        Both before the model has loaded, so that they can be shown at once. The name of a new
        conversation is known with `ModelReady`. Should a file's conversation turn out to belong to
        an older version of the model, a second `DocumentReady` or `Resumed` says what is open
        instead.

        Raises:
            SleepdocError: with the exit code of design §7.
        """
        options = self._options
        file = _file(options.target)
        store = self._cleanup.enter_context(Store.open(options.database))
        self._cleanup.callback(_tidy, store)
        conversation: Conversation | None
        if file is None:
            conversation = _named(store, str(options.target))
            document = store.document_of(conversation)
        else:
            with nullcontext() if isinstance(file, Path) else file:
                document = _document(store, file, options.ocr)
            # Without a conversation nobody would ever see it, or could delete it.
            self._cleanup.callback(_forget, store, document.sha256)
            conversation = None if options.anew else _known(store, document, options.model)
        seed = options.seed if conversation is None else conversation.seed
        model = options.model or (conversation.model if conversation else options.preferred())
        introduction = self._introduce(store, document, conversation)
        engine = self._begin(model, seed)
        yield introduction
        info = self._started(engine, model)
        if conversation is not None and conversation.fingerprint != info.fingerprint:
            if file is None:
                raise MismatchError(
                    f"The memory of {conversation.name} was made by another model or version of "
                    f"{conversation.model}; open the document itself to read it anew."
                )
            conversation = store.latest_for(document.sha256, info.fingerprint)
            yield self._introduce(store, document, conversation)
        counts = () if conversation is None else page_tokens(store.lineage(conversation))
        try:
            tokens = DocumentTokens(document, engine.encode, counts)
        except WorkerGone as gone:
            raise ModelError(str(gone)) from gone
        if conversation is None:
            conversation = store.create_conversation(
                document,
                model=model,
                fingerprint=info.fingerprint,
                passes=options.passes or info.passes,
                seed=seed,
                info=first_info(tokens, options.sleep_at),
            )
            self._hold(store, conversation)
        record = Record(store, conversation, tokens.total)
        self._session = ReadingSession(
            engine, tokens, record, notice=_notice(model, info), recall=options.recall
        )
        self._cleanup.callback(self._session.close)
        yield from self._session.resume()

    @property
    def session(self) -> ReadingSession:
        """The session; there is one once `open` has yielded `ModelReady`."""
        if self._session is None:
            raise RuntimeError("the conversation is not open")
        return self._session

    def abandon(self) -> None:
        """End the worker for good and at once, from any thread. What is committed stays."""
        self._abandoned = True
        if self._engine is not None:
            self._engine.abandon()

    def close(self) -> None:
        """End the worker, release the lock, close the store. Safe to call twice."""
        self._cleanup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _introduce(
        self, store: Store, document: Document, conversation: Conversation | None
    ) -> DocumentReady | Resumed:
        """Say what is open, and hold it."""
        self.resumed = conversation is not None
        self._lock.close()
        if conversation is not None:
            self._hold(store, conversation)
            return _resumed(store, document, conversation)
        characters = sum(len(page.text) for page in document.pages)
        notices = (*document.notices, *_changes(store, document))
        pages = len(document.pages)
        return DocumentReady(
            "", document.title, document.name, pages, characters, notices, document
        )

    def _hold(self, store: Store, conversation: Conversation) -> None:
        self._lock.enter_context(store.lock(conversation))

    def _begin(self, model: str, seed: int) -> EngineClient:
        """A worker that loads a model while something else is done."""
        options = self._options
        engine = EngineClient.shipped(
            model, device=options.device, seed=seed, log=self._log, process=self._process
        )
        self._engine = self._cleanup.enter_context(closing(engine))
        if self._abandoned:
            engine.abandon()
        with suppress(WorkerGone):  # abandoned; waiting for it says so
            engine.begin()
        return engine

    def _started(self, engine: EngineClient, model: str) -> EngineInfo:
        try:
            engine.start()
        except WorkerGone as gone:
            raise ModelError(f"{gone} It was loading {model}; see {self._log}.") from gone
        return engine.info

    @property
    def _log(self) -> Path:
        return self._options.log or self._options.database.with_name("worker.log")


def check(options: OpenOptions) -> None:
    """Find out what can be found out without a model: that the document can be read, and that its
    conversation is free. The text of a new document is stored on the way.

    Raises:
        SleepdocError: as `OpenConversation.open` would.
    """
    with Store.open(options.database) as store:
        if (file := _file(options.target)) is None:
            conversation: Conversation | None = _named(store, str(options.target))
        else:
            document = _document(store, file, options.ocr)
            conversation = None if options.anew else _known(store, document, options.model)
        if conversation is not None:
            with store.lock(conversation):
                pass


def _notice(model: str, info: EngineInfo) -> str:
    """What one should know of a model that was not made for sleepdoc."""
    if not model.endswith(".gguf"):
        return ""
    if not info.remembers:
        return info.reasons[-1]
    card = card_of(info.fingerprint)
    return card.sentence if card else UNTESTED


def _file(target: str | Path | BinaryIO) -> Path | BinaryIO | None:
    """The file that is meant, or None if it may be the name of a conversation.

    A folder cannot be read, so that a conversation of its name is what is meant.
    """
    if not isinstance(target, str):
        return target
    return Path(target) if os.path.lexists(target) and not os.path.isdir(target) else None


def _document(store: Store, source: Path | BinaryIO, ocr: bool) -> Document:
    """The document in a file; its text is extracted once and for all.

    The bytes are hashed twice where they are new: to find them, and again while they are taken
    apart, as what is stored must be the text of what its hash is of.
    """
    digest = _digest(source)
    document = None if digest is None else store.document(digest)
    if document is None:
        document = _load(store, source, ocr=ocr)
        store.add_document(document)
    return document


def _tidy(store: Store) -> None:
    with suppress(StorageError):  # `sleepdoc gc` does it another time
        store.tidy()


def _forget(store: Store, sha256: str) -> None:
    with suppress(StorageError):  # `sleepdoc doctor` finds it another time
        store.forget_document(sha256)


def _load(store: Store, source: Path | BinaryIO, *, ocr: bool = False) -> Document:
    """Take the text out of a file; of one that is gone say which conversation has it."""
    # What reads documents is imported when there is one to read.
    from sleepdoc.documents.limits import Limits
    from sleepdoc.documents.pdf_ocr import recogniser
    from sleepdoc.documents.reader import load_document

    try:
        return load_document(source, limits=Limits(recogniser=recogniser()) if ocr else None)
    except DocumentError as error:
        if isinstance(source, Path) and not os.path.lexists(source):
            for conversation in store.conversations():
                with suppress(StorageError):
                    path = os.fsdecode(store.document_of(conversation).path)
                    if path.endswith(os.sep + source.name):
                        raise DocumentError(
                            f"{error}; what was read of a file of that name is kept: "
                            f"sleepdoc open {conversation.name}"
                        ) from error
        raise


def _digest(source: Path | BinaryIO) -> str | None:
    """SHA-256 of a file that might be known; None leaves it to `load_document` to say why not."""
    from sleepdoc.documents.reader import SizeLimits

    try:
        if not isinstance(source, Path):
            digest = hashlib.sha256()
            while chunk := source.read(1 << 20):
                digest.update(chunk)
            return digest.hexdigest()
        state = source.stat()
        if not source.is_file() or state.st_size > SizeLimits().largest:
            return None
        mark = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
        return _digest_of(source, mark)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=4)
def _digest_of(path: Path, mark: tuple[int, ...]) -> str:
    """Of a file that `mark` tells from what it was before: the application checks, then opens."""
    return file_sha256(path)


def _named(store: Store, name: str) -> Conversation:
    try:
        return store.conversation(name)
    except NotFoundError:
        if os.sep in name or Path(name).suffix or os.path.isdir(name):
            _load(store, Path(name))  # it says what is wrong with the file
        raise


def _known(store: Store, document: Document, model: str | None) -> Conversation | None:
    """The conversation about these bytes that was used last, under `model` if that is given."""
    return next(
        (
            conversation
            for conversation in store.conversations()
            if conversation.document_sha256 == document.sha256
            and model in (None, conversation.model)
        ),
        None,
    )


def _changes(store: Store, document: Document) -> tuple[str, ...]:
    """A notice if another version of the file was read before."""
    earlier = store.read_from(document.path) - {document.sha256} if document.path else set()
    for conversation in store.conversations() if earlier else ():
        if conversation.document_sha256 in earlier:
            return (
                f"{document.name} has changed since {conversation.name} read it; "
                f"this is a new conversation, and {conversation.name} is kept as it was.",
            )
    return ()


def _turn(stored: StoredTurn, read_to: Progress, steps: Sequence[Step]) -> Turn:
    citations = tuple(Citation(**each) for each in stored.info.get("citations", ()))
    closed_book = bool(stored.info.get("closed_book"))
    asleep = [step.seq for step in steps if step.kind == "sleep"]
    sleeps = sum(seq < (stored.step_seq or 0) for seq in asleep)
    return Turn(
        stored.question,
        stored.answer,
        stored.interrupted,
        read_to,
        citations,
        closed_book,
        sleeps,
        stored.info.get("lookup", ""),
        stored.info.get("verdict"),
        stored.info.get("ended", "stop"),
    )


def _resumed(store: Store, document: Document, conversation: Conversation) -> Resumed:
    steps = store.lineage(conversation)
    total = next(
        (step.info[DOCUMENT_TOKENS] for step in reversed(steps) if DOCUMENT_TOKENS in step.info),
        sum(len(page.text) for page in document.pages) // _CHARACTERS_PER_TOKEN + 1,
    )
    labels = {page.number: page.label for page in document.pages}
    slept = slept_pages(steps)

    def progress(position: Position) -> Progress:
        label = labels.get(position.page, "")
        slept_page = slept[-1].last if slept else 0
        return Progress(
            position.page, label, len(labels), position.read, total, min(slept_page, position.page)
        )

    turns = tuple(_turn(turn, progress(turn.position), steps) for turn in store.turns(conversation))
    return Resumed(
        conversation.name,
        progress(steps[-1].position),
        sum(step.kind == "sleep" for step in steps),
        turns,
        conversation.last_used,
        document,
        slept,
        tuple(
            GistWritten(gist.kind, gist.first, gist.last, gist.text, gist.quoted)
            for gist in store.gists(conversation)
            if gist.kind == "sleep"
        ),
        held(steps),
    )
