"""What is opened, what is not, and that the file named is the file read."""

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from pdf_files import document, typeset, write

from sleepdoc.documents.reader import SizeLimits, load_document

Refusal = Callable[..., str]


def test_a_document_says_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"The river is high.\n")
    read = load_document(path)
    assert read.sha256 == hashlib.sha256(b"The river is high.\n").hexdigest()
    assert (read.size, read.name, read.kind) == (19, "notes.txt", "text")
    assert read.path == os.fsencode(path)


def test_a_relative_path_is_stored_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_text("The river is high.")
    monkeypatch.chdir(tmp_path)
    assert load_document(Path("notes.txt")).path == os.fsencode(tmp_path / "notes.txt")


def test_a_pdf_is_hashed_as_it_lies(tmp_path: Path) -> None:
    path = write(tmp_path, document([typeset(["The river is high."])]))
    read = load_document(path)
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read.size == path.stat().st_size


def test_the_type_is_told_by_the_content(tmp_path: Path) -> None:
    disguised = write(tmp_path, document([typeset(["A PDF inside."])]), "letter.txt")
    assert load_document(disguised).kind == "pdf"
    text = write(tmp_path, b"Text that speaks of %PDF-1.7 files.", "letter.pdf")
    assert load_document(text).kind == "text"


def test_rubbish_before_the_header_is_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, b"\r\n\r\n" + document([typeset(["Late start."])]))
    assert load_document(path).pages[0].text == "Late start."


def test_missing_files_are_refused(tmp_path: Path, refusal: Refusal) -> None:
    assert refusal(tmp_path / "gone.pdf").startswith("not found")
    (tmp_path / "plain.txt").write_text("words")
    assert refusal(tmp_path / "plain.txt" / "inside.pdf").startswith("not found")
    (tmp_path / "dangling.pdf").symlink_to(tmp_path / "gone.pdf")
    assert refusal(tmp_path / "dangling.pdf").startswith("not found")


def test_what_is_no_regular_file_is_refused_without_waiting(
    tmp_path: Path, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "a directory" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.pdf")
    assert "a named pipe" in refusal(tmp_path / "pipe.pdf")
    assert "a device" in refusal(Path("/dev/null"))
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.pdf")
        assert "a socket" in refusal(Path("socket.pdf"))


def test_links_are_followed_to_files_and_not_in_circles(tmp_path: Path, refusal: Refusal) -> None:
    (tmp_path / "notes.txt").write_text("The river is high.")
    (tmp_path / "link.md").symlink_to("notes.txt")
    assert load_document(tmp_path / "link.md").pages[0].text == "The river is high."
    (tmp_path / "loop.pdf").symlink_to("loop.pdf")
    assert "leads back to itself" in refusal(tmp_path / "loop.pdf")


@pytest.mark.parametrize("address", ["https://example.org/a.pdf", "file:///tmp/a.pdf", "FTP://x/a"])
def test_web_addresses_are_refused(refusal: Refusal, address: str) -> None:
    assert "a web address; download it" in refusal(Path(address))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_one_may_not_read_is_refused(tmp_path: Path, refusal: Refusal) -> None:
    path = tmp_path / "private.txt"
    path.write_text("words")
    path.chmod(0)
    assert "permissions" in refusal(path)


def test_impossible_names_are_refused(tmp_path: Path, refusal: Refusal) -> None:
    assert "too long" in refusal(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"two\nlines.txt", "two␊lines.txt"),
        (b"caf\xe9.txt", "caf\ufffd.txt"),
        (b"red\x1b[31m.txt", "red␛[31m.txt"),
        (b"-rf.txt", "-rf.txt"),
        (b"Apache-2.0", "Apache-2.0"),
        ("名前 🚲.txt".encode(), "名前 🚲.txt"),
    ],
)
def test_strange_names_are_read_and_shown_on_one_line(
    tmp_path: Path, name: bytes, shown: str
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("words")
    read = load_document(path)
    assert (read.name, read.title) == (shown, shown.removesuffix(".txt"))
    assert read.path.endswith(b"/" + name)


def test_a_strange_name_does_not_break_the_line_of_a_refusal(tmp_path: Path) -> None:
    from sleepdoc.errors import DocumentError

    with pytest.raises(DocumentError) as caught:
        load_document(tmp_path / "gone\n\x1b[2J.pdf")
    assert str(caught.value) == "'gone␊␛[2J.pdf': not found; check the name"


def test_pdfs_and_texts_have_limits_of_their_own(tmp_path: Path, refusal: Refusal) -> None:
    path = write(tmp_path, document([typeset(["The river is high."])]))
    sizes = SizeLimits(pdf=100, text=1 << 20)
    assert "too large" in refusal(path, sizes=sizes)
    with path.open("r+b") as file:
        file.truncate(513 << 20)
    assert "too large (513 MiB, the limit is 512 MiB)" in refusal(path)


def test_a_pdf_that_changes_while_it_is_read_is_refused(tmp_path: Path, refusal: Refusal) -> None:
    path = write(tmp_path, document([typeset(["One."]), typeset(["Two."])]))

    def meddle(done: int, pages: int) -> None:
        with path.open("ab") as file:
            file.write(b"%")

    assert "changed while it was being read" in refusal(path, progress=meddle)
