"""The reading screen as someone uses it: look, type, press, look again."""

from dataclasses import replace
from pathlib import Path

import pytest
from pilot import scenes
from pilot.feeder import at_the_application, wait_until
from textual.message import Message

from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import (
    LOOKED_UP,
    SEARCHED,
    AnswerText,
    Ended,
    Failed,
    Reading,
    ReadingFinished,
    Resumed,
    SleepAborted,
    SleepStarted,
    Turn,
    Verdict,
    WorkerDied,
)
from sleepdoc.screens.wire import Happened
from sleepdoc.widgets.prompt import Prompt


async def test_first_frame_has_the_document_and_a_focused_prompt() -> None:
    async with at_the_application(document="report.pdf") as person:
        assert person.feeder.commands == [("start",)]
        assert "report.pdf" in person.sees
        assert "Opening" in person.sees
        assert isinstance(person.app.focused, Prompt)


async def test_reading_shows_page_label_speed_time_left_and_the_line_read() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.OPENED, scenes.reading(4, label="iv"), until="p. iv (4 of 18)")
        await person.presses("f7")
        await person.waits_for("412 tok/s")
        for shown in ("0:27 left", "It was in the latter days"):
            assert shown in person.sees
        for shown in ("document 612", "chat 0", "free 412"):
            assert shown in person.sees


async def test_only_the_latest_report_on_reading_is_kept() -> None:
    shown: list[int] = []

    def hook(message: Message) -> None:
        if isinstance(message, Happened) and isinstance(message.event, Reading):
            shown.append(message.event.progress.page)

    async with at_the_application(hook=hook) as person:
        reports = [scenes.reading(page) for page in range(1, 18)]
        await person.gets(*scenes.OPENED, *reports, until="p. 17 of 18")
        assert set(shown) == {17}


async def test_a_question_typed_while_reading_is_sent_queued_and_answered() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.types(scenes.QUESTION)
        await person.presses("enter")
        await person.waits_for("queued")
        assert ("ask", scenes.QUESTION, False) in person.feeder.commands
        answer = scenes.answer(4, scenes.CITATION)
        await person.gets(*answer[:-1], until="answering")
        await person.waits_for("second came from Dundee")
        assert "queued" not in person.sees
        await person.gets(answer[-1], until="23 tok/s")
        assert "Ku Klux Klan" in person.sees and "**" not in person.sees
        assert "[1] p. 3 ✓ verified" in person.sees and "“As he did so" in person.sees
        assert "read to p. 4 of 18" in person.sees


async def test_several_questions_queue_and_are_answered_in_order() -> None:
    async with at_the_application((100, 40)) as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        for question in ("first?", "second?", "third?"):
            await person.asks(question)
        assert person.sees.count("queued") == 3
        await person.gets(scenes.answering(4), *scenes.pieces("One."), until="One.")
        await person.gets(scenes.finished("One."), until="tok/s")
        assert person.sees.count("queued") == 2
        rows = person.sees.splitlines()
        lines = [next(i for i, row in enumerate(rows) if text in row) for text in _ORDER]
        assert lines == sorted(lines)


_ORDER = ("first?", "One.", "second?", "third?")


async def test_a_card_stands_above_the_questions_still_in_the_queue() -> None:
    async with at_the_application((100, 40)) as person:
        await person.gets(*scenes.OPENED, scenes.reading(4), until="p. 4 of 18")
        await person.asks("still waiting?")
        await person.gets(*scenes.sleep(1, "1", "4"), until="z Memorised pp. 1–4")
        assert person.sees.index("z Memorised pp. 1–4") < person.sees.index("still waiting?")


async def test_answers_say_where_they_come_from() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, scenes.answering(4), until="nothing recalled")
        await person.gets(scenes.finished("Yes."), until="from memory, nothing recalled")
        searched = replace(scenes.answering(4), lookup=SEARCHED)
        await person.gets(searched, until="searched in the text, not from memory")
        await person.gets(scenes.finished("Twice."), until="searched in the text")
        await person.gets(scenes.answering(4, closed_book=True), until="closed book")
        await person.gets(scenes.finished("No."), until="from memory alone (closed book)")


@pytest.mark.parametrize(
    ("verdict", "ended", "closed_book", "lookup"),
    [
        ("verified", "stop", False, ""),
        ("from memory", "length", False, ""),
        ("not found", "stop", False, ""),
        ("verified", "repetition", True, ""),
        ("verified", "interrupted", False, SEARCHED),
        ("verified", "stop", False, LOOKED_UP),
    ],
)
async def test_a_stored_answer_says_what_it_said_when_it_was_fresh(
    verdict: Verdict, ended: Ended, closed_book: bool, lookup: str
) -> None:
    cited = replace(scenes.CITATION, verified=verdict == "verified")
    begun = replace(scenes.answering(4, scenes.CITATION), closed_book=closed_book, lookup=lookup)
    done = replace(scenes.finished("Elias.", cited, verdict=verdict), ended=ended)
    turn = Turn(
        scenes.QUESTION,
        "Elias.",
        False,
        begun.read_to,
        (cited,),
        closed_book,
        0,
        lookup,
        verdict,
        ended,
    )
    resumed = replace(scenes.RESUMED[0], messages=(turn,))
    async with at_the_application((120, 40)) as person:
        await person.gets(*scenes.OPENED, begun, done, until="23 tok/s")
        fresh = person.screen.chat.transcript.latest
        assert fresh is not None
        said, cites = fresh.answer.summary.parts, fresh.answer.citations
        await person.gets(resumed, until="Resumed")
        stored = person.screen.chat.transcript.latest
        assert stored is not None and stored is not fresh
        assert (*stored.answer.summary.parts, "23 tok/s") == said
        assert stored.answer.citations == cites
        assert ("✓ verified" in person.sees) == (verdict == "verified")


async def test_closed_book_is_switched_on_and_off_and_goes_with_the_question() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.presses("f8")
        await person.waits_for("closed book: from memory alone")
        await person.asks("one")
        await person.presses("f8")
        await person.asks("two")
        assert person.feeder.commands[1:] == [("ask", "one", True), ("ask", "two", False)]
        assert "closed book: from memory alone" not in person.sees


async def test_esc_stops_the_answer_else_pauses_else_goes_on_and_never_quits() -> None:
    async with at_the_application() as person:
        await person.presses("escape")
        await person.gets(*scenes.READING, until="esc Pause")
        await person.presses("escape")
        await person.waits_for("esc Go on")
        assert "Paused" in person.sees
        await person.presses("escape")
        await person.waits_for("esc Pause")
        await person.gets(scenes.answering(4), AnswerText("The"), until="esc Stop")
        await person.presses("escape")
        await person.gets(scenes.finished("The", interrupted=True), until="stopped early")
        await person.gets(ReadingFinished(scenes.progress(18), 2, 61.0), until="Read all 18 pages")
        await person.presses("escape")
        assert person.feeder.commands[1:] == [("pause",), ("resume_reading",), ("stop_answer",)]
        assert person.app.is_running


async def test_reading_waits_for_an_answer_only_while_there_is_something_to_read() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, scenes.answering(4), until="reading waits at p. 4 of 18")
        await person.gets(scenes.finished("Yes."), until="Reading p. 4 of 18")
        await person.gets(ReadingFinished(scenes.progress(18), 2, 61.0), until="Read all 18 pages")
        await person.gets(scenes.answering(18), until="Answering")
        assert "reading waits" not in person.sees


async def test_a_pause_is_told_where_one_types_with_the_key_that_ends_it() -> None:
    told = "Reading is paused: Esc goes on."
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="esc Pause")
        assert told not in person.sees
        await person.presses("escape")
        await person.waits_for(told)
        assert "Paused at p. 4 of 18 · Esc goes on reading" in person.sees
        await person.presses("escape")
        await person.waits_for("esc Pause")
        assert told not in person.sees
        assert person.feeder.commands[1:] == [("pause",), ("resume_reading",)]


async def test_the_prompt_says_what_can_be_asked_about() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="Ask about what has been read so far;")
        await person.gets(
            ReadingFinished(scenes.progress(18), 2, 61.0), until="Ask about the document;"
        )


async def test_a_pause_seen_from_elsewhere_does_not_promise_what_esc_does_at_the_prompt() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="esc Pause")
        await person.presses("escape", "f5")
        await person.waits_for("esc Back")
        assert "Paused at p. 4 of 18" in person.sees and "Esc goes on" not in person.sees
        await person.presses("escape")
        await person.waits_for("Esc goes on reading")
        assert ("resume_reading",) not in person.feeder.commands


async def test_esc_leaves_a_command_that_is_begun_and_pauses_nothing() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="esc Pause")
        await person.types("/clo")
        await person.waits_for("esc Back")
        await person.presses("escape")
        await person.waits_for("esc Pause")
        assert not person.screen.prompt.text and "/closed-book" not in person.sees
        assert person.feeder.commands == [("start",)]


@pytest.mark.parametrize("opens", ["f1", "f2", "ctrl+p"])
async def test_esc_over_the_screen_only_closes_what_is_there(opens: str, tmp_path: Path) -> None:
    async with at_the_application(database=tmp_path / "sleepdoc.db") as person:
        await person.gets(*scenes.READING, until="esc Pause")
        await person.presses(opens)
        await wait_until(person.pilot, lambda: len(person.app.screen_stack) == 3)
        await person.presses("escape")
        await wait_until(person.pilot, lambda: len(person.app.screen_stack) == 2)
        assert "esc Pause" in person.sees and "Reading p. 4 of 18" in person.sees
        assert person.feeder.commands == [("start",)]


async def test_the_details_say_what_they_are_and_their_key_is_named() -> None:
    async with at_the_application((120, 40)) as person:
        await person.gets(*scenes.READING, until="f7 Details")
        await person.presses("f7")
        await person.waits_for("Details: reading, window and memory in figures")
        assert "F7 closes" in person.sees and "change by layer" in person.sees
        await person.presses("f7", "f1")
        await person.waits_for("details: reading and memory in figures")
    async with at_the_application((80, 24)) as person:
        await person.gets(*scenes.READING, until="f2 Library")
        assert "f7 Details" not in person.sees


async def test_a_question_while_paused_leaves_reading_paused() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="esc Pause")
        await person.presses("escape")
        await person.gets(*scenes.answer(4), until="23 tok/s")
        await person.waits_for("Paused")


async def test_a_sleep_is_watched_and_leaves_a_card() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.SLEEPING, until="memorising pp. 3–4")
        assert "Reading p. 4 of 18" in person.sees and "pass 3 of 4" not in person.sees
        await person.presses("f7")
        await person.waits_for("pass 3 of 4")
        for shown in ("Sleep 2", "0:02 left", "pp. 3–4, 1,002 tokens", "11–20 ▂21%"):
            assert shown in person.sees
        *_, done = scenes.sleep(2, "3", "4", tokens=1002)
        await person.gets(done, until="Memory    2 sleeps")
        assert "snapshot 4f2a9c1e" in person.sees and "1.5 MB" in person.sees
        await person.presses("escape")
        await person.waits_for("z Memorised pp. 1–4 · 2 sleeps · 0:07")
        assert "snapshot" not in person.sees


async def test_an_aborted_sleep_says_that_nothing_changed() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.SLEEPING, until="memorising pp. 3–4")
        await person.presses("escape")
        assert person.feeder.commands[1:] == [("stop_answer",), ("pause",)]
        await person.waits_for("Pausing at p. 4 of 18")
        await person.gets(SleepAborted(2), until="Memorising was stopped")
        await person.waits_for("Paused at p. 4 of 18")
        await person.presses("f7")
        await person.waits_for("Memory    1 sleep")


async def test_sleep_now_asks_for_a_sleep_only_if_there_is_something_to_sleep_on() -> None:
    async with at_the_application() as person:
        await person.presses("f9")
        await person.gets(*scenes.OPENED, until="window 0%")
        await person.presses("f9")
        await person.waits_for("The window is empty")
        await person.gets(scenes.reading(3), until="p. 3 of 18")
        await person.presses("f9")
        await person.gets(SleepStarted(1, 4, 700, "1", "3"), until="memorising pp. 1–3")
        await person.presses("f9")
        assert person.feeder.commands[1:] == [("sleep_now",)]


async def test_resuming_shows_what_was_read_and_when_before_the_model_is_there() -> None:
    resumed, model, reading = scenes.RESUMED
    async with at_the_application() as person:
        await person.gets(resumed, until="Resumed “the-five-orange-pips”, last here 2026-11-20")
        assert "read to p. 7 of 18, 3 sleeps, loading the memory" in person.sees
        assert "And why pips?" in person.sees and "stopped early" in person.sees
        await person.gets(model, until="3 sleeps, 0 tokens re-read")
        await person.gets(reading, until="p. 8 of 18")


async def test_only_the_last_turns_of_a_long_conversation_are_shown() -> None:
    resumed = scenes.RESUMED[0]
    assert isinstance(resumed, Resumed)
    turns = resumed.messages * 12
    long = replace(resumed, conversation="long", messages=turns)
    async with at_the_application((80, 24)) as person:
        await person.gets(long, until="Resumed “long”")
        await person.pilot.pause()
        person.screen.chat.transcript.scroll_home(animate=False)
        await person.waits_for("4 earlier turns not shown")


async def test_a_second_opening_replaces_what_the_first_had_shown() -> None:
    async with at_the_application() as person:
        await person.gets(scenes.RESUMED[0], until="Resumed")
        await person.gets(scenes.DOCUMENT, until="40,721 characters")
        assert "Resumed" not in person.sees


async def test_an_error_is_shown_in_place_and_ends_the_questions() -> None:
    async with at_the_application() as person:
        await person.asks("anything?")
        await person.gets(*scenes.ERROR, until="ocrmypdf report.pdf")
        assert "Exit code 3" in person.sees
        assert "not answered" in person.sees
        assert "Stopped" in person.sees
        await person.types("more")
        assert person.feeder.commands[1:] == [("ask", "anything?", False)]


async def test_a_failure_in_the_middle_of_an_answer_keeps_what_had_come() -> None:
    async with at_the_application() as person:
        await person.gets(
            *scenes.READING, scenes.answering(4), AnswerText("So far"), until="So far"
        )
        await person.gets(Failed("The disk is full.", ExitCode.STORAGE), until="The disk is full.")
        assert "So far" in person.sees
        assert "stopped by an error" in person.sees


async def test_a_refused_question_says_why_and_the_rest_goes_on() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.asks("far too long")
        refused = Failed("At most 200 tokens fit.", ExitCode.USAGE, question=True)
        await person.gets(refused, until="At most 200")
        assert "Reading" in person.sees and "Stopped" not in person.sees
        await person.asks("shorter")
        assert person.feeder.commands[-1] == ("ask", "shorter", False)


async def test_a_refused_undo_leaves_the_questions_in_the_queue() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.asks(scenes.QUESTION)
        await person.gets(Failed("nothing to undo", ExitCode.USAGE), until="~ nothing to undo")
        rows = person.sees.splitlines()
        question = next(at for at, row in enumerate(rows) if scenes.QUESTION in row)
        assert rows[question + 1].strip() == "queued"
        await person.gets(*scenes.answer(4, scenes.CITATION), until="23 tok/s")
        assert person.sees.count(scenes.QUESTION) == 1


async def test_what_was_undone_stays_so_and_says_how_to_go_on() -> None:
    resumed = scenes.RESUMED[0]
    assert isinstance(resumed, Resumed)
    async with at_the_application() as person:
        await person.gets(replace(resumed, held=True), scenes.MODEL, until="Paused at p. 7 of 18")
        said = " ".join(person.sees.replace("▌", "").split())
        assert "Reading stays at p. 7 of 18, as it was taken back to it: Esc goes on" in said
        assert "Reading is paused: Esc goes on." in person.sees
        await person.presses("escape")
        await wait_until(person.pilot, lambda: ("resume_reading",) in person.feeder.commands)
        await person.waits_for("Reading p. 7 of 18")


async def test_the_death_of_the_worker_is_told_and_the_answer_begins_again() -> None:
    async with at_the_application((80, 40)) as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.asks(scenes.QUESTION)
        await person.gets(scenes.answering(4), AnswerText("Lost"), until="Lost")
        await person.gets(WorkerDied("killed by signal 9"), until="killed by signal 9")
        await person.gets(scenes.MODEL, until="saved step, 0 tokens re-read")
        await person.gets(*scenes.answer(4), until="23 tok/s")
        assert "Lost" not in person.sees
        assert person.sees.count(scenes.QUESTION) == 1


async def test_notices_of_the_document_are_shown() -> None:
    document = scenes.DOCUMENT
    noticed = replace(document, notices=("Pages 9 and 77 have no text.",))
    async with at_the_application() as person:
        await person.gets(noticed, until="~ Pages 9 and 77 have no text.")


async def test_the_transcript_scrolls_while_the_prompt_keeps_the_focus() -> None:
    async with at_the_application() as person:
        await person.gets(scenes.RESUMED[0], *scenes.READING, until="p. 4 of 18")
        await person.gets(*scenes.answer(4, scenes.CITATION), until="23 tok/s")
        await person.presses("pageup", "pageup", "pageup")
        await person.waits_for("40,721 characters")
        assert isinstance(person.app.focused, Prompt)
        await person.presses("pagedown", "pagedown", "pagedown")
        await person.waits_for("23 tok/s")


async def test_help_opens_over_the_screen_and_any_usual_key_closes_it() -> None:
    async with at_the_application() as person:
        for key in ("f1", "escape", "enter"):
            await person.presses("f1")
            await person.waits_for("open what the latest answer cites")
            await person.presses(key)
            await person.waits_for("Ask about what has been read")
        assert person.feeder.commands == [("start",)]


async def test_a_question_mark_alone_is_no_question_but_asks_for_help() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="/ or ? for help")
        await person.types("?")
        await person.waits_for("/help   keys and words")
        assert person.screen.prompt.text == "?"
        await person.presses("enter")
        await person.waits_for("open what the latest answer cites")
        await person.presses("escape")
        await person.types("??")
        assert "/help   keys and words" not in person.sees
        await person.presses("enter")
        assert person.feeder.commands[1:] == [("ask", "??", False)]


async def test_what_help_says_stays_in_its_column() -> None:
    async with at_the_application() as person:
        await person.presses("f1")
        await person.waits_for("send the question")
        assert f"│  {'':11}earlier questions" in person.sees


async def test_the_palette_has_what_the_keys_do() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, until="esc Pause")
        await person.presses("ctrl+p")
        await person.types("pause")
        await person.waits_for("Pause reading")
        await person.presses("enter")
        await wait_until(person.pilot, lambda: ("pause",) in person.feeder.commands)


async def test_below_the_smallest_size_it_says_so() -> None:
    async with at_the_application((59, 24)) as person:
        await person.waits_for("sleepdoc needs 60x16")
        await person.pilot.resize_terminal(60, 15)
        await person.waits_for("this terminal has 60x15")
        await person.pilot.resize_terminal(60, 16)
        await person.waits_for("Ask about what has been read")
