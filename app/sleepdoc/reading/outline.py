"""A document's table of contents, whatever it was made from."""

from dataclasses import dataclass
from typing import Any

from sleepdoc.documents.types import Document


@dataclass(frozen=True)
class Heading:
    """One line of it."""

    level: int
    """Depth, from 1."""
    title: str
    page: int


def outline(document: Document) -> list[Heading]:
    """The headings of a document in reading order; none where it shows none."""
    entries: tuple[Any, ...] = getattr(document, "outline", ())
    return [Heading(entry.level, entry.title, entry.page) for entry in entries]
