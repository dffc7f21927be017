"""What deleting a conversation frees: memories, and text with its index and vectors, that no other
one has."""

from functools import cached_property

from sleepdoc.store import documents, search, snapshots, vectors
from sleepdoc.store.database import Database
from sleepdoc.store.types import Conversation


class Sizes:
    """`Store.sizes`. The index of all documents together is weighed once, for all that are asked
    for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, conversation: Conversation) -> int:
        """Bytes.

        Raises:
            StorageError: what is stored of it is damaged.
        """
        memories = snapshots.size(self._database, conversation.id)
        sha256 = conversation.document_sha256
        if documents.users(self._database, sha256) > 1:
            return memories
        text = documents.size(self._database, sha256) + vectors.size(self._database, sha256)
        return memories + text + search.size(self._database, sha256, self._per_term)

    @cached_property
    def _per_term(self) -> float:
        return search.bytes_per_term(self._database)
