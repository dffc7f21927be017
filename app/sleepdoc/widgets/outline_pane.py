"""The document's table of contents, as far as it has one."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sleepdoc import figures
from sleepdoc.documents.types import Document
from sleepdoc.reading.outline import Heading, outline
from sleepdoc.widgets.lines import MUTED
from sleepdoc.widgets.style import beside


class OutlinePane(Vertical):
    """Enter or a click goes to a heading's page."""

    DEFAULT_CSS = beside(__file__)

    @dataclass
    class Chosen(Message):
        """A heading's page is to be shown."""

        heading: Heading

    entries = query_one(OptionList)

    def __init__(self) -> None:
        super().__init__()
        self._headings: list[Heading] = []

    def compose(self) -> ComposeResult:
        yield Static("", id="outline-said", markup=False)
        yield OptionList(markup=False, compact=True)

    def on_mount(self) -> None:
        self.border_title = "Outline"

    def load(self, document: Document) -> None:
        self._headings = outline(document)
        self.entries.clear_options()
        self.entries.add_options(Option(_line(heading)) for heading in self._headings)
        said = self.query_one("#outline-said", Static)
        said.update("This document has no bookmarks or headings to list.")
        said.display = not self._headings

    def begin(self, page: int) -> None:
        """Stay on a heading of `page`, or stand on its first, or on the one before it."""
        here = [n for n, heading in enumerate(self._headings) if heading.page == page]
        before = [n for n, heading in enumerate(self._headings) if heading.page < page]
        if self._headings and self.entries.highlighted not in here:
            self.entries.highlighted = (here[:1] or before[-1:] or [0])[0]
        self.entries.focus()

    @on(OptionList.OptionSelected)
    def _selected(self, selected: OptionList.OptionSelected) -> None:
        selected.stop()
        self.post_message(self.Chosen(self._headings[selected.option_index]))


def _line(heading: Heading) -> Content:
    indent = "  " * (heading.level - 1)
    title = f"{indent}{figures.one_line(heading.title)}  "
    return Content.assemble(title, (f"p. {heading.page}", MUTED))
