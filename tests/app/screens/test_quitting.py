"""Leaving: at any moment, without freezing the screen, and with the right exit code."""

import os
import signal
import threading

from pilot import scenes
from pilot.feeder import at_the_application, wait_until

from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import AnswerText


async def test_quitting_while_asleep_waits_for_the_runner_and_keeps_painting() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.SLEEPING, until="memorising pp. 3–4")
        person.feeder.may_close.clear()
        await person.presses("ctrl+q")
        await person.waits_for("Saving")
        await person.pilot.resize_terminal(90, 24)
        await person.waits_for("Saving")
        assert person.app.is_running
        person.feeder.may_close.set()
        await wait_until(person.pilot, lambda: not person.app.is_running)
    assert person.feeder.closed_by is not threading.main_thread()
    assert person.app.return_code == ExitCode.OK
    assert "sleepdoc open the-five-orange-pips" in person.app.farewell


async def test_quitting_twice_closes_once() -> None:
    async with at_the_application() as person:
        person.feeder.may_close.clear()
        await person.presses("ctrl+q", "ctrl+q")
        await person.waits_for("Saving")
        person.feeder.may_close.set()
        await wait_until(person.pilot, lambda: not person.app.is_running)
    assert person.feeder.commands == [("start",), ("close",)]


async def test_what_happens_until_the_runner_has_closed_is_still_shown() -> None:
    async with at_the_application() as person:
        asked = [scenes.answer(page)[0] for page in range(20)]
        person.feeder.last = [event for one in asked for event in (one, scenes.finished("So."))]
        await person.presses("ctrl+q")
        await wait_until(person.pilot, lambda: not person.app.is_running)
    assert person.app.return_code == ExitCode.OK


async def test_quitting_in_the_middle_of_an_answer_from_under_the_help() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.READING, scenes.answering(4), AnswerText("So"), until="So")
        await person.presses("f1", "ctrl+q")
        await wait_until(person.pilot, lambda: not person.app.is_running)
    assert person.feeder.commands[-1] == ("close",)


async def test_after_an_error_the_exit_code_is_that_of_the_error() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.ERROR, until="ocrmypdf")
        await person.presses("ctrl+q")
        await wait_until(person.pilot, lambda: not person.app.is_running)
    assert person.app.return_code == ExitCode.DOCUMENT
    assert person.app.farewell.startswith("sleepdoc: report.pdf has no text")


async def test_ctrl_c_does_not_quit_however_often() -> None:
    async with at_the_application() as person:
        await person.presses("ctrl+c", "ctrl+c")
        await person.waits_for("Ctrl+Q saves and quits")
        assert person.app.is_running
        assert person.feeder.commands == [("start",)]


async def test_ctrl_c_copies_what_is_selected_in_the_prompt() -> None:
    async with at_the_application() as person:
        await person.pastes("to be copied")
        await person.presses("ctrl+a", "shift+end", "ctrl+c")
        assert person.app.clipboard == "to be copied"


async def test_a_signal_to_end_is_obeyed_like_a_key() -> None:
    async with at_the_application() as person:
        os.kill(os.getpid(), signal.SIGTERM)
        await wait_until(person.pilot, lambda: not person.app.is_running)
    assert person.feeder.commands[-1] == ("close",)
    assert person.app.return_code == 128 + signal.SIGTERM
