"""What must hold of a database after anything."""

from itertools import pairwise
from pathlib import Path

from sleepdoc.store import Store

from . import life
from .fault import Broken, require

Said = list[tuple[str, object]]


def judge(database: Path, said: Said) -> None:
    """Nothing is damaged, nothing that was said to be stored is missing, no page was read twice.

    Raises:
        Broken: with what does not hold.
    """
    if not database.exists():
        require(not said, f"{said} was said, and there is no database")
        return
    with Store.open(database) as store:
        if problems := store.check():
            raise Broken(f"damaged: {problems}")
        conversations = store.conversations()
        require(len(conversations) <= 1, f"{len(conversations)} conversations")
        if not conversations:
            require(not _stored(said), f"{said} was said, and there is no conversation")
            return
        (conversation,) = conversations
        steps, turns = store.steps(conversation), store.turns(conversation)
        for before, after in pairwise(steps):
            require(after.parent == before.seq, f"step {after.seq} does not follow {before.seq}")
            if after.kind == "sleep":
                fine = before.position.slept <= after.position.slept == after.position.read
                require(fine, f"read twice or skipped: {before.position} -> {after.position}")
        if head := steps[-1].snapshot:
            store.load_snapshot(head)
        memories = {step.snapshot for step in steps}
        questions = [turn.question for turn in turns]
        answers = [turn.answer for turn in turns if not turn.interrupted]
        for what, value in said:
            match what:
                case "memory":
                    require(value in memories, f"memory {value} is lost")
                case "question":
                    require(value in questions, f"question {value!r} is lost")
                case "answer":
                    require(value in answers, f"answer {value!r} is lost")
        undone = sum(what == "undone" for what, _ in said)
        require(sum(step.kind == "undo" for step in steps) >= undone, "an undo is lost")
        for turn in turns:
            require(
                turn.interrupted or turn.step_seq is not None, "a finished answer without a step"
            )


def ends_alike(database: Path) -> None:
    """Read on to the end: memories and positions are those of reading that nobody disturbed.

    Raises:
        Broken: they are not.
    """
    life.read(database, life.silent)
    found = life.essence(life.steps(database))
    require(found == life.undisturbed(), "it did not end in the same memories")


def _stored(said: Said) -> Said:
    return [each for each in said if each[0] in ("memory", "question", "answer", "undone")]
