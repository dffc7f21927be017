"""What is typed behind a slash, and the same in the palette."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pilot import scenes
from pilot.feeder import Person, at_the_application, wait_until
from safetensors.numpy import save
from textual.events import AppBlur

from sleepdoc.reading.events import (
    OverviewWritten,
    ReadingFinished,
    SleptPages,
    Undone,
    WindowUse,
)
from sleepdoc.reading.overview import Line, Overview
from sleepdoc.screens.slash import SLASHES
from sleepdoc.store import Position, Store
from sleepdoc.widgets.prompt import Prompt


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The conversation of the scenes, with three sleeps and a turn."""
    path = tmp_path / "sleepdoc.db"
    with Store.open(path) as store:
        store.add_document(scenes.PAPER)
        conversation = store.create_conversation(
            scenes.PAPER, model="default", fingerprint="f", passes=4, seed=0
        )
        for number in (1, 2, 3):
            store.commit(
                conversation,
                parent=store.head(conversation),
                kind="sleep",
                position=Position(number * 1000, number * 1000, number * 2),
                snapshot=save({"s": np.full((64, 64), number, np.float32)}),
                info={"passes": 4, "tokens": 1000, "seconds": 3.0, "document_tokens": 10080},
            )
    return path


async def says(person: Person, line: str) -> None:
    await person.pastes(line)
    await person.presses("enter")


async def ready(person: Person) -> None:
    await person.gets(*scenes.READING, until="p. 4 of 18")


async def test_commands_are_listed_as_a_slash_is_typed_and_tab_completes() -> None:
    async with at_the_application() as person:
        await ready(person)
        await person.presses("slash")
        await person.waits_for("/page N")
        await person.types("cl")
        await person.waits_for("/closed-book")
        assert "/page N" not in person.sees
        await person.presses("tab", "enter")
        await person.waits_for("closed book: from memory alone")
        assert isinstance(person.app.focused, Prompt) and person.screen.prompt.text == ""


async def test_unknown_commands_are_refused_and_not_asked() -> None:
    async with at_the_application() as person:
        await ready(person)
        await says(person, "/undoo")
        await person.waits_for("There is no command /undoo: did you mean /undo?")
        await says(person, "/page")
        await person.waits_for("/page needs more: /page N")
        await says(person, "/page 99")
        await person.waits_for("There is no page '99'; there are 18.")
        assert person.feeder.commands == [("start",)]
        await says(person, " /etc/hosts is what?")
        assert person.feeder.commands[-1] == ("ask", "/etc/hosts is what?", False)


async def test_undo_and_redo_say_what_they_do() -> None:
    undone = Undone(
        False,
        scenes.progress(4, slept=4),
        scenes.progress(2, slept=2),
        (SleptPages(1, 1, 2),),
        WindowUse(0, 0, scenes.WINDOW),
    )
    async with at_the_application() as person:
        await ready(person)
        await says(person, "/undo")
        assert person.feeder.commands[-1] == ("undo",)
        await person.gets(undone, until="Undone: pp. 3–4 are no longer in memory")
        said = " ".join(person.sees.replace("▌", "").split())
        assert "Esc reads on from p. 2 of 18." in said
        assert "What was read since, to p. 4 of 18, is read again." in said
        assert "Questions and answers stay. /redo takes this back." in said
        await person.waits_for("Paused at p. 2 of 18")
        assert "mm................" in person.sees
        await says(person, "/redo")
        assert person.feeder.commands[-1] == ("redo",)
        redone = replace(
            undone,
            redone=True,
            before=undone.progress,
            progress=undone.before,
            slept=(*undone.slept, SleptPages(2, 3, 4)),
        )
        await person.gets(redone, until="Redone: pp. 3–4 are in memory again")
        await person.waits_for("mmmm..............")


async def test_what_a_command_says_is_seen_although_the_person_had_scrolled_up() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.RESUMED, until="p. 8 of 18")
        await person.presses("pageup", "pageup")
        await wait_until(person.pilot, lambda: "Resumed" not in person.sees)
        await says(person, "/undoo")
        await person.waits_for("There is no command /undoo")


async def test_an_undo_of_part_of_a_page_is_told_without_pages() -> None:
    at = scenes.progress(2, slept=2)
    undone = Undone(False, at, at, (SleptPages(1, 1, 2),), WindowUse(0, 0, scenes.WINDOW))
    async with at_the_application() as person:
        await ready(person)
        await person.gets(undone, until="Undone: the memory is as it was before the last sleep")
        assert "is read again" not in person.sees


async def test_the_last_sleep_is_named_before_it_is_undone() -> None:
    async with at_the_application() as person:
        await person.gets(*scenes.OPENED, until="18 pages")
        await person.types("/undo")
        await person.waits_for("take the last sleep back\n")
        await person.gets(*scenes.sleep(1, "1", "2"), until="back: pp. 1–2 leave the memory")
        await person.gets(*scenes.sleep(2, "3", "3"), until="back: p. 3 leaves the memory")
        back = (SleptPages(1, 1, 2),)
        at = scenes.progress(2, slept=2)
        undone = Undone(False, scenes.progress(3, slept=3), at, back, WindowUse(0, 0, 1))
        await person.gets(undone, until="back: pp. 1–2 leave the memory")


async def test_by_the_way_is_asked_without_a_trace() -> None:
    async with at_the_application() as person:
        await ready(person)
        await says(person, "/btw Who is Elias?")
        await person.waits_for("› by the way: Who is Elias?")
        assert person.feeder.commands[-1] == ("ask", "Who is Elias?", False, "not kept")
        begun = replace(scenes.answering(4), kept=False)
        await person.gets(begun, scenes.finished("An uncle."), until="not stored")


async def test_page_closed_book_sleep_and_details() -> None:
    async with at_the_application((120, 40)) as person:
        await ready(person)
        await says(person, "/page 7")
        await person.waits_for("Page 7 of 18")
        await says(person, "/closed-book")
        await person.waits_for("closed book: from memory alone")
        await says(person, "/sleep")
        assert person.feeder.commands[-1] == ("sleep_now",)
        await says(person, "/details")
        await person.waits_for("change by layer")
        await person.presses("escape")
        await says(person, "/help")
        await person.waits_for("open what the latest answer cites")


async def test_an_overview_is_shown_and_what_it_lacks_is_written(database: Path) -> None:
    async with at_the_application((100, 40), database=database) as person:
        await ready(person)
        await says(person, "/overview")
        await person.waits_for("The rest is written when there is nothing to read.")
        assert ("write_gists",) in person.feeder.commands


async def test_an_overview_that_nobody_asked_for_leaves_the_last_answer_in_sight() -> None:
    parts = tuple(Line("", n, n, str(n), str(n), "The gales. " * 12, True) for n in range(1, 9))
    about = Line("", 1, 18, "1", "18", "It is about five pips.", False)
    told = Overview("Pips", "p.pdf", 18, 7000, 18, about, parts, ("Who is Elias?",), complete=True)
    async with at_the_application() as person:
        await ready(person)
        await person.asks(scenes.QUESTION)
        await person.gets(*scenes.answer(4, scenes.CITATION), until="23 tok/s")
        await person.gets(OverviewWritten(told), until="Pips: 18 pages, 7,000 words")
        said = " ".join(person.sees.replace("▌", "").split())
        assert "It is about five pips." in said and "second came from Dundee [1]" in said
        assert "/overview tells it part by part (8), and what you could ask (1)." in said
        assert "The gales." not in said


async def test_fork_memory_export_and_rename(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_the_application((100, 40), database=database) as person:
        await ready(person)
        await says(person, "/fork 5")
        await person.waits_for("Forked as “the-five-orange-pips-2”, as of p. 4, 2 sleeps behind it")
        await says(person, "/memory")
        await person.waits_for("Memory of the-five-orange-pips")
        assert "3 sleeps" in person.sees and "pp. 4–6" in person.sees
        await person.presses("escape")
        await says(person, "/export md out.md")
        await person.waits_for("out.md")
        assert (tmp_path / "out.md").read_text().startswith("---")
        await says(person, "/export pdf")
        await person.waits_for("It takes memory, md or json")
        await says(person, "/rename Pips")
        await person.waits_for("This conversation is called “pips” now")
    assert "sleepdoc open pips" in person.app.farewell


async def test_before_anything_is_stored_they_say_so() -> None:
    async with at_the_application() as person:
        await person.gets(scenes.DOCUMENT, until="40,721")
        await says(person, "/fork")
        await person.waits_for("Nothing is stored yet")


async def test_another_model_reads_the_same_document() -> None:
    async with at_the_application() as person:
        await ready(person)
        await says(person, "/model")
        await person.waits_for("Read by SmolLM2-135M-Instruct")
        await says(person, "/model tiny")
        await wait_until(person.pilot, lambda: len(person.opened) == 2)
        wanted, _ = person.opened[-1]
        assert (wanted.target, wanted.model) == (
            Path("/documents/the-five-orange-pips.pdf"),
            "tiny",
        )


async def test_a_theme_is_kept_and_the_rest_of_the_file_stays(data_directory: Path) -> None:
    file = data_directory / "config.toml"
    data_directory.mkdir()
    file.write_text('# mine\npasses = 2\n\n[keys]\nfind = "ctrl+f"  # as elsewhere\n')
    before = file.read_text()
    async with at_the_application() as person:
        await ready(person)
        assert file.read_text() == before
        await says(person, "/theme nord")
        await wait_until(person.pilot, lambda: file.read_text() != before)
        assert file.read_text() == 'theme = "nord"\n' + before
        await says(person, "/theme gruvbox")
        await wait_until(person.pilot, lambda: "gruvbox" in file.read_text())
        assert file.read_text() == 'theme = "gruvbox"\n' + before
        await says(person, "/theme nothing")
        await person.waits_for("There is no theme 'nothing'")


async def test_who_looks_elsewhere_is_told_when_reading_ends() -> None:
    async with at_the_application() as person:
        await ready(person)
        written: list[str] = []
        driver = person.app._driver
        assert driver is not None
        driver.write = written.append  # type: ignore[method-assign]
        person.app.post_message(AppBlur())
        await wait_until(person.pilot, lambda: not person.app.app_focus)
        done = ReadingFinished(scenes.progress(18, slept=18), 3, 60.0)
        await person.gets(done, until="all of it can be asked about")
        assert [each for each in written if each.startswith("\x1b]9;The Five Orange Pips is read")]
        written.clear()
        await person.gets(done, scenes.reading(18), until="all of it")
        assert not any("\x1b]9;" in each for each in written)


async def test_every_command_is_in_the_palette_and_nothing_that_does_not_work() -> None:
    async with at_the_application() as person:
        await ready(person)
        commands = [each.title for each in person.app.get_system_commands(person.app.screen)]
        for slash in SLASHES:
            assert slash.name.replace("-", " ").capitalize() in commands
        assert not {"Maximize", "Screenshot", "Minimize"} & set(commands)
        assert len(commands) == len(set(commands))
        await person.presses("ctrl+p")
        await person.types("btw")
        await person.waits_for("Ask without leaving a trace")
        await person.presses("enter")
        await person.waits_for("│ /btw")
