"""The text of one page, and in it the sentence that is meant."""

from collections.abc import Iterator

from textual.content import Content
from textual.reactive import reactive

from sleepdoc.documents.text import safe_display
from sleepdoc.documents.types import Page
from sleepdoc.reading.text_find import Span
from sleepdoc.widgets.lines import MUTED, Lines
from sleepdoc.widgets.style import beside
from sleepdoc.widgets.wrapping import wrap

_MARK = "▐"
"""In front of every marked line, so that it is found without colour too."""
_GUTTER = 2


class PageText(Lines):
    """As high as its text."""

    DEFAULT_CSS = beside(__file__)

    page: reactive[Page | None] = reactive(None, layout=True)
    span: reactive[Span | None] = reactive(None)

    def lines(self, width: int) -> list[Content]:
        if self.page is None:
            return []
        text = self.page.text
        if not text.strip():
            return [Content.styled("  This page has no text.", MUTED)]
        lines = wrap(text, width - _GUTTER)
        return [_line(text, line, self.span) for line in lines]

    def marked(self, width: int) -> tuple[int, int] | None:
        """First and last of the marked lines."""
        if self.page is None or self.span is None:
            return None
        lines = wrap(self.page.text, width - _GUTTER)
        rows = [row for row, line in enumerate(lines) if _overlap(line, self.span)]
        return (rows[0], rows[-1]) if rows else None


def _overlap(line: Span, span: Span) -> bool:
    return line.start < span.end and span.start < line.end


def _line(text: str, line: Span, span: Span | None) -> Content:
    if span is None or not _overlap(line, span):
        return Content("  " + _shown(text[line.start : line.end]))
    return Content.assemble((_MARK + " ", "$accent"), *_parts(text, line, span))


def _parts(text: str, line: Span, span: Span) -> Iterator[tuple[str, str]]:
    start, end = max(line.start, span.start), min(line.end, span.end)
    yield _shown(text[line.start : start]), ""
    yield _shown(text[start:end]), "bold $accent"
    yield _shown(text[end : line.end]), ""


def _shown(text: str) -> str:
    return safe_display(text.replace("\t", " "))
