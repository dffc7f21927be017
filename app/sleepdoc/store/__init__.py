"""What outlives the process: documents, conversations, memories, in one SQLite file."""

from sleepdoc.store.forks import AS_OF
from sleepdoc.store.store import Store
from sleepdoc.store.types import (
    Conversation,
    Passage,
    Position,
    Step,
    StepKind,
    StoredTurn,
)

__all__ = [
    "AS_OF",
    "Conversation",
    "Passage",
    "Position",
    "Step",
    "StepKind",
    "Store",
    "StoredTurn",
]
