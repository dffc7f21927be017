"""What readers of marked-up formats hand to the worker: a title and parts to be read one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup

from sleepdoc.documents.flow import Block
from sleepdoc.documents.html import markdown_of
from sleepdoc.documents.markdown import blocks

Part = Callable[[], list[Block]]
"""Reads one chapter, or the whole of a document without any; what it raises is damage."""


@dataclass(frozen=True)
class Book:
    """A document whose parts each begin on a page of their own."""

    title: str
    """Empty: the first heading will do."""
    parts: Sequence[Part]
    notices: Sequence[str] = ()


def blocks_of(soup: BeautifulSoup) -> list[Block]:
    """The blocks of a page of HTML."""
    return [*blocks(markdown_of(soup))]
