"""What outlives the process: documents, conversations, memories, in one SQLite file."""

from sleepdoc.store.forks import AS_OF
from sleepdoc.store.sizes import Sizes
from sleepdoc.store.store import Store
from sleepdoc.store.types import (
    Conversation,
    DocumentHeader,
    Gist,
    GistKind,
    Place,
    Position,
    Step,
    StepKind,
    StoredTurn,
    Vectors,
)

__all__ = [
    "AS_OF",
    "Conversation",
    "DocumentHeader",
    "Gist",
    "GistKind",
    "Place",
    "Position",
    "Sizes",
    "Step",
    "StepKind",
    "Store",
    "StoredTurn",
    "Vectors",
]
