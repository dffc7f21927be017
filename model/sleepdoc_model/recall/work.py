"""What of a text is the work itself, and not what its publisher put around it."""

import re
from collections.abc import Sequence

from sleepdoc_model.recall.prose import Page

Place = tuple[int, int]
"""A page, and a character of its text."""

_START = re.compile(r"\*{3} ?START OF TH(?:E|IS) PROJECT GUTENBERG[^*]*\*{3}")
_END = re.compile(r"\*{3} ?END OF TH(?:E|IS) PROJECT GUTENBERG|End of (?:the )?Project Gutenberg")
_RIGHTS = re.compile(
    r"\u00a9|\b(?:copyright (?:\d{4}|\(c\)|holders?|notice)|all rights reserved|isbn|ebooks?"
    r"|permission (?:is|was) (?:hereby )?granted|licen[cs]ed under|public licen[cs]e"
    r"|no part of this|printed (?:in|on|by)|paper used in this|library of congress"
    r"|without (?:any )?warrant(?:y|ies)|verbatim copies|redistribut\w+)\b",
    re.IGNORECASE,
)
_APPARATUS = re.compile(
    r"(?:(?:short |brief )?(?:table of )?contents|lists? of \w+(?: and \w+)?|(?:\w+ )?index"
    r"|references|bibliography|works cited|acknowledge?ments?|copyright.*|colophon|dedication)\Z",
    re.IGNORECASE,
)


def bounds(pages: Sequence[Page]) -> tuple[Place, Place]:
    """Where a work begins and ends: all there is, but for the licence around an electronic text of
    Project Gutenberg."""
    start, end = (1, 0), (len(pages) + 1, 0)
    for page in pages:
        if found := _START.search(page.text):
            start = page.number, found.end()
        elif found := _END.search(page.text):
            return start, (page.number, found.start())
    return start, end


def rights(text: str) -> bool:
    """Whether a sentence says who may copy a text, or who printed it, and not what it is about."""
    return bool(_RIGHTS.search(text))


def apparatus(title: str) -> bool:
    """Whether a chapter only tells where to find something: contents, lists, references."""
    return bool(_APPARATUS.match(title.strip()))
