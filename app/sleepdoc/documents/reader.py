"""From a path, or a pipe, to a `Document`: opened once, hashed and parsed as it was opened."""

import errno
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sleepdoc.documents.kinds import SNIFFED, kind_of
from sleepdoc.documents.limits import Limits
from sleepdoc.documents.markdown import read_markdown
from sleepdoc.documents.markup import read_markup
from sleepdoc.documents.pdf import Progress, read_pdf
from sleepdoc.documents.plain import read_plain
from sleepdoc.documents.text import one_line
from sleepdoc.documents.types import Document, Extraction
from sleepdoc.errors import DocumentError

_ADDRESS = re.compile(r"(?:https?|ftp|file):/", re.IGNORECASE)
_OPEN_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _OPEN_FLAGS |= getattr(os, _name, 0)

_KINDS = {
    stat.S_ISDIR: "a directory",
    stat.S_ISFIFO: "a named pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}
_REFUSALS = {
    errno.ENOENT: "not found; check the name",
    errno.ENOTDIR: "not found; check the name",
    errno.EACCES: "you may not read it; change its permissions",
    errno.EPERM: "you may not read it; change its permissions",
    errno.ELOOP: "a link that leads back to itself; name the file it should lead to",
    errno.ENXIO: "a socket or a device, not a file; name a document",
    errno.ENAMETOOLONG: "the name is too long for a file; check it",
}


STANDARD_INPUT = "standard input"
"""What a document is called that came through a pipe."""


@dataclass(frozen=True)
class SizeLimits:
    """The largest files that are read, in bytes."""

    pdf: int = 512 << 20
    archive: int = 512 << 20
    """EPUB and DOCX."""
    text: int = 64 << 20
    """HTML, Markdown and text."""

    @property
    def largest(self) -> int:
        return max(self.pdf, self.archive, self.text)


def load_document(
    source: Path | BinaryIO,
    *,
    sizes: SizeLimits | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Document:
    """Read a document whole; its format is told by the content.

    Args:
        source: A path, of which only regular files are read, or what `spooled` made.
        sizes: The largest files that are read.
        limits: What extracting may cost where a parser does it.
        progress: Called after each page of a PDF, or part of a book, with those done and all.

    Raises:
        DocumentError: one line that names the file and says what, why, and what to do.
    """
    path = source if isinstance(source, Path) else None
    name = STANDARD_INPUT if path is None else one_line(path.name or str(path))
    try:
        descriptor = os.dup(source.fileno()) if not isinstance(source, Path) else _open(source)
        try:
            return _load(path, name, descriptor, sizes or SizeLimits(), limits, progress)
        finally:
            os.close(descriptor)
    except DocumentError as error:
        raise DocumentError(f"'{name}': {error}") from error.__cause__
    except OSError as error:
        reason = one_line(error.strerror or type(error).__name__).lower()
        raise DocumentError(f"'{name}': cannot be read ({reason}); try a copy of it") from error


def spooled(stream: BinaryIO, *, sizes: SizeLimits | None = None) -> BinaryIO:
    """Standard input as a file without a name, gone when it is closed.

    Raises:
        DocumentError: there is nothing piped in, or too much.
    """
    if stream.isatty():
        raise DocumentError(f"{STANDARD_INPUT} is the terminal; pipe a document into it")
    largest = (sizes or SizeLimits()).largest
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        for chunk in _limited(partial(stream.read, 1 << 20), 0, largest):
            file.write(chunk)
        file.flush()
        file.seek(0)
    except OSError as error:
        file.close()
        reason = one_line(error.strerror or type(error).__name__).lower()
        raise DocumentError(f"{STANDARD_INPUT} cannot be read ({reason}); try a file") from error
    except BaseException:
        file.close()
        raise
    return file


def _open(path: Path) -> int:
    try:
        return os.open(path, _OPEN_FLAGS)
    except ValueError as error:
        raise DocumentError("not a file name (it has a NUL in it); check the name") from error
    except OSError as error:
        if _ADDRESS.match(str(path)):
            raise DocumentError("a web address; download it and open the file") from error
        if error.errno in _REFUSALS:
            raise DocumentError(_REFUSALS[error.errno]) from error
        raise


def _load(
    path: Path | None,
    name: str,
    descriptor: int,
    sizes: SizeLimits,
    limits: Limits | None,
    progress: Progress | None,
) -> Document:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        what = next(
            (what for is_kind, what in _KINDS.items() if is_kind(before.st_mode)), "no file"
        )
        raise DocumentError(f"{what}, not a file; name a document")
    os.lseek(descriptor, 0, os.SEEK_SET)
    head = os.read(descriptor, SNIFFED)
    os.lseek(descriptor, 0, os.SEEK_SET)
    kind = kind_of(head, path.suffix if path else "")
    limit = {"pdf": sizes.pdf, "zip": sizes.archive}.get(kind, sizes.text)
    digest, size, kept = hashlib.sha256(), 0, []
    for chunk in _limited(partial(os.read, descriptor, 1 << 20), before.st_size, limit):
        digest.update(chunk)
        size += len(chunk)
        if kind in ("markdown", "text"):
            kept.append(chunk)
    os.lseek(descriptor, 0, os.SEEK_SET)
    extraction: Extraction
    if kind == "pdf":
        extraction = read_pdf(descriptor, limits=limits, progress=progress)
    elif kind in ("zip", "html"):
        kind, extraction = read_markup(kind, descriptor, limits=limits, progress=progress)
    elif kind == "markdown":
        extraction = read_markdown(b"".join(kept))
    else:
        extraction = read_plain(b"".join(kept))
    _check_unchanged(before, os.fstat(descriptor))
    return Document(
        sha256=digest.hexdigest(),
        path=os.fsencode(os.path.abspath(path)) if path else b"",
        name=name,
        kind=kind,
        size=size,
        title=extraction.title or one_line(_without_ending(path) if path else name),
        pages=extraction.pages,
        notices=extraction.notices,
        outline=extraction.outline,
    )


def _without_ending(path: Path) -> str:
    """A file's name without its ending; ``Apache-2.0`` has none."""
    return path.name if path.suffix[1:].isdigit() else path.stem


def _limited(read: Callable[[], bytes], announced: int, limit: int) -> Iterator[bytes]:
    """Chunks until there are none, counted while they are read: a size can change, or be a lie."""
    size = 0
    if announced <= limit:
        while chunk := read():
            size += len(chunk)
            if size > limit:
                break
            yield chunk
    if announced > limit or size > limit:
        raise DocumentError(
            f"too large ({_in_words(max(announced, size))}, the limit is {_in_words(limit)}); "
            "split it and read the parts"
        )


def _in_words(size: int) -> str:
    if size < 1 << 20:
        return f"{size:,} bytes"
    return f"{size / (1 << 20):,.1f}".removesuffix(".0") + " MiB"


def _check_unchanged(before: os.stat_result, after: os.stat_result) -> None:
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise DocumentError("it was changed while it was being read; try again")
