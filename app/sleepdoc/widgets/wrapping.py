"""Breaking text into lines that fit, as places in the text."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

from sleepdoc.reading.text_find import Span

_WORD = re.compile(r"\S+\s*|\s+")


def wrap(text: str, width: int) -> list[Span]:
    """The lines of `text` in `width` cells, broken between words where that is possible.

    Spans leave out what a line ends with: its newline, and the blanks it is broken at.
    """
    lines: list[Span] = []
    start = 0
    for line in text.split("\n"):
        pieces = list(_pieces(line, max(1, width)))
        lines += [Span(start + piece.start, start + piece.end) for piece in pieces]
        start += len(line) + 1
    return lines


def _pieces(line: str, width: int) -> Iterator[Span]:
    start = end = 0
    for word in _WORD.finditer(line):
        if cell_len(line[start : word.start()] + word[0].rstrip()) > width:
            if start < word.start():
                yield Span(start, end)
                start = word.start()
            while cell_len(line[start : word.end()].rstrip()) > width:
                cut = _fitting(line[start : word.end()], width)
                yield Span(start, start + cut)
                start += cut
        end = word.start() + len(word[0].rstrip())
    if start < end or not start:  # a word cut at the line's end leaves nothing to go on with
        yield Span(start, max(start, end))


def _fitting(word: str, width: int) -> int:
    """How many characters of a word too long for a line fit into it; at least one."""
    cells = 0
    for number, character in enumerate(word):
        cells += cell_len(character)
        if cells > width:
            return max(1, number)
    return len(word)
