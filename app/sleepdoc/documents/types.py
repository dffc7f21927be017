"""What a document is once its bytes have become text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One page of clean text.

    Formats without pages of their own are cut into pages of a few hundred words at paragraph ends,
    so that progress and citations mean something.
    """

    number: int
    """Position in the document, from 1."""
    label: str
    """The label as printed: ``iv``, ``12``, ``A-3``. Equal to the number where none is printed."""
    text: str


@dataclass(frozen=True)
class OutlineEntry:
    """One line of a table of contents."""

    level: int
    """Depth from 1, as the document counts: a first entry may be deeper than the next."""
    title: str
    """On one line, never empty."""
    page: int
    """The page it stands on, counted like `Page.number`."""


@dataclass(frozen=True)
class Document:
    """A document, extracted whole before the model reads a token of it."""

    sha256: str
    """Hex digest of the bytes that were read."""
    path: bytes
    """Absolute path as the file system spells it (``os.fsencode``); names need not be UTF-8."""
    name: str
    """File name made safe to show."""
    kind: str
    """``pdf``, ``epub``, ``docx``, ``html``, ``markdown`` or ``text``, by content."""
    size: int
    """Bytes read."""
    title: str
    """The document's own title if it has one, else the file name without its suffix."""
    pages: tuple[Page, ...]
    notices: tuple[str, ...] = ()
    """Things worth saying that are no reason to refuse, such as pages without text."""
    outline: tuple[OutlineEntry, ...] = ()
    """Its table of contents in reading order, as far as the document shows one."""


@dataclass(frozen=True)
class Extraction:
    """What a format's reader makes of the bytes; `reader.load_document` adds the rest."""

    title: str
    """The document's own title, or empty."""
    pages: tuple[Page, ...]
    notices: tuple[str, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
