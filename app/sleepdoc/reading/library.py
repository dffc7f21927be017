"""All conversations: to look through, and to keep in order, without a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sleepdoc.errors import SleepdocError
from sleepdoc.exports.memory import memory
from sleepdoc.exports.output_file import write_file
from sleepdoc.exports.summary import Summary, document_of, summarise
from sleepdoc.exports.transcript import transcript
from sleepdoc.reading.overview import Overview, overview
from sleepdoc.reading.slept import slept_pages
from sleepdoc.reading.summaries import said
from sleepdoc.reading.text_find import spans
from sleepdoc.store import Conversation, Sizes, Store

Form = Literal["memory", "md", "json"]

_SUFFIX: dict[Form, str] = {"memory": "safetensors", "md": "md", "json": "json"}


@dataclass(frozen=True)
class Entry:
    """One conversation, as far as its line in the library goes."""

    name: str
    document: str
    """The document's title."""
    path: bytes
    """Where the document's file was."""
    page: int
    pages: int
    size: int
    """Bytes that deleting it frees."""
    last_used: str
    """UTC, ISO 8601."""
    model: str
    found: str = ""
    """Where it has what was searched for; empty where nothing was."""
    problem: str = ""
    """What is wrong with it, if something is."""


@dataclass(frozen=True)
class SleepRecord:
    """One sleep that made the present memory."""

    number: int
    first: int
    last: int
    passes: int
    tokens: int
    seconds: float
    created: str
    snapshot: str
    size: int
    kept: bool
    """Whether the memory after it is still stored."""
    gist: str = ""
    """What its pages are about, if that is written down."""


@dataclass(frozen=True)
class Fork:
    """A copy that was made."""

    name: str
    page: int
    sleeps: int
    """How many sleeps it has behind it."""


class Library:
    """Opens the database for every call and closes it again, so any thread may use it.

    Every method may raise `StorageError`, and `NotFoundError` for a name that there is not.
    """

    def __init__(self, database: Path) -> None:
        self._path = database

    def entries(self, wanted: str = "") -> list[Entry]:
        """All conversations, the latest first; or those that have `wanted` in their name, title,
        questions, answers, or document."""
        with Store.open(self._path) as store:
            sizes = store.sizes()
            every = (_entry(store, each, sizes, wanted) for each in store.conversations())
            return [entry for entry in every if entry is not None]

    def rename(self, name: str, new: str) -> str:
        """Give a conversation another name; returns it as it is spelt now."""
        with Store.open(self._path) as store:
            return store.rename(name, new).name

    def delete(self, name: str) -> int:
        """Delete a conversation; returns bytes freed.

        Raises:
            BusyError: it is open.
        """
        with Store.open(self._path) as store:
            return store.delete_conversation(name)

    def fork(self, name: str, page: int | None = None) -> Fork:
        """Copy a conversation, as of a page if one is given (`Store.fork`).

        Raises:
            UsageError: there is no sleep to go back to.
        """
        with Store.open(self._path) as store:
            copy = store.fork(store.conversation(name), page)
            steps = store.lineage(copy)
            return Fork(copy.name, steps[-1].position.page, len(slept_pages(steps)))

    def sleeps(self, name: str) -> list[SleepRecord]:
        """The sleeps that made a conversation's memory, oldest first."""
        with Store.open(self._path) as store:
            conversation = store.conversation(name)
            steps = store.lineage(conversation)
            sizes = store.snapshot_sizes(conversation)
            slept = [step for step in steps if step.kind == "sleep"]
            told = {
                (gist.first, gist.last): said(gist)
                for gist in store.gists(conversation)
                if gist.kind == "sleep"
            }
            return [
                SleepRecord(
                    pages.number,
                    pages.first,
                    pages.last,
                    step.info.get("passes", 0),
                    step.info.get("tokens", 0),
                    step.info.get("seconds", 0.0),
                    step.created,
                    step.snapshot or "",
                    *sizes.get(step.snapshot or "", (0, False)),
                    told.get((pages.first, pages.last), ""),
                )
                for pages, step in zip(slept_pages(steps), slept)
            ]

    def overview(self, name: str) -> Overview:
        """What a document is about, as far as that is written down."""
        with Store.open(self._path) as store:
            conversation = store.conversation(name)
            slept = slept_pages(store.lineage(conversation))
            document = document_of(store, conversation.name)
            return overview(document, slept, store.gists(conversation))

    def export(self, name: str, form: Form, path: Path | None = None) -> tuple[Path, int]:
        """Write a memory or a transcript; returns the file and its size.

        Raises:
            UsageError: there is no memory yet, or the file exists.
        """
        with Store.open(self._path) as store:
            conversation = store.conversation(name)
            summary = summarise(store, conversation)
            if form == "memory":
                content = memory(store, summary)
            else:
                content = transcript(summary, store.turns(conversation), form)
        file = path or Path(f"{conversation.name}.{_SUFFIX[form]}")
        write_file(file, content, replace=False)
        return file, len(content)


def _entry(store: Store, conversation: Conversation, sizes: Sizes, wanted: str) -> Entry | None:
    try:
        summary = summarise(store, conversation, sizes)
        path = store.header_of(conversation).path
        found = _found(store, conversation, summary, wanted) if wanted.strip() else ""
    except SleepdocError as error:  # one damaged document is no reason to hide the others
        return Entry(
            conversation.name,
            "",
            b"",
            0,
            0,
            0,
            conversation.last_used,
            conversation.model,
            problem=str(error),
        )
    if found is None:
        return None
    return Entry(
        conversation.name,
        summary["document"],
        path,
        summary["page"],
        summary["pages"],
        summary["size"],
        conversation.last_used,
        conversation.model,
        found,
    )


def _found(store: Store, conversation: Conversation, summary: Summary, wanted: str) -> str | None:
    for where, text in _texts(store, conversation, summary):
        if (span := next(spans(text, wanted), None)) is not None:
            start = text.rfind("\n", 0, span.start) + 1
            return f"{where}: {text[max(start, span.start - 30) : span.end + 40]}"
    return None


def _texts(store: Store, conversation: Conversation, summary: Summary) -> Iterator[tuple[str, str]]:
    yield "name", conversation.name
    yield "title", summary["document"]
    yield "file", summary["file"]
    for turn in store.turns(conversation):
        yield "question", turn.question
        yield "answer", turn.answer
    for page in store.document_of(conversation).pages:
        yield f"p. {page.label}", page.text
