"""Rows of a back-of-book index: they only name pages, and are no evidence for what stands there."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sleepdoc_model.recall.folding import unify
from sleepdoc_model.recall.passages import LINE, Span

WORTH = 0.2
"""What a row is worth beside running text: more only than what has hardly anything of what is
asked."""

_LEAST, _SHARE = 6, 0.6
"""Rows that make an index, and their share of its lines; the others are letters and headings."""
_APART = 3
"""Lines between two rows that are none: headings, entries broken in two."""
_IN_ORDER = 0.7
"""Share of rows that do not come before the last one in the alphabet; subentries may."""
_ODD, _ODD_SHARE = 2, 0.05
"""Rows with more pages or fewer than is usual; all rows of a table have equally many figures."""
_RISING = 0.8
"""Share of the rows with several pages that name them in their order."""
_DATED = 0.5
"""The most of them that have a year; a bibliography has more."""
_LONGEST = 80
"""Characters of a row."""

_PAGE = r"(?:[1-9]\d{0,2}|1[0-4]\d\d)"  # no year
_PAGES = (
    rf"\[?{_PAGE}(?:\s?[-\u2013\u2014]\s?\d{{1,4}})?(?:ff?\.?|n\d{{0,2}}\.?)?\]?(?:\s\(&c\.\))?"
)
_ROMAN = r"[ivxlc]{1,6}(?:[-\u2013\u2014][ivxlc]{1,6})?"
_MORE = r"(?:,?\s(?:&c|etc|et\s(?:seq|passim)|passim)\.?)?"
_LIST = rf"(?:{_PAGES}|(?<=,\s){_ROMAN})(?:[,;]\s+(?:{_PAGES}|{_ROMAN}))*{_MORE}"
_ROW = re.compile(
    rf"(?P<entry>.*?[^\W\d].*?)(?:[,:]\s+|\s+(?!.*\.\Z))(?:(?P<pages>{_LIST})|\(?[Ss]ee\b.*)[.,;]?\Z"
)
_MAYBE = re.compile(r"[\divxlc][\W\dnf]{0,6}\Z|(?:&c|seq|passim)\W*\Z|[Ss]ee\b")
_FIRST_PAGE = re.compile(rf"(?<!\S)\[?({_PAGE})")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_LETTERS = re.compile(r"[^\W\d_].*")


def index_rows(text: str) -> list[Span]:
    """The lines of a page that are part of an index.

    They are many short rows that end in page numbers, mostly in the order of the alphabet, the
    pages of each rising, and of some there are more than of others. Neither price lists nor tables
    of figures or contents are so, and the entries of a bibliography have years.
    """
    found: list[Span] = []
    for run in _runs(text):
        rows = [row for _, row in run if row]
        if len(rows) >= max(_LEAST, _SHARE * len(run)) and _indexes(rows):
            found += [line for line, _ in run]
    return found


def _runs(text: str) -> Iterator[list[tuple[Span, re.Match[str] | None]]]:
    """Lines from one row to another, with few other short ones in between, each with the row that
    it is."""
    run: list[tuple[Span, re.Match[str] | None]] = []
    last = 0
    for line in LINE.finditer(text):
        short = len(content := line[0].strip()) <= _LONGEST
        row = _ROW.match(content) if short and _MAYBE.search(content) else None
        if row:
            run.append((line.span(), row))
            last = len(run)
        elif run and short and len(run) - last < _APART:
            run.append((line.span(), None))
        elif run:
            yield run[:last]
            run = []
    yield run[:last]


def _indexes(rows: Sequence[re.Match[str]]) -> bool:
    entries = [unify(word[0]).casefold() for row in rows if (word := _LETTERS.search(row["entry"]))]
    ordered = sum(first <= second for first, second in pairwise(entries))
    pages = [[int(n) for n in _FIRST_PAGE.findall(row["pages"] or "")] for row in rows]
    counts = Counter(map(len, pages))
    odd = len(rows) - max(counts.values())
    several = [each for each in pages if len(each) > 1]
    rising = sum(each == sorted(each) for each in several)
    dated = sum(bool(_YEAR.search(row[0])) for row in rows)
    return (
        ordered >= _IN_ORDER * (len(entries) - 1)
        and odd >= max(_ODD, _ODD_SHARE * len(rows))
        and rising >= _RISING * len(several)
        and dated <= _DATED * len(rows)
    )
