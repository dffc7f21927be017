"""A conversation's steps as a chain: where undo and redo lead, and which memories that takes.

Nothing in here looks at the database. Steps are given as they were committed, oldest first.
"""

from collections.abc import Iterator, Sequence

from sleepdoc.store.types import Step

REDO = "redo"
"""In the info of an ``undo`` that takes another one back."""

UNDOS = 3
"""How many sleeps can be undone: the memories before so many are kept."""


def lineage(steps: Sequence[Step]) -> list[Step]:
    """The steps that made the present memory, oldest first: undone ones are left out."""
    known = {step.seq: step for step in steps}
    line = []
    at = steps[-1].seq if steps else None
    while at is not None:
        step = known[at]
        line.append(step)
        at = step.restores or step.parent
    return line[::-1]


def before_sleeps(line: Sequence[Step]) -> list[Step]:
    """The steps before sleeps, oldest first: undo goes to the last of them; `line` is a lineage."""
    return [line[at - 1] for at, step in enumerate(line) if step.kind == "sleep"]


def redoable(steps: Sequence[Step]) -> Iterator[Step]:
    """What redo goes to, time after time."""
    known = {step.seq: step for step in steps}
    at = steps[-1]
    while True:
        while at.kind == "undo" and at.info.get(REDO) and at.restores is not None:
            at = known[at.restores]
        if at.kind != "undo" or at.parent is None:
            return
        at = known[at.parent]
        yield at


def kept(steps: Sequence[Step]) -> set[str]:
    """The memories that a conversation needs: its own, those before its last sleeps, those that
    redo goes to, and imported ones, which cannot be made again."""
    needed = [
        steps[-1],
        *before_sleeps(lineage(steps))[-UNDOS:],
        *redoable(steps),
        *(step for step in steps if step.kind == "import"),
    ]
    return {step.snapshot for step in needed if step.snapshot is not None}
