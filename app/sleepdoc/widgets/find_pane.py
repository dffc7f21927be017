"""Finding words in the document, without the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from sleepdoc import figures
from sleepdoc.documents.types import Document
from sleepdoc.reading.text_find import Hit, find
from sleepdoc.widgets.style import beside

_SHOWN = 500
"""Hits in the list; all of them are counted, and n and N go through all."""
_BEFORE = 24
"""Characters of a line kept in front of a hit."""


class FindPane(Vertical):
    """A field, what is found as it is typed, and a list to choose from."""

    DEFAULT_CSS = beside(__file__)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "to_list", "Hits", id="find.list", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """A hit is to be shown."""

        hits: Sequence[Hit]
        at: int

    field = query_one(Input)
    found = query_one(OptionList)
    said = query_one("#find-said", Static)

    def __init__(self) -> None:
        super().__init__()
        self.document: Document | None = None
        self.hits: list[Hit] = []
        self._at = -1

    def compose(self) -> ComposeResult:
        yield Input(placeholder="Find in the document", compact=True)
        yield Static("", id="find-said", markup=False)
        yield OptionList(markup=False, compact=True)

    def on_mount(self) -> None:
        self.border_title = "Find"

    def load(self, document: Document) -> None:
        self.document = document
        self._look()

    def begin(self, wanted: str = "") -> None:
        """Take what is to be found; without anything keep what was."""
        if wanted:
            self.field.value = wanted
            self._look()
        self.field.focus()

    def step(self, by: int) -> None:
        """The next hit (1) or the one before (-1); around at the ends."""
        if self.hits:
            self._choose((self._at + by) % len(self.hits))

    @on(Input.Changed)
    def _look(self) -> None:
        wanted = self.field.value
        self.hits = find(self.document, wanted) if self.document else []
        self._at = -1
        self.found.clear_options()
        self.found.add_options(Option(_line(hit)) for hit in self.hits[:_SHOWN])
        self.said.update(self._summary(wanted))

    @on(Input.Submitted)
    def _next(self, submitted: Input.Submitted) -> None:
        submitted.stop()
        self.step(1)

    @on(OptionList.OptionSelected)
    def _selected(self, selected: OptionList.OptionSelected) -> None:
        selected.stop()
        self._choose(selected.option_index)

    def action_to_list(self) -> None:
        if self.hits:
            self.found.focus()

    def _choose(self, at: int) -> None:
        self._at = at
        if at < _SHOWN:
            self.found.highlighted = at
        self.post_message(self.Chosen(self.hits, at))

    def _summary(self, wanted: str) -> str:
        if not wanted.strip():
            return "All places with page and line; the model is not asked."
        if not self.hits:
            return f"“{figures.one_line(wanted)}” is not in the text of the document."
        pages = len({hit.page for hit in self.hits})
        hits = "1 hit" if len(self.hits) == 1 else f"{figures.count(len(self.hits))} hits"
        where = "1 page" if pages == 1 else f"{figures.count(pages)} pages"
        cut = f", the first {figures.count(_SHOWN)} listed" if len(self.hits) > _SHOWN else ""
        return f"{hits} on {where}{cut}"


def _line(hit: Hit) -> Content:
    before = figures.one_line(hit.before)
    if len(before) > _BEFORE:
        before = "…" + before[-_BEFORE:].partition(" ")[2]
    gap = " " if hit.before[-1:].isspace() else ""
    match = figures.one_line(hit.match)
    after = " " * hit.after[:1].isspace() + figures.one_line(hit.after)
    where = f"p. {figures.one_line(hit.label)}, line {hit.line}  "
    return Content.assemble(where, before, gap, (match, "bold $accent"), after)
