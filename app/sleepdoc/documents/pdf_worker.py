"""The child process that runs PDFium and pypdf on a file nobody vouches for.

It gets the document as standard input, its job as one JSON argument, and answers with JSON lines on
standard output: first ``{"pages": n, "title": ..., "outline": ...}``, then one ``{"page": n, ...}``
per page, with ``failed`` where it could not be read, or ``{"refused": reason, "detail": ...}`` as
the last line. The operating system's limits and the timers below end what does not end by itself.
"""

import contextlib
import gc
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdfium2

from sleepdoc.documents import pdf_annotations, pdf_layers, pdf_ocr, pdf_structure
from sleepdoc.documents.confinement import Refused, confine, limit_processor, timer
from sleepdoc.documents.limits import Limits
from sleepdoc.documents.pdf_accents import with_accents
from sleepdoc.documents.pdf_glyphs import page_glyphs
from sleepdoc.documents.pdf_lines import Line, note_lines, page_lines
from sleepdoc.documents.pdf_rules import page_rules

LABEL_LENGTH = 32
_FEW = 3
"""So many characters that cannot be seen are a logo or an ornament."""
_ALLOCATIONS = 200_000
"""Objects between two runs of the garbage collector: a page makes many, and few cycles."""


def main(job: dict[str, Any]) -> None:
    """Extract the document on standard input under the limits in the job."""
    logging.disable(logging.CRITICAL)
    gc.set_threshold(_ALLOCATIONS)
    limits = Limits(**job["limits"])
    refusal = None
    try:
        confine(limits)
        for answer in _extract(sys.stdin.buffer, limits, job["first"]):
            print(json.dumps(answer), flush=True)
    except Refused as refused:
        refusal = {"refused": refused.reason, "detail": refused.detail}
    except MemoryError:
        refusal = {"refused": "memory"}
    except BrokenPipeError:
        os._exit(1)
    # Only now are the frames gone that may hold all the memory there is.
    if refusal:
        print(json.dumps(refusal), flush=True)


def _extract(file: BinaryIO, limits: Limits, first: int) -> Iterator[dict[str, Any]]:
    with timer(limits.open_seconds, "open time"):
        document = _Document(file, limits)
        labels = pdf_structure.labels(document.reader)
        opened = {
            "pages": document.count,
            "title": pdf_structure.title(document.reader),
            "outline": _outline(document.pages, limits),
        }
    yield opened
    room = limits.document_characters
    for number in range(first, document.count + 1):
        answer: dict[str, Any] = {"page": number, "lines": []}
        if number <= len(labels):
            answer["label"] = labels[number - 1][:LABEL_LENGTH]
        try:
            with timer(limits.page_seconds, "page time"):
                answer |= document.page(number - 1)
        except Refused as refused:
            if not refused.reason.startswith("page"):
                raise
            answer |= {"failed": refused.reason, "detail": refused.detail}
        except MemoryError:
            answer["failed"] = "page memory"
        room -= sum(len(line[0]) for line in answer["lines"])
        if room < 0:
            raise Refused("document text")
        yield answer


class _Document:
    """Both libraries' views of one document."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self.reader = pdf_structure.open_reader(file, limits)
        self.count = len(self.reader.pages)
        limit_processor(limits.total_seconds(self.count))
        self._limits = limits
        copy = pdf_layers.marked_copy(self.reader)
        self._has_hidden_layers = copy is not None
        try:
            self.pages = pypdfium2.PdfDocument(copy or file)
        except pypdfium2.PdfiumError as error:
            raise Refused("damaged", "its parts contradict each other") from error
        if len(self.pages) != self.count:
            raise Refused("damaged", "its parts contradict each other")

    def page(self, index: int) -> dict[str, Any]:
        """What stands on a page.

        Raises:
            Refused: why it cannot be read, a reason that begins with ``page``.
        """
        try:
            return self._content(index)
        except (MemoryError, BrokenPipeError):
            raise
        except Exception as error:
            raise Refused("page damage", type(error).__name__) from error

    def _content(self, index: int) -> dict[str, Any]:
        entries = []
        page = self.pages[index]
        # Frames that annotations have are those of fields, not of tables.
        rules = page_rules(page)
        if pdf_annotations.draw(page):
            entries = pdf_annotations.entries(self.reader, index, self._limits)
            # What was drawn into a page is seen only when it is opened again.
            page.close()
            page = self.pages[index]
        with contextlib.closing(page):
            hidden = pdf_layers.hidden_objects(page) if self._has_hidden_layers else frozenset()
            found = page_glyphs(page, hidden)
            rotation = page.get_rotation()
            if not found.glyphs and not entries and self._limits.recogniser:
                return {"lines": self._recognised(page), "recognised": True}
        glyphs = with_accents(found.glyphs)
        if len(glyphs) > self._limits.page_characters:
            raise Refused("page text")
        if entries:
            glyphs = pdf_annotations.placed(glyphs, entries, rotation)
        if not glyphs:
            pdf_structure.check_content(self.reader, index)
        notes = [entry.text for entry in entries if entry.kind == "note"]
        lines, numbers = page_lines(glyphs, rules)
        return {
            "lines": [*lines, *note_lines(notes)],
            "unknown": found.unknown,
            "hidden": found.hidden if found.hidden > _FEW else 0,
            "numbers": numbers,
        }

    def _recognised(self, page: pypdfium2.PdfPage) -> list[Line]:
        limits = self._limits
        try:
            return pdf_ocr.recognised(page, limits.recogniser, limits.recogniser_seconds)
        except (OSError, subprocess.SubprocessError) as error:
            raise Refused("page picture", type(error).__name__) from error


def _outline(document: pypdfium2.PdfDocument, limits: Limits) -> list[tuple[int, str, int]]:
    """Level, title and page index of each bookmark; a broken tree ends where it breaks."""
    entries: list[tuple[int, str, int]] = []
    with contextlib.suppress(Exception):
        for bookmark in document.get_toc(max_depth=15):
            destination = bookmark.get_dest()
            page = destination.get_index() if destination else None
            if page is not None:
                entries.append((bookmark.level + 1, bookmark.get_title(), page))
            if len(entries) >= limits.outline:
                break
    return entries
