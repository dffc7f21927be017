"""The application over the real runner, a real worker process and the scripted model."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from multiprocessing import resource_tracker
from pathlib import Path

import pytest
from documents.pdf_files import document as pdf
from documents.pdf_files import typeset, write
from pilot.feeder import wait_until
from pilot.screen_text import screen_text
from tests.model import tiny_gguf
from textual.events import Paste
from textual.pilot import Pilot

from sleepdoc.app import SleepdocApp
from sleepdoc.errors import ExitCode
from sleepdoc.reading.events import Citation, Event
from sleepdoc.reading.library import Library
from sleepdoc.reading.runner import Runner
from sleepdoc.reading.service import OpenConversation, OpenOptions
from sleepdoc.screens.wire import OpenOther
from sleepdoc.store import Store
from sleepdoc.widgets.turn import TurnView

SCRIPTED = "scripted:window=256,passes=3"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A document of some pages."""
    paragraphs = (
        f"The keeper of house {number} is called Keeper{number}. " + "The tide was low. " * 12
        for number in range(1, 13)
    )
    path = tmp_path / "report.txt"
    path.write_text("\n\n".join(paragraphs))
    return path


@asynccontextmanager
async def opened(
    path: Path | None, data: Path, model: str = SCRIPTED
) -> AsyncIterator[tuple[SleepdocApp, Pilot[None]]]:
    options = OpenOptions(path or "", data / "sleepdoc.db", model=model)

    def opener(deliver: Callable[[Event], None], wanted: OpenOther) -> Runner:
        asked = replace(options, target=wanted.target, anew=wanted.anew)
        return Runner(deliver, OpenConversation(asked))

    app = SleepdocApp(opener, Library(options.database), path)
    resource_tracker.ensure_running()
    try:
        async with app.run_test(size=(100, 40)) as pilot:
            yield app, pilot
    finally:
        await asyncio.to_thread(app.close_runner)


async def sees(app: SleepdocApp, pilot: Pilot[None], text: str) -> None:
    await wait_until(pilot, lambda: text in screen_text(app), lambda: screen_text(app))


async def test_read_ask_quit_and_come_back(report: Path, data_directory: Path) -> None:
    async with opened(report, data_directory) as (app, pilot):
        app.post_message(Paste("Who is the keeper of house 3?"))
        await pilot.press("enter")
        await sees(app, pilot, "tokens in the window")
        await sees(app, pilot, "all of it can be asked about")
        assert "Memorised" in screen_text(app)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    assert app.return_code == ExitCode.OK
    assert app.farewell == "Saved as report. Go on with: sleepdoc open report"

    async with opened(report, data_directory) as (app, pilot):
        await sees(app, pilot, "0 tokens re-read")
        assert "Resumed “report”" in screen_text(app)
        assert "Who is the keeper of house 3?" in screen_text(app)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)


async def test_a_persons_path(tmp_path: Path, data_directory: Path) -> None:
    """From the bare library through a PDF to quitting in the middle: everything as it was."""
    pages = [
        [f"The keeper of house {number} is called Keeper{number}."]
        + [
            f"The tide of page {number} was low at noon, and line {line} says so."
            for line in range(12)
        ]
        for number in range(1, 13)
    ]
    paper = write(tmp_path, pdf([typeset(lines) for lines in pages]), "keepers.pdf")

    async with opened(None, data_directory) as (app, pilot):

        async def says(line: str, until: str) -> None:
            app.post_message(Paste(line))
            await pilot.press("enter")
            await sees(app, pilot, until)

        await sees(app, pilot, "No conversations yet")
        await says(str(paper), until="keepers.pdf, 12 pages")
        await sees(app, pilot, "\n mm")
        await says("How often is Keeper1 mentioned?", until="[1] p. ")
        await pilot.press("alt+1")
        await sees(app, pilot, "hit 1/")
        await pilot.press("escape")
        await sees(app, pilot, "all of it can be asked about")
        await says("/find Keeper12", until="1 hit on 1 page")
        await pilot.press("enter")
        await sees(app, pilot, "hit 1/1")
        await pilot.press("escape")
        await says("/page 1", until="Page 1 of")
        await pilot.press("escape")
        await says("/fork 12", until="Forked as “keepers-2”")
        await says("/undo", until="Undone: ")
        await sees(app, pilot, "Paused at")
        before, at = turns(app), where(app)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    assert app.farewell == "Saved as keepers. Go on with: sleepdoc open keepers"

    async with opened(paper, data_directory) as (app, pilot):
        await sees(app, pilot, "0 tokens re-read")
        await sees(app, pilot, "Esc goes on")
        assert where(app) == at, "what was undone is not read before that is asked for"
        assert turns(app) == before and before[0][0] == "How often is Keeper1 mentioned?"
        await pilot.press("escape", "ctrl+q")  # reads what was undone, and is quit meanwhile
        await wait_until(pilot, lambda: not app.is_running)

    async with opened(paper, data_directory) as (app, pilot):
        await sees(app, pilot, "re-read")
        assert turns(app) == before
        if app.screen.course.paused:  # not a sleep came in between
            await pilot.press("escape")
        await sees(app, pilot, "all of it can be asked about")
        assert "\n ^" in screen_text(app)
        await pilot.press("f2")
        await sees(app, pilot, "* keepers ")
        await pilot.press("down", "down", "enter")
        await sees(app, pilot, "Resumed “keepers-2”")
        await sees(app, pilot, "all 12 pages read")
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    assert app.farewell == "Saved as keepers-2. Go on with: sleepdoc open keepers-2"


def where(app: SleepdocApp) -> str:
    """The page it is paused at."""
    found = re.search(r"Paused at (p\. \d+ of \d+|the beginning)", screen_text(app))
    assert found is not None, screen_text(app)
    return found[1]


def turns(app: SleepdocApp) -> list[tuple[str, str, tuple[Citation, ...], tuple[str, ...]]]:
    """What was asked, what was answered, and what it was said to rest on, without how fast."""
    return [
        (
            view.question,
            view.answer.text,
            view.answer.citations,
            tuple(part for part in view.answer.summary.parts if not part.endswith(("tok/s", " s"))),
        )
        for view in app.screen.query(TurnView)
    ]


async def test_a_document_that_is_none(tmp_path: Path, data_directory: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    async with opened(empty, data_directory) as (app, pilot):
        await sees(app, pilot, "Exit code 3")
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    assert app.return_code == ExitCode.DOCUMENT


@pytest.mark.parametrize(
    ("architecture", "said", "kept"),
    [("falcon-h1", "not tested", "Memorised"), ("lfm2", "text recall only", "Let go of")],
)
async def test_a_gguf_model_says_what_it_can_do(
    architecture: str, said: str, kept: str, report: Path, data_directory: Path, tmp_path: Path
) -> None:
    model = str(tiny_gguf.build(tmp_path / "model.gguf", architecture))
    async with opened(report, data_directory, model) as (app, pilot):
        await sees(app, pilot, said)
        await sees(app, pilot, "all of it can be asked about")
        assert kept in screen_text(app)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    async with opened(report, data_directory, model) as (app, pilot):
        await sees(app, pilot, "0 tokens re-read")
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)


async def test_a_model_that_ends_its_process_leaves_the_application_running(
    report: Path, data_directory: Path, tmp_path: Path
) -> None:
    model = str(tiny_gguf.build_aborting(tmp_path / "aborting.gguf"))
    async with opened(report, data_directory, model) as (app, pilot):
        await sees(app, pilot, "Exit code 4")
        assert "killed by" in screen_text(app)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
    assert app.return_code == ExitCode.MODEL
    with Store.open(data_directory / "sleepdoc.db") as store:
        assert store.conversations() == []
