"""The page beside the conversation: citations, pages, back and forward, the file."""

import pytest
from pilot import scenes
from pilot.feeder import Person, at_the_application, wait_until

import sleepdoc.widgets.side as side
from sleepdoc.errors import UsageError
from sleepdoc.reading.events import Citation
from sleepdoc.widgets.citation import CitationView
from sleepdoc.widgets.prompt import Prompt

WIDE, NARROW = (120, 40), (80, 24)
SECOND = Citation(9, "9", "The tide of page 9 was low.")


async def answered(person: Person) -> None:
    await person.gets(*scenes.READING, until="p. 4 of 18")
    await person.gets(*scenes.answer(4, scenes.CITATION, SECOND), until="23 tok/s")


async def unfolded(person: Person) -> None:
    """With all that the answer was given."""
    person.screen.chat.transcript.latest.answer.sources.unfold(True)
    await person.waits_for("[2] p. 9")


async def test_citations_are_numbered_in_the_answer_and_whole_below_it() -> None:
    async with at_the_application(WIDE) as person:
        await answered(person)
        assert "came from Dundee [1]" in person.sees
        assert "[1] p. 3 ✓ verified" in person.sees
        await unfolded(person)
        assert "[2] p. 9 · recalled" in person.sees
        assert "pattered down”" in person.sees


async def test_unfolded_what_an_answer_does_not_stand_on_is_whole_as_well() -> None:
    other = Citation(9, "9", "The gales had set in with exceptional violence. " * 4 + "Finis")
    async with at_the_application(WIDE) as person:
        await person.gets(*scenes.OPENED, until="pages")
        await person.asks(scenes.QUESTION)
        await person.gets(*scenes.answer(4, scenes.CITATION, other), until="23 tok/s")
        await unfolded(person)
        assert "[2] p. 9 · recalled" in person.sees
        assert "Finis”" in person.sees and "pattered down”" in person.sees


async def test_alt_and_a_number_open_the_page_with_the_sentence_marked() -> None:
    async with at_the_application(WIDE) as person:
        await answered(person)
        await person.presses("alt+1")
        await person.waits_for("▐ As he did so, out there jumped")
        assert "Page 3 of 18" in person.sees and "hit 1/2" in person.sees
        assert "▐ orange pips, which pattered down upon his plate." in person.sees
        assert person.sees.count("▐") == 2
        assert isinstance(person.app.focused, Prompt)
        await person.presses("alt+2")
        await person.waits_for("Page 9 of 18")
        await person.presses("alt+3")
        await person.pilot.pause()
        assert "Page 9 of 18" in person.sees


async def test_enter_and_a_click_open_a_citation() -> None:
    async with at_the_application(WIDE) as person:
        await answered(person)
        await unfolded(person)
        first, second = person.screen.query(CitationView)
        second.focus()
        await person.presses("enter")
        await person.waits_for("Page 9 of 18")
        await person.pilot.click(first)
        await person.waits_for("Page 3 of 18")


async def test_where_there_is_no_room_the_page_takes_the_place_of_the_chat() -> None:
    async with at_the_application(NARROW) as person:
        await answered(person)
        await person.presses("alt+1")
        await person.waits_for("▐ As he did so")
        assert "[Page]" in person.sees and "Ask about" not in person.sees
        await person.presses("n")
        await person.waits_for("Page 9 of 18")
        await person.presses("N")
        await person.waits_for("Page 3 of 18")
        await person.presses("escape")
        await person.waits_for("Ask about what has been read")
        assert isinstance(person.app.focused, Prompt)
        assert ("pause",) not in person.feeder.commands


async def test_a_marked_sentence_far_down_is_scrolled_to() -> None:
    async with at_the_application((80, 16)) as person:
        await answered(person)
        await person.presses("f5")
        await person.waits_for("Chapter 1.")
        await person.presses("alt+1")
        await person.waits_for("▐ As he did so")
        assert "Chapter 3." not in person.sees


async def test_pages_are_turned_from_the_prompt_and_in_the_pane() -> None:
    async with at_the_application(WIDE) as person:
        await person.gets(*scenes.READING, until="Page 1 of 18")
        await person.presses("alt+down", "alt+down")
        await person.waits_for("Page 3 of 18")
        assert "← p. 2" in person.sees and "p. 4 →" in person.sees
        await person.presses("alt+up")
        await person.waits_for("Page 2 of 18")
        await person.presses("f5", "right", "right", "left")
        await person.waits_for("Page 3 of 18")
        await person.presses("left", "left", "left", "left")
        await person.waits_for("Page 1 of 18")


async def test_back_and_forward() -> None:
    async with at_the_application(WIDE) as person:
        await answered(person)
        await person.presses("alt+1", "alt+2", "alt+left")
        await person.waits_for("▐ As he did so")
        await person.presses("alt+right")
        await person.waits_for("Page 9 of 18")
        await person.presses("alt+left", "alt+left", "alt+left")
        await person.waits_for("Page 1 of 18")


async def test_what_is_typed_while_looking_at_a_page_reaches_the_prompt() -> None:
    async with at_the_application(NARROW) as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.presses("f5")
        await person.waits_for("Page 1 of 18")
        await person.types("who?")
        await person.waits_for("│ who?")
        assert isinstance(person.app.focused, Prompt)


async def test_resuming_shows_the_page_that_was_read_and_its_citations() -> None:
    async with at_the_application(WIDE) as person:
        await person.gets(*scenes.RESUMED, until="p. 8 of 18")
        assert "Page 7 of 18" in person.sees
        assert "[1] p. 3 ✓ verified" in person.sees
        assert "z Memorised pp. 1–6 · 3 sleeps" in person.sees
        assert "mm^mmmww" in person.sees


async def test_o_opens_the_file_at_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[bytes, int]] = []

    def open_file(path: bytes, page: int) -> list[str]:
        opened.append((path, page))
        if page == 1:
            raise UsageError("There is no program here to open it with.")
        return ["evince"]

    monkeypatch.setattr(side, "open_file", open_file)
    async with at_the_application(NARROW) as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.presses("f5", "o")
        await person.waits_for("There is no program here")
        await person.presses("right", "o")
        await wait_until(person.pilot, lambda: len(opened) == 2)
        assert opened == [(scenes.PAPER.path, 1), (scenes.PAPER.path, 2)]
        await person.waits_for("with evince")
