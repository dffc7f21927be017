"""What outlives the process: documents, conversations, memories, in one SQLite file."""

from sleepdoc.store.forks import AS_OF
from sleepdoc.store.sizes import Sizes
from sleepdoc.store.store import Store
from sleepdoc.store.types import (
    Conversation,
    DocumentHeader,
    Gist,
    GistKind,
    Position,
    Step,
    StepKind,
    StoredTurn,
)

__all__ = [
    "AS_OF",
    "Conversation",
    "DocumentHeader",
    "Gist",
    "GistKind",
    "Position",
    "Sizes",
    "Step",
    "StepKind",
    "Store",
    "StoredTurn",
]
