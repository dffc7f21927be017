"""The library: all conversations, one after the other in one application."""

import gc
from dataclasses import replace
from pathlib import Path

import pytest
from pilot import scenes
from pilot.feeder import Person, at_the_application, wait_until
from textual.widgets import Input

from sleepdoc.documents.types import Document, Page
from sleepdoc.store import Position, Store


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Two conversations; that about the lamps was used last."""
    path = tmp_path / "sleepdoc.db"
    lamps = tmp_path / "lamps.txt"
    lamps.write_text("Ambrose sailed to Valparaiso.")
    page = Page(1, "1", lamps.read_text())
    document = Document("1" * 64, bytes(lamps), "lamps.txt", "text", 29, "The Lamps", (page,))
    with Store.open(path) as store:
        for each in (scenes.PAPER, document):
            store.add_document(each)
            conversation = store.create_conversation(
                each, model="/models/small.gguf", fingerprint="f", passes=1, seed=0
            )
        head = store.head(conversation)
        turn = store.begin_turn(conversation, "Where did he sail?", Position())
        store.finish_turn(
            conversation, turn, "South.", interrupted=False, parent=head, position=Position()
        )
    return path


async def shelves(person: Person) -> None:
    await person.waits_for("the-lamps")


async def test_it_lists_what_there_is_the_latest_first(database: Path) -> None:
    async with at_the_application(document=None, database=database) as person:
        await shelves(person)
        rows = [row for row in person.sees.splitlines() if "small.gguf" in row]
        assert [row.split()[:2] for row in rows] == [
            ["the-lamps", "0/1"],
            ["the-five-orange-pips", "0/18"],
        ]
        assert isinstance(person.app.focused, Input)
        assert "The Lamps" in person.sees


async def test_an_empty_library_says_how_to_begin(tmp_path: Path) -> None:
    async with at_the_application(document=None, database=tmp_path / "new.db") as person:
        await person.waits_for("No conversations yet. Type the path of a document")
        await person.presses("enter", "escape", "ctrl+t", "ctrl+d", "ctrl+n")
        assert person.opened == [] and person.app.is_running


async def test_enter_opens_and_another_can_be_opened_after_it(database: Path) -> None:
    async with at_the_application(document=None, database=database) as person:
        await shelves(person)
        await person.presses("down", "down", "enter")
        await wait_until(person.pilot, lambda: len(person.opened) == 1)
        assert person.opened[0][0].target == "the-five-orange-pips"
        first = person.feeder
        await wait_until(person.pilot, lambda: ("start",) in first.commands)
        await person.gets(*scenes.READING, until="p. 4 of 18")
        assert gc.get_freeze_count() > 0, "no key waits for a look through all there is"
        await person.presses("f2")
        await person.waits_for("* the-five-orange-pips")
        await person.presses("enter")
        await wait_until(person.pilot, lambda: len(person.opened) == 2)
        assert gc.get_freeze_count() == 0, "what was closed can be let go"
        assert ("close",) in first.commands
        assert person.opened[1][0].target == "the-lamps"
        await wait_until(person.pilot, lambda: ("start",) in person.feeder.commands)
        model = replace(scenes.MODEL, conversation="the-lamps")
        await person.gets(scenes.DOCUMENT, model, scenes.reading(2), until="p. 2 of 18")
    assert "sleepdoc open the-lamps" in person.app.farewell


async def test_what_is_open_stays_open_when_the_library_is_left(database: Path) -> None:
    async with at_the_application(database=database) as person:
        await person.gets(*scenes.READING, until="p. 4 of 18")
        await person.presses("f2")
        await person.waits_for("* the-five-orange-pips")
        person.feeder.post(scenes.reading(9))
        await person.presses("escape")
        await person.waits_for("p. 9 of 18")
        assert ("close",) not in person.feeder.commands


async def test_names_titles_transcripts_and_text_are_searched(database: Path) -> None:
    async with at_the_application(document=None, database=database) as person:
        await shelves(person)
        for wanted, said in (("did he sail", "question: "), ("valparaiso", "p. 1: Ambrose")):
            await person.presses("ctrl+a", "ctrl+k")
            await person.pastes(wanted)
            await person.waits_for(said)
            assert "the-five-orange-pips" not in person.sees
        await person.pastes("xyz")
        await person.waits_for("Nothing has that in its name")


async def test_a_path_is_said_to_be_there_or_not(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    async with at_the_application((160, 30), document=None, database=database) as person:
        await person.pastes(str(file))
        await person.waits_for("There is no file")
        file.write_text("There is now.")
        await person.pastes(" ")
        await person.waits_for("Enter opens /")


async def test_a_path_that_is_typed_is_opened(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "new one.txt"
    file.write_text("Text.")
    async with at_the_application(document=None, database=database) as person:
        await shelves(person)
        await person.pastes(str(file))
        await person.presses("enter")
        await wait_until(person.pilot, lambda: len(person.opened) == 1)
        assert person.opened[0][0].target == file


async def test_rename_delete_and_begin_anew(database: Path, tmp_path: Path) -> None:
    async with at_the_application(document=None, database=database) as person:
        await shelves(person)
        await person.presses("ctrl+t")
        await person.waits_for("Another name for the-lamps")
        await person.presses("end", *"-2", "enter")
        await person.waits_for("the-lamps-2")
        await person.presses("ctrl+d")
        await person.waits_for("Delete the-lamps-2 and all it remembers?")
        await person.presses("escape")
        await person.waits_for("the-lamps-2")
        await person.presses("ctrl+d")
        await person.waits_for("Type yes")
        await person.presses(*"yes", "enter")
        await wait_until(person.pilot, lambda: "the-lamps-2" not in person.sees)
        assert "the-five-orange-pips" in person.sees
        await person.presses("ctrl+n")
        await wait_until(person.pilot, lambda: len(person.opened) == 1)
        wanted = person.opened[0][0]
        assert wanted.anew and wanted.target == Path("/documents/the-five-orange-pips.pdf")


async def test_a_damaged_database_is_said_and_not_fatal(tmp_path: Path) -> None:
    path = tmp_path / "sleepdoc.db"
    path.write_bytes(b"no database at all, but long enough" * 64)
    async with at_the_application(document=None, database=path) as person:
        await person.waits_for("damaged")
        assert person.app.is_running
