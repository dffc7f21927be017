"""Terminals of any size, changing while things happen."""

import random

from pilot import scenes
from pilot.feeder import at_the_application

WIDE_TEXT = "漢字かな交じり文 👩‍👩‍👧‍👦 e\u0301 " * 20


async def test_a_storm_of_resizes_during_an_answer() -> None:
    dice = random.Random(7)
    async with at_the_application() as person:
        await person.gets(*scenes.READING, scenes.answering(4), until="answering")
        for piece in scenes.pieces(WIDE_TEXT)[:40]:
            person.feeder.post(piece)
            await person.pilot.resize_terminal(dice.randint(1, 160), dice.randint(1, 50))
        await person.pilot.resize_terminal(1, 1)
        await person.pilot.resize_terminal(120, 40)
        await person.gets(scenes.finished(WIDE_TEXT), until="23 tok/s")
        assert "漢字かな交じり文" in person.sees
        assert "p. 4 of 18" in person.sees


async def test_the_page_stands_beside_the_conversation_where_there_is_width() -> None:
    async with at_the_application((110, 24)) as person:
        await person.gets(*scenes.READING, until="Page 1 of 18")
        assert "Ask about what has been read" in person.sees
        await person.pilot.resize_terminal(109, 24)
        await person.waits_for("[Chat]")
        assert "Page 1 of 18" not in person.sees
        await person.presses("f6")
        await person.waits_for("Page 1 of 18")
        assert "[Page]" in person.sees and "Ask about what has been read" not in person.sees
        await person.presses("escape")
        await person.waits_for("Ask about what has been read")
