"""A memory that was exported becomes a conversation again, in this database or another."""

import hashlib
from pathlib import Path

from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import MismatchError
from sleepdoc.memory_file import unpack, verify
from sleepdoc.store import Conversation, Position, Store

_LARGEST = 1 << 32
"""Bytes; a memory is read whole."""


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
    about = verify(content)
    snapshot = unpack(content)
    text = _text(store, about, document)
    known = text is not None
    if text is None:
        text = _memory_only(about)
    store.add_document(text)
    conversation = store.create_conversation(
        text,
        model=about["model"],
        fingerprint=about["fingerprint"],
        passes=int(about["passes"]),
        seed=0,
    )
    tokens = int(about["tokens"])
    store.commit(
        conversation,
        parent=store.head(conversation),
        kind="import",
        position=Position(tokens, tokens, int(about["page"])) if known else Position(),
        snapshot=snapshot,
        info={"file": file.name, "sleeps": int(about["sleeps"]), "sha256": about["sha256"]},
    )
    return conversation


def _text(store: Store, about: dict[str, str], path: Path | None) -> Document | None:
    """The document's text, if it is here."""
    sha256 = about["document_sha256"]
    if path is None:
        return store.document(sha256)
    document = load_document(path)
    if document.sha256 != sha256:
        raise MismatchError(
            f"{path} is not the document of this memory, which is “{about['title']}” "
            f"(SHA-256 {sha256[:12]}…)."
        )
    return document


def _memory_only(about: dict[str, str]) -> Document:
    """What stands for a document whose text is not here. It has an identity of its own, so that
    the document itself, read later, is not taken for this."""
    pages = tuple(Page(number, str(number), "") for number in range(1, int(about["pages"]) + 1))
    return Document(
        sha256=hashlib.sha256(f"memory of {about['document_sha256']}".encode()).hexdigest(),
        path=b"",
        name=about["title"],
        kind="text",
        size=0,
        title=about["title"],
        pages=pages,
        notices=("Only the memory of this document was imported; its text is not here.",),
    )
