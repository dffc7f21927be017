"""Whole screens, compared with what they looked like when someone last looked at them.

`SLEEPDOC_WRITE_SCREENS=1 python -m pytest tests/app/screens/test_screens.py` writes them anew.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pilot import scenes
from pilot.feeder import Person, at_the_application

from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import Failed, Resumed, Undone, WindowUse, WorkerDied
from sleepdoc.reading.library import Entry, Fork, Library, SleepRecord

GOLDEN = Path(__file__).parents[1] / "golden"
WRITE = bool(os.environ.get("SLEEPDOC_WRITE_SCREENS"))


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def shelves(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the library is said to hold."""
    when = "2026-11-20T17:02:41+00:00"
    entries = [
        Entry(
            "the-five-orange-pips",
            "The Five Orange Pips",
            b"/d/pips.pdf",
            4,
            18,
            9_100_000,
            when,
            "default",
        ),
        Entry(
            "annual-report",
            "Annual Report 2025",
            b"/d/report.pdf",
            214,
            214,
            75_000_000,
            when,
            "/models/small.gguf",
        ),
    ]
    sleeps = [
        SleepRecord(1, 1, 2, 4, 1004, 3.6, when, scenes.SNAPSHOT, 1_474_560, True),
        SleepRecord(2, 2, 4, 4, 998, 3.4, when, scenes.SNAPSHOT[::-1], 1_474_560, False),
    ]
    monkeypatch.setattr(Library, "entries", lambda self, wanted="": entries)
    monkeypatch.setattr(Library, "sleeps", lambda self, name: sleeps)
    fork = Fork("the-five-orange-pips-2", 2, 1)
    monkeypatch.setattr(Library, "fork", lambda self, name, page=None: fork)


async def opening(person: Person) -> None:
    await person.gets(scenes.DOCUMENT, until="the model is loading")


async def reading(person: Person) -> None:
    await person.gets(*scenes.READING, until="p. 4 of 18")


async def first_sleep(person: Person) -> None:
    started, *_ = scenes.sleep(1, "1", "2")
    await person.gets(*scenes.OPENED, scenes.reading(2, document=1004), started, until="memorising")
    await person.asks(scenes.QUESTION)
    await person.gets(started, until="queued · memorising pp. 1–2 first")


async def sleeping(person: Person) -> None:
    await person.gets(*scenes.SLEEPING, until="memorising pp. 3–4")


async def answering(person: Person) -> None:
    await reading(person)
    await person.asks(scenes.QUESTION)
    begun = scenes.pieces(scenes.ANSWER[:120])
    await person.gets(scenes.answering(4, scenes.CITATION), *begun, until="kept its pa")


async def answered(person: Person) -> None:
    await reading(person)
    await person.asks(scenes.QUESTION)
    await person.gets(*scenes.answer(4, scenes.CITATION), until="23 tok/s")
    await person.gets(scenes.reading(5, document=716, chat=94, slept=2), until="p. 5 of 18")


async def resumed(person: Person) -> None:
    await person.gets(*scenes.RESUMED, until="p. 8 of 18")


async def refused(person: Person) -> None:
    """What is mistyped."""
    await reading(person)
    for line, said in (
        ("/undoo", "did you mean /undo?"),
        ("/page", "needs more"),
        ("/page 99", "there are 18"),
        ("/theme plaid", "There is no theme"),
        ("/export pdf", "It takes memory, md or json"),
    ):
        await person.pastes(line)
        await person.presses("enter")
        await person.waits_for(said)


async def too_long(person: Person) -> None:
    """What the session refuses, and goes on."""
    await reading(person)
    await person.asks(scenes.QUESTION)
    said = "The question is 900 tokens long and at most 300 fit; ask it in fewer words."
    await person.gets(Failed(said, ExitCode.USAGE, question=True), until="in fewer")


async def undo_refused(person: Person) -> None:
    """With a question in the queue, which is not what was refused."""
    await person.gets(*scenes.OPENED, scenes.reading(1), until="p. 1 of 18")
    await person.asks(scenes.QUESTION)
    said = "nothing to undo: 'the-five-orange-pips' has no sleep behind it"
    await person.gets(Failed(said, ExitCode.USAGE), until="nothing to undo")


async def held(person: Person) -> None:
    """Resumed after an undo."""
    event, *_ = scenes.RESUMED
    assert isinstance(event, Resumed)
    await person.gets(replace(event, held=True), scenes.MODEL, until="Paused at p. 7 of 18")


async def usage(person: Person) -> None:
    """Keys and words."""
    await reading(person)
    await person.presses("f1")
    await person.waits_for("send the question")


async def worker_died(person: Person) -> None:
    await reading(person)
    await person.gets(WorkerDied("killed by SIGKILL"), until="killed by SIGKILL")


async def storage_full(person: Person) -> None:
    await reading(person)
    said = "sleepdoc.db: 12 MiB free, a sleep needs 68; everything so far is saved: free some space"
    await person.gets(Failed(said, ExitCode.STORAGE), until="Exit code 8")


async def error(person: Person) -> None:
    await person.gets(*scenes.ERROR, until="Exit code 3")


async def page(person: Person) -> None:
    await answered(person)
    await person.presses("alt+1")
    await person.waits_for("hit 1/1")


async def finding(person: Person) -> None:
    await reading(person)
    await person.presses("f3")
    await person.pastes("Chapter 1")
    await person.waits_for("10 hits on 10 pages")


async def outline(person: Person) -> None:
    document = replace(scenes.DOCUMENT, document=scenes.outlined())
    await person.gets(document, scenes.MODEL, scenes.reading(4), until="p. 4 of 18")
    await person.presses("f4")
    await person.waits_for("Pondicherry")


async def details(person: Person) -> None:
    await sleeping(person)
    await person.presses("f7")
    await person.waits_for("pass 3 of 4")


async def commands(person: Person) -> None:
    await reading(person)
    await person.presses("slash")
    await person.waits_for("Tab takes the first")


async def undone(person: Person) -> None:
    await reading(person)
    back = Undone(
        False, scenes.progress(4, slept=2), scenes.progress(0), (), WindowUse(0, 0, scenes.WINDOW)
    )
    await person.gets(back, until="Undone: ")


async def forked(person: Person) -> None:
    await reading(person)
    await person.pastes("/fork 3")
    await person.presses("enter")
    await person.waits_for("Forked as")


async def library(person: Person) -> None:
    await reading(person)
    await person.presses("f2")
    await person.waits_for("annual-report")


async def memory(person: Person) -> None:
    await reading(person)
    await person.pastes("/memory")
    await person.presses("enter")
    await person.waits_for("Memory of the-five-orange-pips")


SCENES = {
    scene.__name__: scene
    for scene in (
        opening,
        reading,
        first_sleep,
        sleeping,
        answering,
        answered,
        resumed,
        refused,
        too_long,
        undo_refused,
        held,
        usage,
        worker_died,
        storage_full,
        error,
        page,
        finding,
        outline,
        details,
        commands,
        undone,
        forked,
        library,
        memory,
    )
}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_screen(scene: str, size: tuple[int, int]) -> None:
    async with at_the_application(size) as person:
        await SCENES[scene](person)
        await person.waits_for("^p palette")  # the last line is made anew a moment later
        seen = person.sees
    golden = GOLDEN / f"{scene}-{size[0]}x{size[1]}.txt"
    if WRITE:
        golden.write_text(seen, encoding="utf-8")
    assert seen == golden.read_text(encoding="utf-8")
