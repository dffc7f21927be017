"""Whole screens, compared with what they looked like when someone last looked at them.

`SLEEPDOC_WRITE_SCREENS=1 python -m pytest tests/app/screens/test_screens.py` writes them anew.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pilot import scenes
from pilot.feeder import Person, at_the_application

GOLDEN = Path(__file__).parents[1] / "golden"
WRITE = bool(os.environ.get("SLEEPDOC_WRITE_SCREENS"))


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def opening(person: Person) -> None:
    await person.gets(scenes.DOCUMENT, until="the model is loading")


async def reading(person: Person) -> None:
    await person.gets(*scenes.READING, until="page 4 of 18")


async def sleeping(person: Person) -> None:
    await person.gets(*scenes.SLEEPING, until="pass 3 of 4")


async def answering(person: Person) -> None:
    await reading(person)
    await person.asks(scenes.QUESTION)
    begun = scenes.pieces(scenes.ANSWER[:120])
    await person.gets(scenes.answering(4, scenes.CITATION), *begun, until="kept its pa")


async def answered(person: Person) -> None:
    await reading(person)
    await person.asks(scenes.QUESTION)
    await person.gets(*scenes.answer(4, scenes.CITATION), until="23 tok/s")
    await person.gets(scenes.reading(5, document=716, chat=94), until="page 5 of 18")


async def resumed(person: Person) -> None:
    await person.gets(*scenes.RESUMED, until="page 8 of 18")


async def error(person: Person) -> None:
    await person.gets(*scenes.ERROR, until="Exit code 3")


SCENES = {
    scene.__name__: scene
    for scene in (opening, reading, sleeping, answering, answered, resumed, error)
}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_screen(scene: str, size: tuple[int, int]) -> None:
    async with at_the_application(size) as person:
        await SCENES[scene](person)
        seen = person.sees
    golden = GOLDEN / f"{scene}-{size[0]}x{size[1]}.txt"
    if WRITE:
        golden.write_text(seen, encoding="utf-8")
    assert seen == golden.read_text(encoding="utf-8")
