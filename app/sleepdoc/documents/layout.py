"""Printed lines become paragraphs: what a reader sees, without the accidents of the page.

A PDF knows lines and where they stand, no paragraphs. Lines that were wrapped are joined again,
words broken at a line end are mended, headers and footers that repeat are left out. In doubt a line
stays a line of its own: a break too many costs a reader little, two table rows run together much.
"""

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sleepdoc.documents.text import legible

_BULLET = re.compile(
    r"[\u2022\u25aa\u25cf\u25e6\u2023\u2043\u25a0\u25cb\u00b7*] ?\S|\(?\d{1,2}[.)] +\S"
)
_DASH = re.compile(r"[-\u2013\u2014] +\S")
_ENTRY = re.compile(r"\.\.\. ?\w{1,8}\Z")
"""The end of a line in a table of contents."""
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN_HEAD = re.compile(r"([^\W\d_]+)[-\u2010]\Z")
_TAIL = re.compile(r"[^\W\d_]+")
_SUSPENDED = {"and", "or", "to", "und", "oder", "et", "ou", "y", "o"}
_NUMBER = re.compile(r"\d+")
_SENTENCE_END = (".", "!", "?", ":", ";", "\u201d", '"', "\u3002")

_BESIDE = 2.0
"""Points by which lines at one height may differ."""
_APART = 1.6
"""Distance of headers and footers from the text, in font sizes."""

_CHARACTER_WIDTH = 0.46
"""Of a proportional font, as a share of its size: the average over running text."""
_MONOSPACE_WIDTH = 0.6


@dataclass(frozen=True)
class PrintedLine:
    """One line of a page; `x` and `y` in points, `y` growing upwards."""

    text: str
    x: float
    y: float
    size: float
    monospaced: bool

    @property
    def character(self) -> float:
        return self.size * (_MONOSPACE_WIDTH if self.monospaced else _CHARACTER_WIDTH)

    @property
    def end(self) -> float:
        """Where the line ends on paper, estimated: widths of glyphs are not known here."""
        return self.x + len(self.text) * self.character


def compose(pages: Sequence[Sequence[PrintedLine]], labels: Sequence[str]) -> list[str]:
    """Turn the lines of each page into its text, paragraphs separated by an empty line."""
    tidy = [[_tidy(line) for line in page] for page in pages]
    bodies = _without_running_lines(tidy, labels)
    composer = _Composer([line for page in bodies for line in page])
    return ["\n\n".join(composer.paragraphs(page)) for page in bodies]


def _tidy(line: PrintedLine) -> PrintedLine:
    text = line.text
    if text.endswith("\u00ad"):
        text = text[:-1] + "-"
    text = legible(text)
    if not line.monospaced:
        text = " ".join(text.split())
    return PrintedLine(text, line.x, line.y, line.size, line.monospaced)


def _without_running_lines(
    pages: Sequence[list[PrintedLine]], labels: Sequence[str]
) -> list[list[PrintedLine]]:
    """Leave out headers, footers and page numbers.

    Only the uppermost and lowest lines of a page are candidates. One goes if its words, numbers
    aside, stand at the same height on three pages or more, or if it carries its page's label at a
    height where the labels of most pages stand.
    """
    edges = [_edges(page, label) for page, label in zip(pages, labels)]
    shapes = Counter(_shape(line) for page in edges for line in page)
    heights = Counter(
        height
        for page, label in zip(edges, labels)
        for height in {round(line.y) for line in page if _carries(line, label)}
    )

    def runs(line: PrintedLine, label: str) -> bool:
        if shapes[_shape(line)] >= 3:
            return True
        at_height = sum(heights[round(line.y) + nudge] for nudge in (-1, 0, 1))
        return _carries(line, label) and at_height >= max(3, len(pages) // 2)

    return [
        [line for line in page if not (line in edge and runs(line, label))]
        for page, edge, label in zip(pages, edges, labels)
    ]


def _edges(page: Sequence[PrintedLine], label: str) -> set[PrintedLine]:
    """The uppermost and the lowest line, if set apart from the text, or the bare page label."""
    heights = [line.y for line in page]
    edges: set[PrintedLine] = set()
    for height in (max(heights, default=0.0), min(heights, default=0.0)):
        edge = [line for line in page if abs(line.y - height) < _BESIDE]
        others = (abs(y - height) for y in heights if abs(y - height) >= _BESIDE)
        gap = min(others, default=0.0)
        edges.update(line for line in edge if gap >= _APART * line.size or line.text == label)
    return edges


def _shape(line: PrintedLine) -> tuple[str, int]:
    return _NUMBER.sub("#", line.text), round(line.y)


def _carries(line: PrintedLine, label: str) -> bool:
    words = line.text.split()
    return bool(words) and label in (words[0], words[-1])


class _Composer:
    """Knows what is usual in this document: its leading, its measure and its words."""

    def __init__(self, lines: Sequence[PrintedLine]) -> None:
        self._words = Counter(_whole_words(lines))
        ratios = [
            (upper.y - lower.y) / upper.size
            for upper, lower in itertools.pairwise(lines)
            if upper.size == lower.size and 0.8 * upper.size < upper.y - lower.y < 3 * upper.size
        ]
        self._leading = statistics.mode(round(ratio, 1) for ratio in ratios) if ratios else 1.2
        lengths = sorted(line.end - line.x for line in lines)
        self._measure = lengths[int(0.9 * len(lengths))] if lengths else 0.0

    def paragraphs(self, page: Sequence[PrintedLine]) -> Iterator[str]:
        for block in self._blocks(page):
            if all(line.monospaced for line in block):
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
        size = max(above.size, below.size)
        if abs(above.size - below.size) > 0.08 * size or above.monospaced != below.monospaced:
            return False
        step = above.y - below.y
        if step < -0.5 * size:
            # The top of the next column.
            return not above.text.endswith(_SENTENCE_END) and below.text[:1].islower()
        return step <= 1.25 * self._leading * size

    def _unwrapped(self, block: Sequence[PrintedLine]) -> Iterator[str]:
        right = max(line.end for line in block)
        first = previous = block[0]
        pieces = [first.text]
        for line in block[1:]:
            if not self._begins(line, previous, first, right):
                pieces[-1], space = self._seam(pieces[-1], line.text)
                pieces += [space, line.text]
            elif _BULLET.match(line.text) or previous.text.endswith(_SENTENCE_END):
                yield "".join(pieces)
                first, pieces = line, [line.text]
            else:
                # A row of a table, a line of verse.
                first = line
                pieces += ["\n", line.text]
            previous = line
        yield "".join(pieces)

    def _begins(
        self, line: PrintedLine, previous: PrintedLine, first: PrintedLine, right: float
    ) -> bool:
        """Whether a line begins a paragraph, by its mark, its indent or the room left before it."""
        if _BULLET.match(line.text) or _ENTRY.search(previous.text):
            return True
        margin = max(right, previous.x + 0.6 * self._measure)
        word = line.text.split(maxsplit=1)[0]
        room = margin - previous.end - (len(word) + 1) * line.character
        full = room < 0.2 * (margin - previous.x)
        if not full:
            return abs(line.y - previous.y) > 0.5 * line.size
        if _DASH.match(line.text):
            return previous.text.endswith(_SENTENCE_END)
        indent = line.x - previous.x
        if indent > 0.9 * line.size:
            marked = _BULLET.match(previous.text) or _DASH.match(previous.text)
            return not marked and previous.text.endswith(_SENTENCE_END)
        if indent < -0.9 * line.size:
            return previous is not first and previous.text.endswith(_SENTENCE_END)
        return False

    def _seam(self, upper: str, lower: str) -> tuple[str, str]:
        """The upper line as it goes on, and what stands between it and the lower one."""
        token = upper.rsplit(maxsplit=1)[-1]
        if _continues_address(token, lower):
            return upper, ""
        broken = _BROKEN_HEAD.search(token)
        if not broken:
            return upper, " "
        tail = _TAIL.match(lower)
        if not tail:
            return upper, ""
        if tail[0].lower() in _SUSPENDED:
            return upper, " "
        return (upper[:-1] if self._one_word(broken[1].lower(), tail[0]) else upper), ""

    def _one_word(self, head: str, tail: str) -> bool:
        """Whether a hyphen at a line end was put there by the break and not by the author."""
        if not tail[0].islower():
            return False
        whole, compound = self._words[head + tail], self._words[f"{head}-{tail}"]
        if whole or compound:
            return whole >= compound
        return not (len(head) > 3 and len(tail) > 3 and self._words[head] and self._words[tail])


def _whole_words(lines: Iterable[PrintedLine]) -> Iterator[str]:
    """The words of the document without the halves that line ends made."""
    after_break = False
    for line in lines:
        words = _WORD.findall(line.text.lower())
        broken = bool(_BROKEN_HEAD.search(line.text))
        yield from words[after_break : len(words) - broken]
        after_break = broken


def _continues_address(token: str, line: str) -> bool:
    """Whether a web address or a file path was broken after one of its separators."""
    if "://" in token:
        return token[-1] in "/-_=&?#%" or (token[-1] == "." and line[:1].islower())
    return token.startswith("/") and token.endswith("/")


def _listing(block: Sequence[PrintedLine]) -> str:
    """Monospaced lines keep their breaks and their indentation."""
    left = min(line.x for line in block)
    return "\n".join(
        " " * min(40, round((line.x - left) / (line.character or 1.0))) + line.text
        for line in block
    )
