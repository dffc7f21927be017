"""Opening a file in another program."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sleepdoc.errors import NotFoundError, UsageError
from sleepdoc.viewer import command, open_file


def only(*names: str) -> Callable[[str], str | None]:
    return lambda name: f"/usr/bin/{name}" if name in names else None


@pytest.mark.parametrize(
    ("there", "platform", "file", "expected"),
    [
        ("evince xdg-open", "linux", "/a.pdf", ["evince", "--page-index=7", "/a.pdf"]),
        ("okular", "linux", "/a.PDF", ["okular", "--page", "7", "/a.PDF"]),
        ("mupdf", "linux", "/a.pdf", ["mupdf", "/a.pdf", "7"]),
        ("xdg-open", "linux", "/a.pdf", ["xdg-open", "/a.pdf"]),
        ("evince xdg-open", "linux", "/a.md", ["xdg-open", "/a.md"]),
        ("open", "darwin", "/a.pdf", ["open", "/a.pdf"]),
    ],
)
def test_the_page_is_passed_where_the_program_takes_one(
    there: str, platform: str, file: str, expected: list[str]
) -> None:
    assert command(Path(file), 7, platform=platform, which=only(*there.split())) == expected


def test_without_a_program_it_says_so() -> None:
    with pytest.raises(UsageError, match="xdg-open is missing"):
        command(Path("/a.pdf"), 1, platform="linux", which=only())


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="its stored text still is"):
        open_file(bytes(tmp_path / "gone.pdf"), 1)
