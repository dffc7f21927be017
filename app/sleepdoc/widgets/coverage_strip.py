"""Every page in one line: what the model remembers, has before it, and has not read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive

from sleepdoc import figures
from sleepdoc.documents.types import Document
from sleepdoc.reading.coverage import WORDS, Coverage, PageState
from sleepdoc.reading.events import (
    AnswerFinished,
    Answering,
    Citation,
    DocumentReady,
    Event,
    GistWritten,
    ModelReady,
    Progress,
    Reading,
    ReadingFinished,
    ReadingPaused,
    Resumed,
    SleepFinished,
    SleptPages,
    Undone,
)
from sleepdoc.reading.evidence import evidence
from sleepdoc.widgets.lines import FAINT, MUTED, Lines
from sleepdoc.widgets.style import beside

_CITED = "^"
_STYLES = {
    PageState.MEMORY: "$secondary",
    PageState.WINDOW: "$primary",
    PageState.UNREAD: FAINT,
    PageState.NO_TEXT: FAINT,
    PageState.LET_GO: MUTED,
}
_ALWAYS_SAID = (PageState.MEMORY, PageState.WINDOW, PageState.UNREAD, PageState.NO_TEXT)


class CoverageStrip(Lines, can_focus=True):
    """A cell for a page, or for as many as must share one. Its cells are buttons."""

    DEFAULT_CSS = beside(__file__)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Page before", show=False),
        Binding("right", "move(1)", "Page after", show=False),
        Binding("home", "move(-1000000)", "First page", show=False),
        Binding("end", "move(1000000)", "Last page", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """A page is to be shown."""

        page: int

    coverage = reactive(Coverage(0), layout=True)
    page = reactive(1, layout=True)
    """The page that is shown, and that is told about while the strip has the focus."""
    roomy = reactive(False, layout=True)
    """Whether there is a second line for the signs' meaning."""
    _lookup = ""
    """Of the answer under way."""

    def load(self, document: Document) -> None:
        self.coverage = Coverage.of(document)

    def show(self, event: Event) -> None:
        """Take over what an event says."""
        match event:
            case DocumentReady():
                self.load(event.document)
            case Resumed():
                self.load(event.document)
                self.coverage = replace(self.coverage, progress=event.progress, sleeps=event.slept)
                for gist in event.gists:
                    self.coverage = self.coverage.told(gist.first, gist.last, gist.said)
                for turn in event.messages:
                    self._cite(evidence(turn.citations, turn.verdict, turn.lookup))
            case ModelReady():
                self.coverage = replace(self.coverage, remembers=event.state_bytes > 0)
            case Reading() | ReadingPaused() | ReadingFinished():
                self._read(event.progress)
            case SleepFinished():
                self._slept(event)
            case Undone():
                self.coverage = replace(self.coverage, progress=event.progress, sleeps=event.slept)
            case GistWritten(kind="sleep"):
                self.coverage = self.coverage.told(event.first, event.last, event.said)
            case Answering():
                self._lookup = event.lookup
            case AnswerFinished():
                self._cite(evidence(event.citations, event.verdict, self._lookup))

    def _read(self, progress: Progress) -> None:
        self.coverage = replace(self.coverage, progress=progress)

    def _slept(self, event: SleepFinished) -> None:
        before = self.coverage.sleeps[-1].last if self.coverage.sleeps else 1
        last = event.progress.page
        slept = SleptPages(event.number, min(before, last), last)
        self.coverage = replace(self.coverage.slept(slept), progress=event.progress)

    def _cite(self, citations: Sequence[Citation]) -> None:
        pages = {citation.page for citation in citations}
        self.coverage = replace(self.coverage, cited=self.coverage.cited | pages)

    def on_focus(self) -> None:
        self.refresh(layout=True)

    def on_blur(self) -> None:
        self.refresh(layout=True)

    def lines(self, width: int) -> list[Content]:
        pages = self.coverage.pages
        if not pages or width < 1:
            return [Content("")]
        per_cell = ceil(pages / width)
        cells = ceil(pages / per_cell)
        strip = self._strip(per_cell, cells)
        said = self._said()
        if cells + 3 + len(said) <= width:
            return [strip + "   " + Content.styled(said, MUTED)]
        return [strip, Content.styled(said, MUTED)] if self.roomy or self.has_focus else [strip]

    def _strip(self, per_cell: int, cells: int) -> Content:
        pages = self.coverage.pages
        parts = []
        for number in range(cells):
            first = number * per_cell + 1
            parts.append(self._cell(range(first, min(pages, first + per_cell - 1) + 1)))
        return Content.assemble(*parts)

    def _cell(self, pages: range) -> tuple[str, str]:
        state = self.coverage.state(pages[-1])
        if state is PageState.NO_TEXT and len(pages) > 1:
            state = self.coverage.state(pages[0])
        cited = any(page in self.coverage.cited for page in pages)
        style = _STYLES[state]
        if self.page in pages:
            style += " reverse"
        return (_CITED if cited else state.value, style)

    def _said(self) -> str:
        if self.has_focus:
            return self._about(self.page)
        states = [*_ALWAYS_SAID]
        if not self.coverage.remembers:
            states[0] = PageState.LET_GO
        signs = [f"{state.value} {WORDS[state]}" for state in states]
        return "  ".join([*signs, f"{_CITED} cited"])

    def _about(self, page: int) -> str:
        state = self.coverage.state(page)
        said = f"p. {figures.count(page)}: {WORDS[state]}"
        slept = self.coverage.sleep_of(page)
        if state is PageState.MEMORY and slept is not None:
            back = len(self.coverage.sleeps) - slept.number + 1
            where = figures.pages(str(slept.first), str(slept.last))
            times = "" if back == 1 else f" {figures.count(back)} times"
            said += f" since sleep {slept.number} ({where}); /undo{times} goes back before it"
        said = f"{said}; cited" if page in self.coverage.cited else said
        gist = self.coverage.gist_of(page) if state is PageState.MEMORY else ""
        return f"{said}: {figures.one_line(gist)}" if gist else said

    def action_move(self, by: int) -> None:
        if self.coverage.pages:
            self._choose(max(1, min(self.coverage.pages, self.page + by)))

    def on_click(self, event: Click) -> None:
        per_cell = ceil(self.coverage.pages / max(1, self.content_size.width))
        offset = event.get_content_offset(self)
        if offset is None or offset.y or not per_cell:
            return
        page = offset.x * per_cell + 1
        if page <= self.coverage.pages:
            self._choose(page)

    def _choose(self, page: int) -> None:
        self.page = page
        self.post_message(self.Chosen(page))
