"""EPUB, DOCX and HTML: what the worker process read, as pages; what it refused, as a reason."""

import contextlib
from collections.abc import Callable

from sleepdoc.documents.limits import Limits
from sleepdoc.documents.opaque import notice_of
from sleepdoc.documents.plain import extraction
from sleepdoc.documents.text import clean_text, hidden_notice
from sleepdoc.documents.types import Extraction, OutlineEntry
from sleepdoc.documents.worker_process import Answer, answers
from sleepdoc.errors import DocumentError

WORKER = "sleepdoc.documents.markup_worker"
LIMITS = Limits(open_seconds=60, page_seconds=120, seconds_per_page=60)
"""Parts are chapters or whole documents, and take longer than pages do."""

_SPLIT = "split it and read the parts"
_RESAVE = "save it anew with the program it comes from and try again"
_CONVERT = "convert it to PDF or text and try again"
_REASONS = {
    "encrypted": "protected by a password; save it without one and try again",
    "protected": "protected against copying (DRM), so its text cannot be read; get it unprotected",
    "damaged": f"damaged ({{detail}}); {_RESAVE}",
    "unsafe": f"declares entities, which documents of its kind never need; {_RESAVE}",
    "unpacked": f"unpacks to more than the safety limit; {_SPLIT}",
    "no pages": f"damaged (no chapters can be found); {_RESAVE}",
    "pages": f"more than {{limits.pages:,}} chapters; {_SPLIT}",
    "open time": f"its structure takes more than {{limits.open_seconds:g}} s to read; {_CONVERT}",
    "page time": f"part {{page}} takes more than {{limits.page_seconds:g}} s; {_CONVERT}",
    "memory": f"part {{page}} needs more than {{memory:,}} MiB of memory; {_SPLIT}",
    "document text": f"more than {{limits.document_characters:,}} characters; {_SPLIT}",
    "document time": f"takes too much processor time, spent on part {{page}}; {_CONVERT}",
    "time": f"part {{page}} takes more than {{limits.page_seconds:g}} s; {_CONVERT}",
    "clock": f"takes too long, time ran out on part {{page}}; {_CONVERT}",
    "died": f"its reader stopped on part {{page}} ({{detail}}); {_CONVERT}",
    "foreign": "{detail}",
    "text": "{detail}",
}

Progress = Callable[[int, int], None]
"""Called with the number of parts done and of all parts."""


def read_markup(
    kind: str,
    descriptor: int,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> tuple[str, Extraction]:
    """Read what is behind an open descriptor; returns its kind as well.

    Args:
        kind: ``html``, or ``zip`` for EPUB and DOCX.

    Raises:
        DocumentError: why it cannot be read; the caller adds the name of the file.
    """
    limits = limits or LIMITS
    title, count, runs, hidden = "", 0, 0, 0
    headings: list[str] = []
    notices: list[str] = []
    damaged: list[str] = []
    pages: list[str] = []
    outline: list[OutlineEntry] = []
    with contextlib.closing(answers(descriptor, limits, WORKER, kind=kind)) as said:
        for answer in said:
            if "refused" in answer:
                raise DocumentError(_reason(answer, limits))
            if "pages" in answer:
                title, count, notices = answer["title"], answer["pages"], answer["notices"]
                kind = answer["kind"]
                continue
            if "damaged" in answer:
                damaged.append(f"{answer['page']:,}")
            outline += _entries(answer, before=len(pages))
            hidden += answer.get("hidden", 0)
            pages += map(clean_text, answer.get("texts", ()))
            headings.append(answer.get("heading", ""))
            runs += answer.get("runs", 0)
            if progress:
                progress(answer["page"], count)
    if not any(pages) and damaged:
        raise DocumentError(_REASONS["damaged"].format(detail="nothing of it can be read"))
    if damaged:
        what = "chapter" if len(damaged) == 1 else "chapters"
        notices.append(f"{what} {', '.join(damaged[:12])} cannot be read; skipped")
    # What Word calls the title is often that of the document this one was made from.
    titles = [*headings, title] if kind == "docx" else [title, *headings]
    title = next(filter(None, map(_on_one_line, titles)), "")
    notices += hidden_notice(hidden) + notice_of(runs)
    return kind, extraction(title, pages, outline, notices)


def _entries(answer: Answer, before: int) -> list[OutlineEntry]:
    entries = []
    for level, title, page in answer.get("outline", ()):
        if title := _on_one_line(title):
            entries.append(OutlineEntry(level, title, before + page))
    return entries


def _on_one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _reason(answer: Answer, limits: Limits) -> str:
    return _REASONS[answer["refused"]].format(
        page=answer["page"],
        detail=answer.get("detail", ""),
        limits=limits,
        memory=limits.memory >> 20,
    )
