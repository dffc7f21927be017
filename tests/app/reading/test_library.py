"""The library: looking through all conversations, and keeping them in order."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sleepdoc.errors import BusyError, NotFoundError, UsageError
from sleepdoc.reading.library import Library


@pytest.fixture
def library(desk: Any, data_directory: Path) -> Library:
    """A library with one conversation that was read to its end and asked one question."""
    session = desk.session()
    list(session.read())
    list(session.ask("Who keeps house 3?"))
    session.close()
    return Library(data_directory / "sleepdoc.db")


def names(library: Library, wanted: str = "") -> list[str]:
    return [entry.name for entry in library.entries(wanted)]


def test_entries_say_what_there_is(library: Library) -> None:
    (entry,) = library.entries()
    assert (entry.name, entry.document, entry.page, entry.pages) == ("houses", "Houses", 5, 5)
    assert entry.size > 0 and entry.path == b"/somewhere/houses.txt"


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("hous", "name"),
        ("HOUSES.TXT", "file"),
        ("keeps house 3", "question"),
        ("Keeper4", "p. p4"),
    ],
)
def test_names_documents_and_transcripts_are_searched(
    library: Library, wanted: str, where: str
) -> None:
    (entry,) = library.entries(wanted)
    assert entry.found.startswith(f"{where}: ")
    assert wanted.casefold() in entry.found.casefold()


def test_what_is_nowhere_is_not_found(library: Library) -> None:
    assert library.entries("submarine") == []


def test_lines_are_made_without_the_text(library: Library, desk: Any) -> None:
    (sound,) = library.entries()
    with desk.store._database.transaction() as tables:
        tables.execute("UPDATE pages SET text = replace(text, 'tide', 'wine')")
    assert library.entries() == [sound]
    (searched,) = library.entries("submarine")
    assert "page 1 is damaged" in searched.problem


def test_a_damaged_title_hides_no_other_conversation(library: Library, desk: Any) -> None:
    other = replace(desk.document, sha256="0" * 64, name="mill.txt", title="The mill")
    info = desk.engine.info
    desk.store.create_conversation(other, model="m", fingerprint=info.fingerprint, passes=1, seed=0)
    with desk.store._database.transaction() as tables:
        tables.execute("UPDATE documents SET title = 'x' WHERE name = 'mill.txt'")
    damaged, sound = library.entries()
    assert "'mill.txt' is damaged" in damaged.problem
    assert (sound.document, sound.problem) == ("Houses", "")


def test_a_copy_as_of_a_page(library: Library) -> None:
    whole = library.sleeps("houses")
    assert [sleep.number for sleep in whole] == list(range(1, len(whole) + 1))
    assert all(sleep.size > 0 and sleep.tokens > 0 for sleep in whole)
    kept = [sleep for sleep in whole if sleep.kept]
    assert kept == whole[-4:]
    fork = library.fork("houses", kept[1].last)
    assert fork.page <= kept[1].last and 0 < fork.sleeps < len(whole)
    copied = [(sleep.snapshot, sleep.kept) for sleep in library.sleeps(fork.name)]
    assert copied == [(sleep.snapshot, sleep.kept) for sleep in whole[: fork.sleeps]]
    assert names(library) == [fork.name, "houses"]
    with pytest.raises(UsageError, match="no memory at or before"):
        library.fork("houses", 0)


def test_names_and_deletion(library: Library, desk: Any) -> None:
    assert library.rename("houses", "My Houses") == "my-houses"
    with desk.store.lock(desk.store.conversation("my-houses")), pytest.raises(BusyError):
        library.delete("my-houses")
    assert library.delete("my-houses") > 0
    assert names(library) == []
    with pytest.raises(NotFoundError):
        library.sleeps("my-houses")


def test_export(library: Library, tmp_path: Path) -> None:
    file, size = library.export("houses", "md", tmp_path / "out.md")
    assert file.stat().st_size == size
    assert "## Who keeps house 3?" in file.read_text()
    with pytest.raises(UsageError, match="exists already"):
        library.export("houses", "md", file)
    memory, _ = library.export("houses", "memory", tmp_path / "m.safetensors")
    assert b"sleepdoc-memory" in memory.read_bytes()[:400]
