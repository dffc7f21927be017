"""PDF documents: what the worker process extracted, as pages; what it refused, as a reason."""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sleepdoc.documents.layout import Composed, compose
from sleepdoc.documents.limits import Limits
from sleepdoc.documents.printed import PrintedLine
from sleepdoc.documents.printed_headings import headings_of, title_of
from sleepdoc.documents.text import clean_text, count_hidden, one_line
from sleepdoc.documents.types import Extraction, OutlineEntry, Page
from sleepdoc.documents.worker_process import Answer, answers
from sleepdoc.errors import DocumentError

Progress = Callable[[int, int], None]
"""Called with the number of pages done and of all pages."""

_SPLIT = "split it and read the parts"
_REPRINT = "print it to a new PDF and try again"
_REASONS = {
    "encrypted": "encrypted; remove the password first, for example with qpdf --decrypt",
    "cipher": "encrypted with AES; install the Python package cryptography, or decrypt it first",
    "damaged": "damaged PDF ({detail}); repair it, for example with qpdf, and try again",
    "no pages": "damaged PDF (no pages can be found); repair it and try again",
    "xfa": "an XFA form, which only Adobe's programs draw; open it in one and print it to a PDF",
    "portfolio": "only the cover of a portfolio of {detail}; save the files in it and read those",
    "pages": f"more than {{limits.pages:,}} pages; {_SPLIT}",
    "limit": f"its structure is over a safety limit; {_REPRINT}",
    "memory": f"needs more than {{memory:,}} MiB of memory; {_REPRINT}",
    "open time": f"its structure takes more than {{limits.open_seconds:g}} s to read; {_REPRINT}",
    "time": f"its structure takes more than {{limits.open_seconds:g}} s to read; {_REPRINT}",
    "document text": "more than {limits.document_characters:,} characters, reached on page {page}; "
    + _SPLIT,
    "document time": f"takes too much processor time, spent on page {{page}}; {_SPLIT}",
    "clock": f"takes too long, time ran out on page {{page}}; {_SPLIT}",
    "died": f"the PDF reader stopped on page {{page}} ({{detail}}); {_REPRINT}",
}
_FAILURES = {
    "page damage": "damage that cannot be read through",
    "page died": "something that stops the PDF reader",
    "page time": "more to draw than {limits.page_seconds:g} s allow",
    "page limit": "more to unpack than the safety limit",
    "page text": "more than {limits.page_characters:,} characters",
    "page picture": "a picture that cannot be read",
    "page memory": "more to draw than {memory:,} MiB of memory allow",
}

_GENERATED_TITLE = re.compile(
    r"\A(untitled|no title|title|document\d*|microsoft (word|powerpoint|excel) - .*|slide \d+)\Z"
    r"|[/\\]|\.(docx?|pptx?|xlsx?|dvi|tex|indd|qxd|pdf|ps|rtf|odt|html?)\Z",
    re.IGNORECASE,
)
_LONGEST_TITLE = 200
_LISTED_PAGES = 12


def read_pdf(
    descriptor: int, *, limits: Limits | None = None, progress: Progress | None = None
) -> Extraction:
    """Extract the PDF behind an open descriptor.

    Raises:
        DocumentError: why it cannot be read; the caller adds the name of the file.
    """
    limits = limits or Limits()
    title, bookmarks, count = "", [], 0
    read: list[_ReadPage] = []
    with contextlib.closing(answers(descriptor, limits)) as said:
        for answer in said:
            if "refused" in answer:
                raise DocumentError(_filled(_REASONS[answer["refused"]], answer, limits))
            if "pages" in answer:
                title, bookmarks, count = answer["title"], answer["outline"], answer["pages"]
                continue
            read.append(_page(answer))
            if progress:
                progress(len(read), count)
    composed = compose([page.lines for page in read], [page.label for page in read])
    if not any(composed.texts):
        raise DocumentError(_no_text(read, limits))
    headings = headings_of(composed.pages)
    return Extraction(
        _sane_title(title) or title_of(composed.pages),
        tuple(
            Page(number, page.label, text)
            for number, (page, text) in enumerate(zip(read, composed.texts), 1)
        ),
        tuple(_notices(read, composed, limits)),
        _outline(bookmarks, count) or headings,
    )


@dataclass(frozen=True)
class _ReadPage:
    label: str
    lines: list[PrintedLine]
    failed: str
    unknown: int
    hidden: int
    numbers: int
    tags: int
    recognised: bool


def _page(answer: Answer) -> _ReadPage:
    label = " ".join(clean_text(answer.get("label", "")).split())
    return _ReadPage(
        label or str(answer["page"]),
        [PrintedLine(clean_text(text), *place) for text, *place in answer["lines"]],
        answer.get("failed", ""),
        answer.get("unknown", 0),
        answer.get("hidden", 0),
        answer.get("numbers", 0),
        sum(count_hidden(line[0]) for line in answer["lines"]),
        "recognised" in answer,
    )


def _filled(text: str, answer: Answer, limits: Limits) -> str:
    return text.format(
        page=answer.get("page", 0),
        detail=one_line(str(answer.get("detail", ""))),
        limits=limits,
        memory=limits.memory >> 20,
    )


def _no_text(read: Sequence[_ReadPage], limits: Limits) -> str:
    failures = {page.failed for page in read if page.failed}
    if "page damage" in failures:
        return _REASONS["damaged"].format(detail="no page of it can be read")
    if failures:
        number = next(number for number, page in enumerate(read, 1) if page.failed)
        what = _filled(_FAILURES[read[number - 1].failed], {}, limits)
        return f"no text that can be read: page {number} has {what}; {_REPRINT}"
    where = "its only page" if len(read) == 1 else f"any of its {len(read):,} pages"
    return (
        f"no text on {where}, probably scanned; read it with --ocr, or add a text layer first, "
        "for example with ocrmypdf"
    )


def _notices(read: Sequence[_ReadPage], composed: Composed, limits: Limits) -> Iterator[str]:
    def numbers(chosen: Callable[[_ReadPage], object]) -> list[int]:
        return [number for number, page in enumerate(read, 1) if chosen(page)]

    empty = [
        number
        for number, (page, text) in enumerate(zip(read, composed.texts), 1)
        if not text and not page.failed
    ]
    if empty:
        yield f"{_listed(empty)} no text; skipped"
    for reason, what in _FAILURES.items():
        if failed := numbers(lambda page: page.failed == reason):  # noqa: B023
            yield f"{_listed(failed)} {_filled(what, {}, limits)}; skipped"
    if recognised := numbers(lambda page: page.recognised and page.lines):
        yield f"{_listed(recognised)} text that Tesseract saw in a picture; it may be wrong"
    if unknown := numbers(lambda page: page.unknown):
        yield f"{_listed(unknown)} print whose characters the font does not tell"
    if hidden := numbers(lambda page: page.hidden):
        yield f"{_listed(hidden)} text that cannot be seen: white, tiny or invisible"
    if tags := sum(page.tags for page in read):
        yield f"{tags:,} invisible characters (Unicode tags) were removed"
    if numbers_of_lines := sum(page.numbers for page in read):
        yield f"{numbers_of_lines:,} numbers of lines in the margin were left out"
    if composed.running:
        yield f"{composed.running:,} lines of running heads and feet were left out"


def _outline(bookmarks: Sequence[Sequence[Any]], count: int) -> tuple[OutlineEntry, ...]:
    entries = (
        OutlineEntry(level, " ".join(clean_text(title).split())[:_LONGEST_TITLE], page + 1)
        for level, title, page in bookmarks
        if 0 <= page < count
    )
    return tuple(entry for entry in entries if entry.title)


def _listed(numbers: Sequence[int]) -> str:
    """``page 7 has`` or ``pages 2, 5-9 and 3 more have``."""
    if len(numbers) == 1:
        return f"page {numbers[0]} has"
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], number]
        else:
            ranges.append([number])
    shown = ", ".join("-".join(map(str, ends)) for ends in ranges[:_LISTED_PAGES])
    more = f" and {len(ranges) - _LISTED_PAGES} more places" if len(ranges) > _LISTED_PAGES else ""
    return f"pages {shown}{more} have"


def _sane_title(raw: str) -> str:
    """The title in the metadata, unless a program rather than a person wrote it."""
    title = " ".join(clean_text(raw).split())
    sane = 3 <= len(title) <= _LONGEST_TITLE and not _GENERATED_TITLE.search(title)
    return title if sane and any(map(str.isalpha, title)) else ""
