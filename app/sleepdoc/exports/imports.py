"""A memory that was exported becomes a conversation again, in this database or another."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sleepdoc.documents.reader import load_document
from sleepdoc.documents.text import clean_text
from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import MismatchError, SleepdocError
from sleepdoc.memory_file import unpack, verify
from sleepdoc.store import Conversation, Position, Store

_LARGEST = 1 << 32
"""Bytes; a memory is read whole."""

_MOST_PAGES = 100_000


@dataclass(frozen=True)
class _About:
    """What a memory file says of itself, which anybody may have written."""

    model: str
    fingerprint: str
    document_sha256: str
    title: str
    pages: int
    page: int
    tokens: int
    sleeps: int
    passes: int
    sha256: str

    @classmethod
    def of(cls, metadata: Mapping[str, str]) -> Self:
        """Take it from the metadata of a verified file.

        Raises:
            MismatchError: something is missing, or cannot be.
        """

        def said(name: str, fits: bool) -> None:
            if not fits:
                raise MismatchError(f"This is not a memory file: its {name} cannot be.")

        def number(name: str, least: int, most: int) -> int:
            said(name, re.fullmatch("[0-9]{1,15}", metadata.get(name, "")) is not None)
            value = int(metadata[name])
            said(name, least <= value <= most)
            return value

        for name in ("model", "fingerprint"):
            said(name, metadata.get(name, "\n").isprintable())
        digest = metadata.get("document_sha256", "")
        said("document_sha256", re.fullmatch("[0-9a-f]{64}", digest) is not None)
        pages = number("pages", 1, _MOST_PAGES)
        return cls(
            model=metadata["model"],
            fingerprint=metadata["fingerprint"],
            document_sha256=digest,
            title=" ".join(clean_text(metadata.get("title", "")).split()) or "document",
            pages=pages,
            page=number("page", 0, pages),
            tokens=number("tokens", 0, 10**12),
            sleeps=number("sleeps", 0, 10**9),
            passes=number("passes", 1, 10**4),
            sha256=metadata["sha256"],
        )


def import_memory(store: Store, file: Path, document: Path | None = None) -> Conversation:
    """Make a conversation of a memory file.

    Reading can go on, and passages can be looked up, only with the document's text: it is taken
    from the database, or from `document`. Without it the memory answers alone.

    Raises:
        MismatchError: the file is no memory, is damaged, or is that of another document.
        DocumentError: `document` cannot be read.
    """
    if file.stat().st_size > _LARGEST:
        raise MismatchError(f"{file} is too large to be a memory.")
    content = file.read_bytes()
    about = _About.of(verify(content))
    snapshot = unpack(content)
    text = _text(store, about, document)
    known = text is not None
    if text is None:
        text = _memory_only(about)
    store.add_document(text)
    conversation = store.create_conversation(
        text,
        model=about.model,
        fingerprint=about.fingerprint,
        passes=about.passes,
        seed=0,
    )
    try:
        store.commit(
            conversation,
            parent=store.head(conversation),
            kind="import",
            position=Position(about.tokens, about.tokens, about.page) if known else Position(),
            snapshot=snapshot,
            info={
                "file": clean_text(file.name),
                "sleeps": about.sleeps,
                "sha256": about.sha256,
            },
        )
    except SleepdocError:  # of a memory that cannot be stored nothing is to stay
        store.delete_conversation(conversation.name)
        raise
    return conversation


def _text(store: Store, about: _About, path: Path | None) -> Document | None:
    """The document's text, if it is here."""
    if path is None:
        return store.document(about.document_sha256)
    document = load_document(path)
    if document.sha256 != about.document_sha256:
        raise MismatchError(
            f"{path} is not the document of this memory, which is “{about.title}” "
            f"(SHA-256 {about.document_sha256[:12]}…)."
        )
    return document


def _memory_only(about: _About) -> Document:
    """What stands for a document whose text is not here. It has an identity of its own, so that
    the document itself, read later, is not taken for this."""
    pages = tuple(Page(number, str(number), "") for number in range(1, about.pages + 1))
    return Document(
        sha256=hashlib.sha256(f"memory of {about.document_sha256}".encode()).hexdigest(),
        path=b"",
        name=about.title,
        kind="text",
        size=0,
        title=about.title,
        pages=pages,
        notices=("Only the memory of this document was imported; its text is not here.",),
    )
