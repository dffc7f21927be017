"""Entries of tables of contents: they name what stands elsewhere, and are no evidence for it."""

import re
from collections.abc import Sequence

from sleepdoc_model.recall.passages import LINE, LINE_END, Span, led

WORTH = 0.5
"""What an entry is worth beside a place of the text that it names: always less."""

_NUMBERED = re.compile(r"\s(?P<page>\d{1,4})\Z")
_WORD = re.compile(r"[^\W\d]{3}")
_LEAST, _SHARE = 6, 0.7
"""Lines without leading dots are entries if so many, and so large a share of their page, have words
and a number behind them, and the numbers never fall as the figures of a table do."""


def contents(text: str, sentences: Sequence[Span]) -> frozenset[int]:
    """The places, among the sentences of a page, of those that are entries of its contents."""
    entries = [*led(text), *_rising(text)]
    return frozenset(
        place
        for place, (start, end) in enumerate(sentences)
        if any(first < end and last > start for first, last in entries)
    )


def _rising(text: str) -> list[Span]:
    """Lines without leading dots, on a page of hardly anything else."""
    lines = list(LINE.finditer(text))
    ends = [(line, _NUMBERED.search(line[0].rstrip()[-LINE_END:])) for line in lines]
    found = [(line.span(), int(end["page"])) for line, end in ends if end and _WORD.search(line[0])]
    numbers = [number for _, number in found]
    rising = numbers == sorted(numbers) and numbers[:1] != numbers[-1:]
    many = len(found) >= max(_LEAST, _SHARE * len(lines))
    return [span for span, _ in found] if rising and many else []
