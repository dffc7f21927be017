"""What the steps of a conversation say about its sleeps."""

from collections.abc import Sequence

from sleepdoc.reading.events import SleptPages
from sleepdoc.store import AS_OF, Step


def slept_pages(steps: Sequence[Step]) -> tuple[SleptPages, ...]:
    """The sleeps of a lineage, and the pages each was about."""
    sleeps = [step for step in steps if step.kind == "sleep"]
    firsts = [1, *(step.position.page for step in sleeps)]
    return tuple(
        SleptPages(number, min(first, step.position.page), step.position.page)
        for number, (first, step) in enumerate(zip(firsts, sleeps), 1)
    )


def held(steps: Sequence[Step]) -> bool:
    """Whether reading is not to go on by itself: a copy "as of a page" still stands where it was
    cut off, or a conversation where the last undo or redo led."""
    read = steps[-1].position.read
    as_of = steps[0].info.get(AS_OF)
    led = next(step for step in reversed(steps) if step.kind != "turn")
    return (as_of is not None and read <= int(as_of)) or (
        led.kind == "undo" and read <= led.position.read
    )
