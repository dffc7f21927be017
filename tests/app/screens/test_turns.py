"""A turn can be copied, asked again, and edited; and hands find what they are used to."""

from pilot import scenes
from pilot.feeder import Person, at_the_application
from textual.events import Paste

from sleepdoc.reading.events import ReadingPaused
from sleepdoc.widgets.prompt import Prompt
from sleepdoc.widgets.turn import TurnView


async def answered(person: Person) -> None:
    await person.gets(*scenes.READING, until="p. 4 of 18")
    await person.asks(scenes.QUESTION)
    await person.gets(*scenes.answer(4, scenes.CITATION), until="23 tok/s")
    person.screen.query(TurnView).last().focus()


async def test_y_copies_question_answer_and_references() -> None:
    async with at_the_application((100, 40)) as person:
        await answered(person)
        await person.presses("y")
        await person.waits_for("Copied with its references")
        copied = person.app.clipboard
        assert copied.startswith(f"{scenes.QUESTION}\n\n{scenes.ANSWER.strip()[:40]}")
        assert copied.endswith(f"[1] p. 3: “{scenes.PIPS}”")


async def test_r_asks_again() -> None:
    async with at_the_application((100, 40)) as person:
        await answered(person)
        await person.presses("r")
        await person.waits_for("queued")
        assert person.feeder.commands.count(("ask", scenes.QUESTION, False)) == 2


async def test_e_edits_and_asks_again() -> None:
    async with at_the_application((100, 40)) as person:
        await answered(person)
        await person.presses("e")
        assert isinstance(person.app.focused, Prompt)
        await person.types(" Why?")
        await person.presses("enter")
        await person.waits_for("queued")
        assert person.feeder.commands[-1] == ("ask", f"{scenes.QUESTION} Why?", False)


async def test_other_letters_reach_the_prompt() -> None:
    async with at_the_application((100, 40)) as person:
        await answered(person)
        await person.types("who")
        assert person.screen.prompt.text == "who"


async def test_up_recalls_the_questions_of_earlier_days() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.RESUMED, until="p. 8 of 18")
        await person.presses("up")
        assert person.screen.prompt.text == "And why pips?"
        await person.presses("up")
        assert person.screen.prompt.text == scenes.QUESTION


async def test_pasted_line_ends_are_new_lines() -> None:
    async with at_the_application() as person:
        person.app.post_message(Paste("one\r\ntwo\rthree\nfour"))
        await person.pilot.pause()
        await person.presses("enter")
        assert person.feeder.commands[-1] == ("ask", "one\ntwo\nthree\nfour", False)


async def test_the_first_sleep_is_explained_once() -> None:
    async with at_the_application((100, 40)) as person:
        await person.gets(*scenes.READING, until="That is a")
        await person.gets(*scenes.sleep(2, "3", "4"), until="pp. 1–4")
        assert person.sees.count("That is a") == 1


async def test_a_full_window_says_that_a_sleep_comes_first() -> None:
    warned = "a sleep comes before the next answer"
    async with at_the_application((100, 40)) as person:
        await person.gets(*scenes.OPENED, scenes.reading(4, document=1000), until="p. 4 of 18")
        assert warned not in person.sees
        await person.presses("escape")
        await person.gets(ReadingPaused(scenes.progress(4)), until=warned)
        await person.gets(*scenes.sleep(1, "1", "4"), until="z Memorised")
        assert warned not in person.sees


async def test_a_question_that_a_sleep_holds_up_says_so() -> None:
    async with at_the_application((100, 40)) as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.asks("why?")
        started, *_, finished = scenes.sleep(2, "3", "4")
        await person.gets(started, until="queued · memorising pp. 3–4 first")
        await person.asks("and who?")
        assert person.sees.count("queued · memorising pp. 3–4 first") == 2
        await person.gets(finished, until="z Memorised pp. 1–4")
        assert "memorising pp. 3–4 first" not in person.sees
