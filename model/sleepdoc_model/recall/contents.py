"""Entries of contents and indexes: they name what stands elsewhere, and are no evidence for it."""

import re
from collections.abc import Sequence

from sleepdoc_model.recall.back_index import index_rows
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


def contents(text: str, sentences: Sequence[Span]) -> frozenset[int]:
    """The places, among the sentences of a page, of those that are entries of contents or of
    an index."""
    return listed(text, sentences) | indexed(text, sentences)


def listed(text: str, sentences: Sequence[Span]) -> frozenset[int]:
    """Those that are entries of contents."""
    return _within([*_led(text), *_rising(text)], sentences)


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
    ends = [(line, _NUMBERED.search(line[0].rstrip()[-LINE_END:])) for line in lines]
    found = [(line.span(), int(end["page"])) for line, end in ends if end and _WORD.search(line[0])]
    numbers = [number for _, number in found]
    rising = numbers == sorted(numbers) and numbers[:1] != numbers[-1:]
    many = len(found) >= max(_LEAST, _SHARE * len(lines))
    return [span for span, _ in found] if rising and many else []
