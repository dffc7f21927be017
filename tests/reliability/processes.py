"""Two and four processes on one database, which write, ask and delete at the same time."""

import functools
import random
from pathlib import Path

from sleepdoc.errors import BusyError
from sleepdoc.store import Position, Store

from . import life
from .child import Child
from .fault import Broken, Fault, require

_STEPS = 12


def _write(database: Path, number: int, seed: int, say: life.Say) -> None:
    """A conversation of one's own, in a database of everybody."""
    chance = random.Random(seed)
    memory = life.LocalEngine().state()
    with Store.open(database) as store:
        conversation = store.create_conversation(
            life.document(), model="m", fingerprint=str(number), passes=1, seed=0
        )
        say("begun", conversation.name)
        with store.lock(conversation):
            head = store.head(conversation)
            for at in range(1, _STEPS):
                position = Position(at, at, 1)
                if chance.random() < 0.5:
                    head = store.commit(
                        conversation, parent=head, kind="sleep", position=position, snapshot=memory
                    )
                else:
                    turn = store.begin_turn(conversation, f"{number}-{at}?", position)
                    head = store.finish_turn(
                        conversation,
                        turn,
                        "Yes.",
                        interrupted=False,
                        parent=head,
                        position=position,
                    )
                say("step", [conversation.name, head.seq])


def _together(count: int, chance: random.Random, folder: Path, _number: int) -> str:
    database = folder / "sleepdoc.db"
    works = [
        functools.partial(_write, database, number, chance.randrange(2**32))
        for number in range(count)
    ]
    children = [Child(work) for work in works]
    for child in children:
        if child.wait():
            raise Broken(f"one of {count} failed: {child.said[-1]}")
    with Store.open(database) as store:
        require(not store.check(), f"damaged: {store.check()}")
        known = {
            (each.name, step.seq) for each in store.conversations() for step in store.steps(each)
        }
        for child in children:
            for what, value in child.said:
                require(what != "step" or tuple(value) in known, f"{value} is lost")  # type: ignore[arg-type]
    return "all of all"


def _same_conversation(chance: random.Random, folder: Path, _number: int) -> str:
    """One holds it, the other is told who; killed, it lets go at once."""
    database = life.copy(life.finished(), folder)

    def hold(say: life.Say) -> None:
        with life.session(database) as it:
            say("held", 0)
            while True:
                life.told(it.ask(life.QUESTION), say)

    def knock(say: life.Say) -> None:
        try:
            with life.session(database):
                say("in", 0)
        except BusyError as error:
            say("busy", str(error))

    holder = Child(hold)
    holder.hear(chance.randrange(1, 6))
    knocking = Child(knock)
    knocking.wait()
    told = knocking.said[-1]
    require(told[0] == "busy", f"two at once: {told}")
    require(str(holder.pid) in str(told[1]), f"it does not say who: {told}")
    holder.kill()
    after = Child(knock)
    after.wait()
    require(after.said[-1] == ("in", 0), f"it was not let go: {after.said[-1]}")
    return "one at a time"


FAULTS = (
    *(
        Fault(
            f"{count} processes on one database",
            "every step of every process is there",
            ("P1", "P11"),
            quick,
            release,
            functools.partial(_together, count),
        )
        for count, quick, release in ((2, 8, 200), (4, 8, 200))
    ),
    Fault(
        "two processes, one conversation",
        "one is refused and told who; killed, it lets go",
        ("P11",),
        8,
        100,
        _same_conversation,
    ),
)
