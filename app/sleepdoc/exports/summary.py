"""What is stored about a conversation, as the fields of a JSON object."""

import hashlib
from pathlib import Path
from typing import Any, TypedDict

from sleepdoc.documents.types import Document
from sleepdoc.errors import NotFoundError
from sleepdoc.store import Conversation, Sizes, Store, StoredTurn


class Summary(TypedDict):
    """Fields that `read`, `ls` and `show` have in common."""

    conversation: str
    document: str
    file: str
    sha256: str
    pages: int
    page: int
    tokens: int
    slept: int
    sleeps: int
    passes: int
    model: str
    fingerprint: str
    snapshot: str | None
    created: str
    last_used: str
    size: int


def summarise(store: Store, conversation: Conversation, sizes: Sizes | None = None) -> Summary:
    """Look a conversation up, but for its document's text.

    Args:
        sizes: `Store.sizes`, where many are looked up.

    Raises:
        StorageError: a step or the document's title is damaged, or the document gone.
    """
    document = store.header_of(conversation)
    steps = store.lineage(conversation)
    head = steps[-1]
    return Summary(
        conversation=conversation.name,
        document=document.title,
        file=document.name,
        sha256=conversation.document_sha256,
        pages=document.pages,
        page=head.position.page,
        tokens=head.position.read,
        slept=head.position.slept,
        sleeps=sum(step.kind == "sleep" for step in steps),
        passes=conversation.passes,
        model=conversation.model,
        fingerprint=conversation.fingerprint,
        snapshot=head.snapshot,
        created=conversation.created,
        last_used=conversation.last_used,
        size=(sizes or store.sizes()).of(conversation),
    )


def turn_fields(turn: StoredTurn) -> dict[str, Any]:
    """A question and its answer as the fields of a JSON object."""
    return {
        "question": turn.question,
        "answer": turn.answer,
        "interrupted": turn.interrupted,
        "ended": "interrupted" if turn.interrupted else turn.info.get("ended", "stop"),
        "closed_book": turn.info.get("closed_book", False),
        "page": turn.position.page,
        "verdict": turn.info.get("verdict", ""),
        "citations": turn.info.get("citations", []),
        "lookup": turn.info.get("lookup", ""),
    }


def document_of(store: Store, target: str) -> Document:
    """The document of the conversation of that name, or about that file.

    Raises:
        NotFoundError: nothing is stored about it.
    """
    return store.document_of(conversation_of(store, target))


def conversation_of(store: Store, target: str) -> Conversation:
    """The conversation of that name; or the latest about that file, if there is such a file.

    Raises:
        NotFoundError: nothing is stored about it.
    """
    if not (path := Path(target)).is_file():
        return store.conversation(target)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if found := store.latest_for(digest, None):
        return found
    raise NotFoundError(f"{target} has not been read yet. Read it first: sleepdoc read {target}")
