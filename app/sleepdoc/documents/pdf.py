"""PDF documents: what the worker process extracted, as pages; what it refused, as a reason."""

import contextlib
import re
from collections.abc import Callable, Sequence

from sleepdoc.documents.layout import PrintedLine, compose
from sleepdoc.documents.pdf_limits import Limits
from sleepdoc.documents.pdf_process import Answer, answers
from sleepdoc.documents.text import clean_text, count_hidden
from sleepdoc.documents.types import Extraction, Page
from sleepdoc.errors import DocumentError

Progress = Callable[[int, int], None]
"""Called with the number of pages done and of all pages."""

_SIMPLER = "print it to a new PDF or take that page out, and try again"
_SPLIT = "split it and read the parts"
_REPRINT = "print it to a new PDF and try again"
_REASONS = {
    "encrypted": "encrypted; remove the password first, for example with qpdf --decrypt",
    "cipher": "encrypted with AES; install the Python package cryptography, or decrypt it first",
    "damaged": "damaged PDF ({detail}); repair it, for example with qpdf, and try again",
    "no pages": "damaged PDF (no pages can be found); repair it and try again",
    "pages": f"more than {{limits.pages:,}} pages; {_SPLIT}",
    "limit": f"its structure is over a safety limit; {_REPRINT}",
    "open time": f"its structure takes more than {{limits.open_seconds:g}} s to read; {_REPRINT}",
    "page time": f"page {{page}} takes more than {{limits.page_seconds:g}} s; {_SIMPLER}",
    "page limit": f"page {{page}} unpacks or draws more than the safety limit; {_SIMPLER}",
    "page text": f"page {{page}} has more than {{limits.page_characters:,}} characters; {_SIMPLER}",
    "memory": f"page {{page}} needs more than {{memory:,}} MiB of memory; {_SIMPLER}",
    "document text": "more than {limits.document_characters:,} characters, reached on page {page}; "
    + _SPLIT,
    "document time": f"takes too much processor time, spent on page {{page}}; {_SPLIT}",
    "clock": f"takes too long, time ran out on page {{page}}; {_SPLIT}",
    "died": f"the PDF reader stopped on page {{page}} ({{detail}}); {_REPRINT}",
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
    title, count, hidden = "", 0, 0
    lines: list[list[PrintedLine]] = []
    labels: list[str] = []
    damaged: list[int] = []
    with contextlib.closing(answers(descriptor, limits)) as said:
        for answer in said:
            if "refused" in answer:
                raise DocumentError(_reason(answer, limits))
            if "pages" in answer:
                title, count = _sane_title(answer["title"]), answer["pages"]
                continue
            number = answer["page"]
            hidden += sum(count_hidden(line[0]) for line in answer["lines"])
            lines.append(
                [PrintedLine(clean_text(text), *place) for text, *place in answer["lines"]]
            )
            labels.append(" ".join(clean_text(answer.get("label", "")).split()) or str(number))
            if "damaged" in answer:
                damaged.append(number)
            if progress:
                progress(number, count)
    texts = compose(lines, labels)
    empty = [number for number, text in enumerate(texts, 1) if not text and number not in damaged]
    if not any(texts):
        raise DocumentError(_no_text(count, damaged))
    pages = tuple(map(Page, range(1, count + 1), labels, texts))
    return Extraction(title, pages, tuple(_notices(empty, damaged, hidden)))


def _reason(answer: Answer, limits: Limits) -> str:
    return _REASONS[answer["refused"]].format(
        page=answer["page"],
        detail=answer.get("detail", ""),
        limits=limits,
        memory=limits.memory >> 20,
    )


def _no_text(count: int, damaged: Sequence[int]) -> str:
    if damaged:
        return _REASONS["damaged"].format(detail="no page of it can be read")
    where = "its only page" if count == 1 else f"any of its {count:,} pages"
    return (
        f"no text on {where}, probably scanned; add a text layer first, for example with ocrmypdf"
    )


def _notices(empty: Sequence[int], damaged: Sequence[int], hidden: int) -> list[str]:
    notices = []
    if empty:
        notices.append(f"{_listed(empty)} no text; skipped")
    if damaged:
        notices.append(f"{_listed(damaged)} damage that cannot be read through; skipped")
    if hidden:
        notices.append(f"{hidden:,} invisible characters (Unicode tags) were removed")
    return notices


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
