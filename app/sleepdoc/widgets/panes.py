"""The conversation and what can be looked at beside it, and which of them has the keys."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive

from sleepdoc.errors import UsageError
from sleepdoc.reading.trail import Place
from sleepdoc.widgets.chat import Chat
from sleepdoc.widgets.citation import CitationView
from sleepdoc.widgets.pane_tabs import Pane
from sleepdoc.widgets.side import Side
from sleepdoc.widgets.style import beside


class Panes(Horizontal):
    """Side by side where the screen is wide, else one at a time."""

    DEFAULT_CSS = beside(__file__)

    @dataclass
    class Changed(Message):
        """Another pane is looked at."""

        pane: Pane

    chat = query_one(Chat)
    side = query_one(Side)

    pane = reactive(Pane.CHAT, init=False)

    def compose(self) -> ComposeResult:
        yield Chat()
        yield Side()

    @property
    def away(self) -> bool:
        """Whether something else than the conversation is being looked at."""
        return self.pane is not Pane.CHAT or self.screen.focused is not self.chat.prompt

    def show(self, pane: Pane) -> None:
        """Look at a pane, and hand it the keys."""
        self.pane = pane
        match pane:
            case Pane.CHAT:
                self.chat.prompt.focus()
            case Pane.PAGE:
                self.side.page.scroll.focus()
            case Pane.FIND:
                self.side.find.begin()
            case Pane.OUTLINE:
                self.side.outline.begin(self.side.page.page)
            case Pane.DETAILS:
                self.side.details.focus()

    def toggle(self, pane: Pane) -> None:
        """Look at a pane, or back at the conversation."""
        self.show(Pane.CHAT if self.pane is pane else pane)

    def watch_pane(self, before: Pane, pane: Pane) -> None:
        self.remove_class(f"-at-{before.value}")
        self.add_class(f"-at-{pane.value}")
        if Pane.DETAILS in (before, pane):
            self.chat.transcript.show_details(pane is Pane.DETAILS)
        self.post_message(self.Changed(pane))

    def scroll(self, pages: int) -> None:
        """Scroll what is being read: the page if that is looked at, else the conversation."""
        target = self.side.page.scroll if self.pane is Pane.PAGE else self.chat.transcript
        if pages < 0:
            target.scroll_page_up()
        else:
            target.scroll_page_down()

    def find(self, wanted: str = "") -> None:
        """Look for words in the document; for the same again, go on to the next hit."""
        if not wanted and self.pane is Pane.FIND and self.side.find.hits:
            self.side.find.step(1)
        else:
            self.show(Pane.FIND)
            self.side.find.begin(wanted)

    def page_number(self, wanted: str) -> int:
        """The page of a label or a number.

        Raises:
            UsageError: there is none.
        """
        found = self.side.page.number(wanted)
        if found is None:
            pages = len(self.side.page.document.pages) if self.side.page.document else 0
            raise UsageError(f"There is no page {wanted!r}; there are {pages}.")
        return found

    def go_to_page(self, number: int) -> None:
        """Show a page."""
        self.side.go(Place(number))

    def cite(self, number: int) -> None:
        """Show what the latest answer cites under a number, if it does."""
        turn = self.chat.transcript.latest
        citations = turn.answer.citations if turn else ()
        if number <= len(citations):
            self.side.cite(citations[number - 1], citations)

    @on(CitationView.Opened)
    def _open_citation(self, opened: CitationView.Opened) -> None:
        self.side.cite(opened.citation, opened.among)

    @on(Side.Shown)
    def _show_page(self) -> None:
        """Where there is no room beside the conversation, the page takes its place."""
        if not self.screen.has_class("-wide"):
            self.show(Pane.PAGE)
