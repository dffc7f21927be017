"""Opening a document's file in another program, at a page where the program can do that."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sleepdoc.errors import NotFoundError, UsageError

_AT_A_PAGE: tuple[tuple[str, ...], ...] = (
    ("evince", "--page-index={page}"),
    ("xreader", "--page-index={page}"),
    ("atril", "--page-index={page}"),
    ("okular", "--page", "{page}"),
    ("zathura", "--page={page}"),
    ("mupdf", "{file}", "{page}"),
    ("xpdf", "{file}", "{page}"),
)
"""PDF viewers that take a page, and how."""


def command(
    file: Path,
    page: int,
    *,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
) -> list[str]:
    """The command line that opens `file`, at `page` where it is a PDF.

    Raises:
        UsageError: there is nothing to open it with.
    """
    if file.suffix.casefold() == ".pdf":
        for name, *options in _AT_A_PAGE:
            if which(name):
                filled = [option.format(page=page, file=file) for option in options]
                return [name, *filled, *([] if str(file) in filled else [str(file)])]
    system = "open" if platform == "darwin" else "xdg-open"
    if which(system):
        return [system, str(file)]
    raise UsageError(f"There is no program here to open {file.name} with ({system} is missing).")


def open_file(path: bytes, page: int) -> Sequence[str]:
    """Open a file in a program of its own, which goes on without us; returns its command.

    Raises:
        NotFoundError: the file is gone.
        UsageError: there is nothing to open it with.
    """
    file = Path(os.fsdecode(path))
    if not file.is_file():
        raise NotFoundError(f"{file} is not there any more; its stored text still is.")
    arguments = command(file, page)
    subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return arguments
