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
        assert "page 4 of 18" in person.sees


async def test_the_side_column_needs_width_and_height() -> None:
    async with at_the_application((120, 27)) as person:
        await person.gets(*scenes.READING, until="page 4 of 18")
        column = person.screen.query_one("#status")
        assert column.region.width == 120
        await person.pilot.resize_terminal(120, 28)
        await person.waits_for("change of S by layer")
        assert column.region.width == 44
        await person.pilot.resize_terminal(109, 28)
        await person.waits_for("S by layer  1–6")
        assert column.region.width == 109
