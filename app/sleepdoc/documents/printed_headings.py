"""Headings told by their print: what a document without bookmarks has as its outline and title."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from sleepdoc.documents.printed import PrintedLine
from sleepdoc.documents.types import OutlineEntry

_LARGE = 1.15
"""Headings are larger than this multiple of the text, or numbered and set in bold."""
_TITLE = 1.3
_LONGEST = 120
_LONGEST_TITLE = 200
_MOST_LINES = 3
_MOST_LEVELS = 4
_MOST = 1000
_NUMBERED = re.compile(
    r"(?:(?:chapter|part|section|appendix|kapitel|teil|chapitre|capítulo|hoofdstuk)\s+)?"
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,4}|[A-Z](?:\.\d{1,3}){1,3}|[IVXL]{1,6}\.)\.?\s+\S",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")

Page = Sequence[PrintedLine]


def headings_of(pages: Sequence[Page]) -> tuple[OutlineEntry, ...]:
    """The headings of a document by the size of their print, the largest being of level 1."""
    text = _text_size(pages)
    found = [
        (heading, number)
        for number, page in enumerate(pages, 1)
        for heading in _headings(page, text)
    ]
    sizes = sorted({round(line.size) for (_, line), _ in found}, reverse=True)
    levels = {size: min(level, _MOST_LEVELS) for level, size in enumerate(sizes, 1)}
    entries = [
        OutlineEntry(levels[round(line.size)], title, number) for (title, line), number in found
    ]
    return tuple(entries) if len(entries) <= _MOST else ()


def title_of(pages: Sequence[Page]) -> str:
    """The largest print in the upper part of the first page with text, or empty."""
    first = next((page for page in pages if page), ())
    text = _text_size(pages)
    upright = [line for line in first if line.upright and not line.row]
    if not upright:
        return ""
    largest = max(line.size for line in upright)
    lines = [line for line in upright if line.size > 0.95 * largest]
    if largest < _TITLE * text or len(lines) > _MOST_LINES:
        return ""
    title = " ".join(line.text for line in lines)
    return title if len(title) <= _LONGEST_TITLE and len(_LETTER.findall(title)) > 2 else ""


def _headings(page: Page, text: float) -> Iterator[tuple[str, PrintedLine]]:
    pending: list[PrintedLine] = []
    for line in page:
        if not _is_heading(line, text):
            if pending:
                yield _joined(pending)
            pending = []
            continue
        if pending and not (
            pending[-1].size == line.size and 0 < pending[-1].y - line.y < 1.8 * line.size
        ):
            yield _joined(pending)
            pending = []
        pending.append(line)
    if pending:
        yield _joined(pending)


def _joined(lines: Sequence[PrintedLine]) -> tuple[str, PrintedLine]:
    return " ".join(line.text for line in lines)[:_LONGEST], lines[0]


def _is_heading(line: PrintedLine, text: float) -> bool:
    if not line.upright or line.row or len(line.text) > _LONGEST or not _LETTER.search(line.text):
        return False
    if line.size >= _LARGE * text:
        return True
    numbered = _NUMBERED.match(line.text)
    return bool(numbered) and line.bold and line.size >= text


def _text_size(pages: Sequence[Page]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size]) if sizes else 0.0
