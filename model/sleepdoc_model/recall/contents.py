"""Entries of contents and indexes: they name what stands elsewhere, and are no evidence for it."""

import re
from collections.abc import Sequence

from sleepdoc_model.recall.back_index import index_rows
from sleepdoc_model.recall.folding import words
from sleepdoc_model.recall.passages import LINE, LINE_END, Span, led

WORTH = 0.5
"""What an entry is worth beside a place of the text that it names: always less."""

_NUMBERED = re.compile(r"\s(?P<page>\d{1,4})\Z")
_WORD = re.compile(r"[^\W\d]{3}")
_MOST = 0.5
"""Share of a page's lines from which on it is one of contents."""
_LEAST, _SHARE = 6, 0.7
"""Lines without leading dots are entries if so many, and so large a share of their page, have words
and a number behind them, and the numbers never fall as the figures of a table do."""

_HEADING = re.compile(r"[\W_]*(?:table\s+of\s+)?contents[\W_]*", re.IGNORECASE)
_SAYS = re.compile(r".{100}|.*[.;,]\s*\Z|#")
"""A line of running text, long or ending as a clause does; or a heading of Markdown."""
_FEWEST = 3
"""Entries under such a heading."""


def contents(text: str, sentences: Sequence[Span]) -> frozenset[int]:
    """The places, among the sentences of a page, of those that are entries of contents or of
    an index."""
    return listed(text, sentences) | indexed(text, sentences)


def listed(text: str, sentences: Sequence[Span]) -> frozenset[int]:
    """Those that are entries of contents."""
    return _within([*_led(text), *_rising(text), *_headed(text)], sentences)


def indexed(text: str, sentences: Sequence[Span]) -> frozenset[int]:
    """Those that are entries of an index."""
    return _within(index_rows(text), sentences)


def _within(stretches: Sequence[Span], sentences: Sequence[Span]) -> frozenset[int]:
    """The places of those sentences that have a part of some stretches of their page."""
    return frozenset(
        place
        for place, (start, end) in enumerate(sentences)
        if any(first < end and last > start for first, last in stretches)
    )


def _led(text: str) -> list[Span]:
    """Lines with leading dots; on a page of little else with those in between, which begin an entry
    that goes on in the next line, or are a chapter's."""
    found = list(led(text))
    if found and len(found) >= _MOST * sum(1 for _ in LINE.finditer(text)):
        return [(found[0][0], found[-1][1])]
    return found


def _rising(text: str) -> list[Span]:
    """Lines without leading dots, on a page of hardly anything else."""
    lines = list(LINE.finditer(text))
    found = [line for line in lines if _number(line[0]) is not None and _WORD.search(line[0])]
    many = len(found) >= max(_LEAST, _SHARE * len(lines))
    return [line.span() for line in found] if many and _rise(found) else []


def _headed(text: str) -> list[Span]:
    """A heading such as ``Table of Contents`` and the lines under it, with numbers of pages or
    without, as a book of HTML has none. They end where one comes again: there is what it names."""
    found: list[re.Match[str]] = []
    seen = set[str]()
    for line in LINE.finditer(text):
        name = " ".join(words(line[0]))
        if _HEADING.fullmatch(line[0]):
            seen, found = set(), [line]
        elif found:
            if name in seen or _SAYS.match(line[0]):
                break
            seen.add(name)
            found.append(line)
    entries = found[1:]
    figures = all(_number(line[0]) is not None for line in entries) and not _rise(entries)
    return [line.span() for line in found] if len(entries) >= _FEWEST and not figures else []


def _number(line: str) -> int | None:
    """What a line ends with, which may be a page."""
    end = _NUMBERED.search(line.rstrip()[-LINE_END:])
    return int(end["page"]) if end else None


def _rise(lines: Sequence[re.Match[str]]) -> bool:
    """Whether the numbers that lines end with never fall, nor stay as they are."""
    numbers = [number for line in lines if (number := _number(line[0])) is not None]
    return numbers == sorted(numbers) and numbers[:1] != numbers[-1:]
