"""`backup`, `restore`, `doctor --deep` and `--repair`, `ls` and `rm`: as a person gives them."""

import shutil
from pathlib import Path

import pytest

from sleepdoc.documents.types import Document, Page
from sleepdoc.store import Store
from sleepdoc.store.driver import sqlite3

from .conftest import Run


@pytest.fixture
def database(lamps: str, data_directory: Path) -> Path:
    return data_directory / "sleepdoc.db"


def damage(database: Path) -> bytes:
    """One letter of one answer; what the file is then."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("UPDATE turns SET answer = 'Nobody.'")
    connection.close()
    return database.read_bytes()


def findings(run: Run, *flags: str) -> tuple[int, dict[str, tuple[bool, str]]]:
    done = run("doctor", *flags, "--json")
    found = {each["name"]: (each["ok"], each["detail"]) for each in done.json["findings"]}
    return done.code, found


def test_a_backup_is_restored(run: Run, lamps: str, database: Path, tmp_path: Path) -> None:
    made = run("backup", "kept.db", "--json").json
    assert made == {
        "file": "kept.db",
        "bytes": (tmp_path / "kept.db").stat().st_size,
        "conversations": 1,
    }
    assert run("backup", "kept.db").code == 2, "it replaces nothing"
    before = run("show", lamps, "--json").json
    assert run("rm", lamps, "--yes").code == 0
    assert run("restore", "kept.db").code == 2, "there is nobody to ask"
    restored = run("restore", "kept.db", "--yes", "--json").json
    assert restored["file"] == str(database)
    assert Path(restored["before"]).exists()
    assert run("show", lamps, "--json").json == before
    assert "Who?" not in run("show", lamps).out
    assert run("ask", lamps, "Who?").code == 0


def test_backups_that_are_refused(run: Run, database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()
    (tmp_path / "notes").write_text("Shopping: oil for the lamps.\n" * 30)
    for file, code in (("missing.db", 2), ("notes", 8)):
        assert run("restore", file, "--yes").code == code
    (tmp_path / "cut.db").write_bytes(before[: len(before) // 2])
    assert run("restore", "cut.db", "--yes").code == 8
    assert database.read_bytes() == before
    assert run("backup", "nowhere/kept.db").code == 2
    assert run("backup", "kept.db", "--db", "new.db").code == 2, "nothing is made to be copied"


def test_doctor_deep_tries_a_backup(run: Run, database: Path) -> None:
    shutil.copy(database, f"{database}.repaired-1")
    code, found = findings(run, "--deep")
    assert code == 0
    assert found["copy"][0] and "a backup can be made" in found["copy"][1]
    assert "a repaired copy" in found["left over"][1]
    assert sorted(path.name for path in database.parent.glob("*tmp*")) == []


def test_doctor_repairs_a_copy_and_leaves_the_file_alone(
    run: Run, lamps: str, database: Path
) -> None:
    assert run("ask", lamps, "Who?").code == 0
    before = damage(database)
    code, found = findings(run)
    assert code == 8 and not found["database"][0]
    assert "doctor --repair" in found["database"][1]
    assert "repaired copy" not in found
    assert run("backup", "kept.db").code == 8
    code, found = findings(run, "--deep", "--repair")
    copy = Path(f"{database}.repaired-1")
    assert code == 8, "the damaged one is still in its place"
    assert found["repaired copy"] == (
        True,
        f"{copy} has all but a question of 'lamps'; to use it: sleepdoc restore {copy}",
    )
    assert database.read_bytes() == before
    assert run("show", lamps, "--json", "--db", copy).json["turns"] == []
    assert run("restore", copy, "--yes").code == 0
    code, found = findings(run, "--repair")
    assert code == 0 and "repaired copy" not in found, "there is nothing to repair"
    assert run("ask", lamps, "Who?").code == 0


def test_what_cannot_be_repaired_says_so(run: Run, data_directory: Path) -> None:
    data_directory.mkdir()
    (data_directory / "sleepdoc.db").write_bytes(b"not a database, but long enough" * 64)
    code, found = findings(run, "--deep", "--repair")
    assert code == 8
    assert not found["repaired copy"][0]
    assert "nothing of it can be read" in found["repaired copy"][1]
    assert [file.name for file in data_directory.glob("*repaired*")] == []


def test_doctor_removes_text_that_no_conversation_is_about(run: Run, database: Path) -> None:
    left = Document(
        "f" * 64, b"", "left.txt", "text", 1, "Left", (Page(1, "1", "A page."),), (), ()
    )
    with Store.open(database) as store:
        store.add_document(left)
    code, found = findings(run)
    assert code == 0
    assert "removed the text of 'left.txt'" in found["database"][1]
    with Store.open(database) as store:
        assert store.unused_documents() == {}
    assert "removed" not in findings(run)[1]["database"][1]


def test_one_damaged_conversation_hides_no_other(
    run: Run, lamps: str, database: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Another story altogether, about a mill.\n" * 9)
    assert run("read", other).code == 0
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("UPDATE documents SET title = 'x' WHERE name = 'other.txt'")
    connection.close()
    listed = run("ls", "--json").json["conversations"]
    assert [each["conversation"] for each in listed] == [lamps, "other"]
    assert "'other.txt' is damaged" in listed[1]["problem"]
    assert "damaged" in run("ls").out and "'other.txt' is damaged" in run("ls").err
    assert run("rm", "other", "--yes").code == 0
    assert findings(run)[0] == 0


def test_ls_says_what_each_takes_and_rm_what_it_freed(run: Run, lamps: str, database: Path) -> None:
    (listed,) = run("ls", "--json").json["conversations"]
    assert listed["size"] > 0
    assert "FREES" in run("ls").out and str(database) in run("ls").err
    before = database.stat().st_size
    freed = run("rm", lamps, "--yes", "--json").json["freed"]
    assert freed == before - database.stat().st_size > 0
