"""Printed lines become paragraphs: what a reader sees, without the accidents of the page.

A PDF knows lines and where they stand, no paragraphs. Lines that were wrapped are joined again,
words broken at a line end are mended, headers and footers that repeat are left out. In doubt a line
stays a line of its own: a break too many costs a reader little, two table rows run together much.
"""

import itertools
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sleepdoc.documents.line_ends import SENTENCE_END, LineEnds, is_unspaced
from sleepdoc.documents.printed import PrintedLine
from sleepdoc.documents.running_heads import without_running_heads
from sleepdoc.documents.text import legible

_BULLET = re.compile(
    r"[\u2022\u25aa\u25cf\u25e6\u2023\u2043\u25a0\u25cb\u00b7*] ?\S|\(?\d{1,2}[.)] +\S"
)
_DASH = re.compile(r"[-\u2013\u2014] +\S")
_LABEL = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?: ")
"""What stands at the beginning of lines that tell who was there, or from whom a letter is."""
_ENTRY = re.compile(r"\.\.\. ?\w{1,8}\Z")
"""The end of a line in a table of contents."""
_FIGURE = re.compile(r"[(+\-–−$€£¥]*\d[\d.,:/%)]*[%)]?\Z")
_BROKEN = re.compile(r"\w[-\u2010]\Z")
"""The end of a line that goes on, however much room there was."""
_LONG = 20
"""Characters in a line of running text, at least."""
_EVEN = 0.15
"""Of their width, by which the ends of lines beside a picture differ."""
_NARROW = 3
"""Line ends by which a narrow column is told from rows and verse."""
_NEAR = 3
"""Lines above and below by which the right margin is told."""


@dataclass(frozen=True)
class Composed:
    """The text of a document's pages."""

    texts: list[str]
    """Of each page, paragraphs separated by an empty line."""
    pages: list[list[PrintedLine]]
    """Their lines without running heads and feet."""
    running: int
    """How many lines were left out as running heads and feet."""


def compose(pages: Sequence[Sequence[PrintedLine]], labels: Sequence[str]) -> Composed:
    """Turn the lines of each page into its text."""
    tidy = [[_tidy(line) for line in page if line.text.strip()] for page in pages]
    bodies, running = without_running_heads(tidy, labels)
    composer = _Composer([line for page in bodies for line in page])
    texts = ["\n\n".join(composer.paragraphs(page)) for page in bodies]
    return Composed(texts, bodies, running)


def _tidy(line: PrintedLine) -> PrintedLine:
    text = line.text
    if text.endswith("\u00ad"):
        text = text[:-1] + "-"
    text = legible(text).strip("\n")
    if not line.mono:
        text = text.strip()
    return replace(line, text=text)


class _Composer:
    """Knows what is usual in this document: its leading, its measure and its words."""

    def __init__(self, lines: Sequence[PrintedLine]) -> None:
        self._ends = LineEnds(line.text for line in lines)
        ratios = [
            (upper.y - lower.y) / upper.size
            for upper, lower in itertools.pairwise(lines)
            if upper.block == lower.block
            and upper.size == lower.size
            and 0.8 * upper.size < upper.y - lower.y < 3 * upper.size
        ]
        self._leading = statistics.mode(round(ratio, 1) for ratio in ratios) if ratios else 1.2
        widths = sorted(line.x1 - line.x0 for line in lines)
        self._measure = widths[int(0.9 * len(widths))] if widths else 0.0

    def paragraphs(self, page: Sequence[PrintedLine]) -> Iterator[str]:
        for block in self._blocks(page):
            if all(line.row for line in block):
                yield "\n".join(self._ends.join(line.text.split("\n")) for line in block)
            elif all(line.mono for line in block):
                yield _listing(block)
            else:
                yield from self._unwrapped(block)

    def _blocks(self, page: Iterable[PrintedLine]) -> Iterator[list[PrintedLine]]:
        """Groups of lines set alike with nothing between them."""
        block: list[PrintedLine] = []
        for line in page:
            if block and not self._adjacent(block[-1], line):
                yield block
                block = []
            block.append(line)
        if block:
            yield block

    def _adjacent(self, above: PrintedLine, below: PrintedLine) -> bool:
        size = max(above.size, below.size, 0.1)
        if above.row or below.row:
            return above.row and below.row and above.block == below.block
        if abs(above.size - below.size) > 0.08 * size or above.mono != below.mono:
            return False
        step = above.y - below.y
        if step < -0.5 * size:
            # The top of the next column.
            return not above.text.endswith(SENTENCE_END) and below.text[:1].islower()
        if above.block != below.block and min(above.x1, below.x1) <= max(above.x0, below.x0):
            return False
        return step <= 1.25 * self._leading * size

    def _unwrapped(self, block: Sequence[PrintedLine]) -> Iterator[str]:
        first, narrow = block[0], _is_narrow_column(block)
        pieces = [first.text]
        for index, line in enumerate(block[1:], 1):
            previous = block[index - 1]
            near = block[max(0, index - _NEAR) : index + _NEAR]
            right = max(other.x1 for other in near if _in_column(other, previous))
            for begin in (max(0, index - 2), index - 1):
                beside = block[begin : begin + _NEAR]
                if _are_narrow(beside, right):
                    right = max(other.x1 for other in beside)
            rows = _is_figures(line) and any(map(_is_figures, (previous, *block[index + 1 :][:1])))
            if not rows and not self._begins(line, previous, first, right, narrow):
                pieces[-1], space = self._ends.seam(pieces[-1], line.text)
                pieces += [space, line.text]
            elif _BULLET.match(line.text) or previous.text.endswith(SENTENCE_END):
                yield "".join(pieces)
                first, pieces = line, [line.text]
            else:
                # A row of a table, a line of verse.
                first = line
                pieces += ["\n", line.text]
        yield "".join(pieces)

    def _begins(
        self,
        line: PrintedLine,
        previous: PrintedLine,
        first: PrintedLine,
        right: float,
        narrow: bool,
    ) -> bool:
        """Whether a line begins a paragraph, by its mark, its indent or the room left before it."""
        if _BULLET.match(line.text) or _ENTRY.search(previous.text):
            return True
        if _BROKEN.search(previous.text) and line.text[0].isalnum():
            return False
        if _LABEL.match(line.text) and _LABEL.match(previous.text):
            return True
        # In doubt short lines are rows of a table, or verse.
        margin = right if narrow else max(right, previous.x0 + 0.6 * self._measure)
        room = margin - previous.x1 - _first_word(line)
        full = room < 0.2 * (margin - previous.x0)
        if not full:
            return abs(line.y - previous.y) > 0.5 * line.size
        if line.y > previous.y:
            # The next column, whose edge says nothing.
            return False
        if _DASH.match(line.text):
            return previous.text.endswith(SENTENCE_END)
        indent = line.x0 - previous.x0
        if indent > 0.9 * line.size:
            marked = _BULLET.match(previous.text) or _DASH.match(previous.text)
            return not marked and previous.text.endswith(SENTENCE_END)
        if indent < -0.9 * line.size:
            return previous is not first and previous.text.endswith(SENTENCE_END)
        return False


def _is_figures(line: PrintedLine) -> bool:
    """Whether a line is mostly numbers, as the rows of a table are."""
    words = line.text.split()
    return len(words) > 1 and 2 * sum(map(bool, map(_FIGURE.match, words))) >= len(words)


def _are_narrow(lines: Sequence[PrintedLine], right: float) -> bool:
    """Whether lines of running text all end short of the margin, beside a picture or a box."""
    ends = [line.x1 for line in lines]
    width = max(ends) - min(line.x0 for line in lines)
    return (
        len(lines) == _NEAR
        and max(ends) < right - 0.1 * width
        and max(ends) - min(ends) < _EVEN * width
        and all(len(line.text) >= _LONG for line in lines)
    )


def _is_narrow_column(block: Sequence[PrintedLine]) -> bool:
    """Whether lines go on in each other for want of room, by their first words and their ends."""
    pairs = [
        (upper, lower)
        for upper, lower in itertools.pairwise(block)
        if upper.y > lower.y and not upper.text.endswith(SENTENCE_END)
    ]
    right = max(line.x1 for line in block)
    wrapped = sum(right - upper.x1 < _first_word(lower) for upper, lower in pairs)
    going_on = sum(lower.text[0].islower() for _, lower in pairs)
    words = sum(len(line.text.split()) for line in block)
    return (
        len(pairs) >= _NARROW
        and words >= 2 * len(block)
        and wrapped >= 0.7 * len(pairs)
        and going_on >= 0.4 * len(pairs)
    )


def _first_word(line: PrintedLine) -> float:
    """The width of a line's first word and of a space."""
    word = line.text.split(maxsplit=1)[0]
    length = 1 if is_unspaced(word[0]) else len(word) + 1
    return length * line.character


def _in_column(line: PrintedLine, other: PrintedLine) -> bool:
    return min(line.x1, other.x1) > max(line.x0, other.x0)


def _listing(block: Sequence[PrintedLine]) -> str:
    """Monospaced lines keep their breaks and their indentation."""
    left = min(line.x0 for line in block)
    return "\n".join(
        " " * min(40, round((line.x0 - left) / (line.character or 1.0))) + line.text
        for line in block
    )
