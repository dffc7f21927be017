"""Find, outline and the strip of pages: ways to a page without the model."""

from dataclasses import replace

from pilot import scenes
from pilot.feeder import Person, at_the_application
from textual.widgets import Input

from sleepdoc.reading.events import GistWritten
from sleepdoc.widgets.coverage_strip import CoverageStrip
from sleepdoc.widgets.prompt import Prompt

WIDE, NARROW = (120, 40), (80, 24)


async def reading(person: Person) -> None:
    await person.gets(*scenes.READING, until="p. 4 of 18")


async def test_what_is_typed_is_found_with_page_and_line() -> None:
    async with at_the_application(WIDE) as person:
        await reading(person)
        await person.presses("f3")
        assert isinstance(person.app.focused, Input)
        await person.pastes("five little dried orange pips")
        await person.waits_for("1 hit on 1 page")
        assert "p. 3, line 8" in person.sees
        await person.presses("enter")
        await person.waits_for("Page 3 of 18")
        assert "▐" in person.sees
        assert isinstance(person.app.focused, Input)
        assert not [name for name, *_ in person.feeder.commands if name == "ask"]


async def test_f3_again_goes_on_to_the_next_hit_and_around() -> None:
    async with at_the_application(WIDE) as person:
        await reading(person)
        await person.presses("f3")
        await person.pastes("Chapter 1")
        await person.waits_for("10 hits on 10 pages")
        for page in (1, 10, 11):
            await person.presses("f3")
            await person.waits_for(f"Page {page} of 18")
        await person.presses("shift+f3", "shift+f3", "shift+f3")
        await person.waits_for("Page 18 of 18")


async def test_n_goes_through_the_hits_in_the_page_pane() -> None:
    async with at_the_application(NARROW) as person:
        await reading(person)
        await person.presses("f3")
        await person.pastes("Chapter 1")
        await person.waits_for("10 hits on 10 pages")
        await person.presses("enter")
        await person.waits_for("hit 1/10")
        await person.presses("n", "n")
        await person.waits_for("hit 3/10")
        assert "Page 11 of 18" in person.sees
        await person.presses("left")
        await person.waits_for("Page 10 of 18")
        await person.presses("N")
        await person.waits_for("hit 1/10")


async def test_what_is_not_there_is_said_not_to_be_there() -> None:
    async with at_the_application(NARROW) as person:
        await reading(person)
        await person.presses("f3")
        await person.pastes("submarine[/]")
        await person.waits_for("“submarine[/]” is not in the text")
        await person.presses("enter", "down", "escape")
        await person.waits_for("Ask about what has been read")
        assert isinstance(person.app.focused, Prompt)


async def test_a_slash_alone_finds_and_so_does_a_slash_with_words() -> None:
    async with at_the_application(WIDE) as person:
        await reading(person)
        await person.presses("slash", "enter")
        await person.waits_for("the model is not asked")
        await person.presses("escape")
        await person.types("/ pips")
        await person.presses("enter")
        await person.waits_for("1 hit on 1 page")
        await person.presses("escape")
        await person.types("/find Chapter 18")
        await person.presses("enter")
        await person.waits_for("p. 18, line 1")


async def test_the_outline_leads_to_its_pages() -> None:
    async with at_the_application(NARROW) as person:
        await person.gets(replace(scenes.DOCUMENT, document=scenes.outlined()), until="40,721")
        await person.presses("f4")
        await person.waits_for("  Pondicherry")
        await person.presses("down", "enter")
        await person.waits_for("Page 3 of 18")
        await person.presses("f4")
        await person.waits_for("The letters")
        await person.presses("down", "enter")
        await person.waits_for("Page 17 of 18")
        await person.presses("f4", "up", "enter")  # from the first of two on that page
        await person.waits_for("Page 3 of 18")
        await person.presses("f4", "down", "down", "enter")
        await person.waits_for("Page 17 of 18")
        await person.presses("f4", "up", "up", "enter")  # from the second, which was chosen
        await person.waits_for("Page 3 of 18")


async def test_without_an_outline_it_says_so() -> None:
    async with at_the_application(NARROW) as person:
        await reading(person)
        await person.presses("f4")
        await person.waits_for("no bookmarks or headings")


async def test_the_strip_shows_every_page_and_goes_to_it() -> None:
    async with at_the_application(WIDE) as person:
        await person.gets(*scenes.RESUMED, until="mm^mmmww..........")
        assert "m memory  w window  . unread  - no text  ^ cited" in person.sees
        person.screen.query_one(CoverageStrip).focus()
        await person.presses("left", "left", "left")
        await person.waits_for("p. 4: memory since sleep 3 (pp. 4–6); /undo goes back before it")
        assert "Page 4 of 18" in person.sees
        await person.presses("left")
        await person.waits_for("p. 3: memory since sleep 2 (pp. 2–4); /undo 2 times goes back")
        await person.pilot.click(CoverageStrip, offset=(17, 0))
        await person.waits_for("Page 17 of 18")


async def test_the_strip_says_what_a_sleep_was_about() -> None:
    async with at_the_application(WIDE) as person:
        told = GistWritten("sleep", 4, 6, "A letter with five pips comes.", quoted=True)
        await person.gets(*scenes.RESUMED, told, until="mm^mmmww..........")
        person.screen.query_one(CoverageStrip).focus()
        await person.presses("left", "left", "left")
        await person.waits_for("\u201cA letter with five pips comes.\u201d")
        await person.presses("left")
        await person.waits_for("p. 3: memory since sleep 2")
        assert "five pips comes" not in person.sees


async def test_a_long_document_shares_its_cells() -> None:
    pages = tuple(replace(scenes.PAPER.pages[0], number=n, label=str(n)) for n in range(1, 301))
    paper = replace(scenes.PAPER, pages=pages)
    async with at_the_application(NARROW) as person:
        await person.gets(replace(scenes.DOCUMENT, document=paper), until="40,721")
        strip = person.sees.splitlines()[2].strip()
        assert set(strip) == {"."} and len(strip) == 75
        await person.pilot.click(CoverageStrip, offset=(3, 0))
        await person.presses("f5")
        await person.waits_for("Page 9 of 300")
