"""Text without pages of its own: cut into pages of a few hundred words, with an outline."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sleepdoc.documents.types import OutlineEntry

PAGE_CHARACTERS = 2_300
"""The most a page holds: close to 400 English words."""
_PAGE_FILLED = 1_700
"""A page with this much takes no further paragraph."""

_UNDERLINE = re.compile(r"(?:=+|-+) *\Z")
_LONGEST_HEADING = 80
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_SENTENCE_END = re.compile(r"[.!?]\s+|[\u3002\uff01\uff1f]")


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, or whatever else stands between empty lines.

    With a level and no text it is an entry of the outline that points at the block behind it.
    """

    text: str
    level: int = 0
    """Depth of a heading, from 1; 0 for what is none."""
    title: str = ""
    """Of a heading, as the outline shows it."""
    verbatim: bool = False
    """Code, in which nothing is markup."""


@dataclass
class Flow:
    """Pages in the making: blocks go in, cut at paragraph ends they come out."""

    pages: list[str] = field(default_factory=list)
    outline: list[OutlineEntry] = field(default_factory=list)
    """Entries with the number of the page, from 1."""

    def add(self, blocks: Iterable[Block]) -> None:
        """Begin a new page and fill as many as it takes; a heading stays with what follows it."""
        page: list[Block] = []
        size = 0
        for block in _fitting(blocks):
            if size >= _PAGE_FILLED or size + len(block.text) > PAGE_CHARACTERS:
                headings = _trailing_headings(page)
                if headings == len(page) and size >= _PAGE_FILLED:
                    headings = 0  # nothing but headings, as in a list of short lines
                if finished := page[: len(page) - headings]:
                    self.add_page(finished)
                    page = page[len(finished) :]
                    size = sum(len(each.text) for each in page)
            page.append(block)
            size += len(block.text)
        if page:
            self.add_page(page)

    def add_page(self, blocks: Iterable[Block]) -> None:
        """Add one page, however long."""
        page = list(blocks)
        self.pages.append("\n\n".join(block.text for block in page if block.text))
        self.outline += (
            OutlineEntry(block.level, block.title, len(self.pages)) for block in page if block.level
        )


def paragraphs(text: str) -> Iterator[str]:
    """What stands between empty lines."""
    for paragraph in _EMPTY_LINES.split(text.strip("\n")):
        if paragraph.strip():
            yield paragraph


def looks_like_heading(paragraph: str) -> bool:
    """Whether a paragraph is short and ends like a heading, or is underlined."""
    first, _, rest = paragraph.partition("\n")
    if rest:
        return bool(_UNDERLINE.match(rest))
    return len(first) <= _LONGEST_HEADING and first.rstrip()[-1:] not in ".,;:!?\u3002"


def _trailing_headings(page: list[Block]) -> int:
    count = 0
    for block in reversed(page):
        if not block.level and not looks_like_heading(block.text):
            break
        count += 1
    return count


def _fitting(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks none of which is longer than a page."""
    for block in blocks:
        text, start, level = block.text, 0, block.level
        while len(text) - start > PAGE_CHARACTERS:
            end = start + _cut(text[start : start + PAGE_CHARACTERS])
            yield Block(text[start:end].rstrip(), level, block.title)
            start, level = end, 0
        if (rest := text[start:].rstrip()) or level:
            yield Block(rest, level, block.title)


def _cut(text: str) -> int:
    """Where to cut a paragraph that fills a page: after a line, a sentence, a word, or anywhere."""
    least = len(text) // 2
    line = text.rfind("\n") + 1
    if line > least:
        return line
    sentence = max((match.end() for match in _SENTENCE_END.finditer(text)), default=0)
    if sentence > least:
        return sentence
    return max(text.rfind(" "), text.rfind("\t")) + 1 or len(text)
