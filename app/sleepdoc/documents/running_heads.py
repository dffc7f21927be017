"""Running heads and feet: what the pages of a document repeat around their text.

A line goes only if it stands on at least three pages in the same words, or if its number follows
that of the pages. In doubt it stays: a heading that stays costs a reader little, a total that is
gone costs much.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from sleepdoc.documents.printed import PrintedLine

LEAST_PAGES = 3
_PASSES = 3
"""Heads of so many lines are found."""
_LEVEL = 2.0
"""Points by which lines at one height may differ."""
_APART = 1.6
"""Distance of heads and feet from the text, in font sizes."""
_SHIFTED_PAGES = 8
"""In a document of fewer pages, words with a number that is not the page's own stay."""

_PAGE_WORD = (
    r"(?:page|p\.|pg\.?|seite|s\.|blatt|página|pág\.?|pagina|pag\.?|sida|side|str\.|strona|стр\.)"
)
_TOTAL = r"(?:\s*(?:/|of|von|de|di|av|van|sur)\s*\d{1,5})?"
"""How many pages there are, which may stand behind the number of one."""
_BARE = re.compile(
    rf"[\W_]*(?:{_PAGE_WORD}\s*)?(?P<number>\d{{1,5}}|[ivxlcdm]{{1,9}}){_TOTAL}[\W_]*\Z",
    re.IGNORECASE,
)
_LEADING = re.compile(
    rf"(?:{_PAGE_WORD}\s*)?(?P<number>\d{{1,5}}){_TOTAL}\s+(?P<stem>\D.*)\Z", re.IGNORECASE
)
_TRAILING = re.compile(
    r"(?P<stem>.*?(?:[^\d\s]|\d(?=\s\s)))(?P<gap>\s+)" rf"(?P<number>\d{{1,5}}){_TOTAL}\Z",
    re.IGNORECASE,
)
_PAGE_TRAILING = re.compile(rf".*\b{_PAGE_WORD}\s+(?P<number>\d{{1,5}}){_TOTAL}\Z", re.IGNORECASE)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}

Page = list[PrintedLine]


def without_running_heads(pages: Sequence[Page], labels: Sequence[str]) -> tuple[list[Page], int]:
    """The pages without their running heads and feet, and how many lines were left out."""
    left, dropped = [list(page) for page in pages], 0
    for _ in range(_PASSES):
        edges = [_edges(page, label) for page, label in zip(left, labels)]
        running = _Running(edges, labels)
        kept = [
            [line for line in page if line not in edge or not running.has(line, index)]
            for index, (page, edge) in enumerate(zip(left, edges))
        ]
        gone = sum(map(len, left)) - sum(map(len, kept))
        left, dropped = kept, dropped + gone
        if not gone:
            break
    return left, dropped


def _edges(page: Page, label: str) -> dict[PrintedLine, bool]:
    """The uppermost and the lowest lines, if set apart from the text, and whether they are low."""
    upright = [line for line in page if line.upright]
    heights = [line.y for line in upright]
    edges: dict[PrintedLine, bool] = {}
    for height, low in ((max(heights, default=0.0), False), (min(heights, default=0.0), True)):
        edge = [line for line in upright if abs(line.y - height) < _LEVEL]
        gap = min((abs(y - height) for y in heights if abs(y - height) >= _LEVEL), default=0.0)
        for line in edge:
            bare = line.text.strip(" -–—") == label
            if bare or gap >= _APART * line.size:
                edges[line] = low
    return edges


class _Running:
    """Knows which lines recur, and which numbers go on, from page to page."""

    def __init__(self, edges: Sequence[dict[PrintedLine, bool]], labels: Sequence[str]) -> None:
        self._edges, self._labels = edges, labels
        self._places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._bare: Counter[tuple[int, bool]] = Counter()
        self._stems: Counter[tuple[int, str]] = Counter()
        self._labelled: Counter[bool] = Counter()
        for index, edge in enumerate(edges):
            for key in {line.text for line in edge}:
                self._places[key] += [(index, line.y) for line in edge if line.text == key]
            stems = {line: list(self._stem_keys(line, index)) for line in edge}
            self._stems.update({key for keys in stems.values() for key in keys})
            self._bare.update(
                {key for line in edge for key in self._bare_keys(line, index)}
                | {(ahead, edge[line]) for line, keys in stems.items() for ahead, _ in keys}
            )
            self._labelled.update({low for line, low in edge.items() if self._carries(line, index)})

    def has(self, line: PrintedLine, index: int) -> bool:
        pages = {page for page, y in self._places[line.text] if abs(y - line.y) < _LEVEL}
        if len(pages) >= LEAST_PAGES:
            return True
        if any(self._bare[key] >= LEAST_PAGES for key in self._bare_keys(line, index)):
            return True
        if any(self._stems[key] >= LEAST_PAGES for key in self._stem_keys(line, index)):
            return True
        low = self._edges[index][line]
        usual = max(LEAST_PAGES, len(self._edges) // 2)
        return self._carries(line, index) and self._labelled[low] >= usual

    def _bare_keys(self, line: PrintedLine, index: int) -> Iterable[tuple[int, bool]]:
        """By how much a page's number is ahead of its place, if the line is a number alone."""
        low = self._edges[index][line]
        match = _BARE.match(line.text) or _PAGE_TRAILING.match(line.text)
        for number in _values(match["number"]) if match else ():
            yield number - index, low

    def _stem_keys(self, line: PrintedLine, index: int) -> Iterable[tuple[int, str]]:
        """The same with words beside the number, if these are no heading with its own number."""
        for pattern in (_LEADING, _TRAILING):
            match = pattern.match(line.text)
            if match is None or not (match["number"] == self._labels[index] or self._is_long()):
                continue
            if pattern is _LEADING or self._is_set_apart(line, match, index):
                yield int(match["number"]) - index, match["stem"]

    def _carries(self, line: PrintedLine, index: int) -> bool:
        """Whether a line has the label of its page at one of its ends, apart from other words."""
        label = self._labels[index]
        leading, trailing = _LEADING.match(line.text), _TRAILING.match(line.text)
        first = leading["number"] if leading else line.text.split()[0]
        return first == label or (
            trailing is not None
            and trailing["number"] == label
            and self._is_set_apart(line, trailing, index)
        )

    def _is_set_apart(self, line: PrintedLine, match: "re.Match[str]", index: int) -> bool:
        return len(match["gap"]) > 1 or self._edges[index][line] or len(match["stem"].split()) > 2

    def _is_long(self) -> bool:
        return len(self._edges) >= _SHIFTED_PAGES


def _values(number: str) -> list[int]:
    if number.isdigit():
        return [int(number)]
    values = [_ROMAN[letter] for letter in number.lower()]
    return [sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))]
