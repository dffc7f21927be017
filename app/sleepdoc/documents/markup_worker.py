"""The child process that reads EPUB, DOCX and HTML.

It gets the document as standard input, its job as one JSON argument, and answers with JSON lines on
standard output: first ``{"pages": n, "kind": ..., "title": ..., "notices": [...]}`` with the number
of parts, then for each part ``{"page": n, "texts": [...], "outline": [[level, title, page], ...]}``
with the pages it fills, or ``{"page": n, "damaged": ...}``. ``{"refused": reason, "page": n,
"detail": ...}`` is the last line of a document that is not read.
"""

import json
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from sleepdoc.documents.archive import Archive, kind_of
from sleepdoc.documents.book import Book, blocks_of
from sleepdoc.documents.confinement import Refused, confine, limit_processor, timer
from sleepdoc.documents.docx import open_docx
from sleepdoc.documents.epub import open_epub
from sleepdoc.documents.flow import Block, Flow
from sleepdoc.documents.html_tree import parsed, title_of
from sleepdoc.documents.limits import Limits
from sleepdoc.documents.markdown import title_among
from sleepdoc.documents.opaque import without_opaque
from sleepdoc.documents.text import clean_text, count_hidden, legible
from sleepdoc.errors import DocumentError

_FRAMES = 3_000
"""Calls inside each other: enough for what elements are nested, and for what DOCX nests."""


def main(job: dict[str, Any]) -> None:
    """Read the document on standard input, of the kind and under the limits in the job."""
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(_FRAMES)
    limits = Limits(**job["limits"])
    page, refusal = 0, None
    try:
        confine(limits)
        for answer in _read(job["kind"], sys.stdin.buffer, limits):
            page = answer.get("page", page)
            _send(answer)
    except Refused as refused:
        refusal = {"refused": refused.reason, "detail": refused.detail}
    except DocumentError as error:
        refusal = {"refused": "text", "detail": str(error)}
    except MemoryError:
        refusal = {"refused": "memory"}
    except BrokenPipeError:
        os._exit(1)
    if refusal:
        _send({**refusal, "page": page + 1})


def _send(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def _read(kind: str, file: BinaryIO, limits: Limits) -> Iterator[dict[str, Any]]:
    with timer(limits.open_seconds, "open time"):
        kind, book = _open(kind, file, limits)
    if len(book.parts) > limits.pages:
        raise Refused("pages")
    limit_processor(limits.total_seconds(len(book.parts)))
    about = {"kind": kind, "title": book.title[:1000], "notices": [*book.notices]}
    yield {"pages": len(book.parts), **about}
    room = limits.document_characters
    for number, part in enumerate(book.parts, start=1):
        with timer(limits.page_seconds, "page time"):
            try:
                answer = _part(part())
            except (MemoryError, BrokenPipeError, DocumentError):
                raise
            except Exception as error:
                answer = {"damaged": type(error).__name__}
        room -= sum(map(len, answer.get("texts", ())))
        if room < 0:
            raise Refused("document text")
        yield {"page": number, **answer}


def _open(kind: str, file: BinaryIO, limits: Limits) -> tuple[str, Book]:
    if kind == "zip":
        archive = Archive(file, limits)
        kind = kind_of(archive)
        return kind, open_epub(archive) if kind == "epub" else open_docx(archive)
    soup, notices = parsed(file.read())
    return kind, Book(title_of(soup), [lambda: blocks_of(soup)], notices)


def _part(blocks: list[Block]) -> dict[str, Any]:
    flow, runs, hidden = Flow(), 0, 0
    readable = []
    for block in blocks:
        hidden += count_hidden(block.text)
        text = clean_text(block.text)
        text, found = without_opaque(text if block.verbatim else legible(text))
        runs += found
        readable.append(Block(text, block.level, block.title))
    flow.add(readable)
    outline = [(entry.level, entry.title, entry.page) for entry in flow.outline]
    heading = title_among([block for block in readable if block.text.strip()])
    counts = {"runs": runs, "hidden": hidden}
    return {"texts": flow.pages, "outline": outline, "heading": heading, **counts}
