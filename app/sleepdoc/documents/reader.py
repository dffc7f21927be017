"""From a path to a `Document`: opens the file once, and hashes and parses what it opened."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sleepdoc.documents.pdf import Progress, read_pdf
from sleepdoc.documents.pdf_limits import Limits
from sleepdoc.documents.plain import read_plain
from sleepdoc.documents.text import one_line
from sleepdoc.documents.types import Document, Extraction
from sleepdoc.errors import DocumentError

_ADDRESS = re.compile(r"(?:https?|ftp|file):/", re.IGNORECASE)
_PDF_HEADER = re.compile(rb"(?:\A|[\r\n\0])[^\r\n]{0,16}%PDF-\d")
_SNIFFED = 1024
_MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown", ".mkd"}
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
    errno.ENXIO: "a socket or a device, not a file; name a PDF, text or Markdown file",
    errno.ENAMETOOLONG: "the name is too long for a file; check it",
}


@dataclass(frozen=True)
class SizeLimits:
    """The largest files that are read, in bytes."""

    pdf: int = 512 << 20
    text: int = 64 << 20


def load_document(
    path: Path,
    *,
    sizes: SizeLimits | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Document:
    """Read a PDF, text or Markdown file whole.

    Args:
        path: Only regular files are read; the type is told by the content.
        sizes: The largest files that are read.
        limits: What extracting a PDF may cost.
        progress: Called after each page of a PDF with the pages done and all pages.

    Raises:
        DocumentError: one line that names the file and says what, why, and what to do.
    """
    name = one_line(path.name or str(path))
    try:
        descriptor = _open(path)
        try:
            return _load(path, name, descriptor, sizes or SizeLimits(), limits, progress)
        finally:
            os.close(descriptor)
    except DocumentError as error:
        raise DocumentError(f"'{name}': {error}") from error.__cause__
    except OSError as error:
        reason = one_line(error.strerror or type(error).__name__).lower()
        raise DocumentError(f"'{name}': cannot be read ({reason}); try a copy of it") from error


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
    path: Path,
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
        raise DocumentError(f"{what}, not a file; name a PDF, text or Markdown file")
    head = os.read(descriptor, _SNIFFED)
    os.lseek(descriptor, 0, os.SEEK_SET)
    digest, size = hashlib.sha256(), 0
    extraction: Extraction
    if _PDF_HEADER.search(head):
        kind = "pdf"
        for chunk in _chunks(descriptor, before.st_size, sizes.pdf):
            digest.update(chunk)
            size += len(chunk)
        os.lseek(descriptor, 0, os.SEEK_SET)
        extraction = read_pdf(descriptor, limits=limits, progress=progress)
        _check_unchanged(before, os.fstat(descriptor))
    else:
        kind = "markdown" if path.suffix.lower() in _MARKDOWN_SUFFIXES else "text"
        data = b"".join(_chunks(descriptor, before.st_size, sizes.text))
        digest.update(data)
        size = len(data)
        extraction = read_plain(data, markdown=kind == "markdown")
    return Document(
        sha256=digest.hexdigest(),
        path=os.fsencode(os.path.abspath(path)),
        name=name,
        kind=kind,
        size=size,
        title=extraction.title or one_line(path.stem),
        pages=extraction.pages,
        notices=extraction.notices,
        outline=extraction.outline,
    )


def _chunks(descriptor: int, announced: int, limit: int) -> Iterator[bytes]:
    """The bytes of the file, counted while they are read: its size can change, or be a lie."""
    size = 0
    if announced <= limit:
        while chunk := os.read(descriptor, 1 << 20):
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
