"""The document beside the conversation: its pages, and the ways to one."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message

from sleepdoc.documents.types import Document
from sleepdoc.errors import SleepdocError
from sleepdoc.reading.events import Citation
from sleepdoc.reading.text_find import locate
from sleepdoc.reading.trail import Place
from sleepdoc.viewer import open_file
from sleepdoc.widgets.details import Details
from sleepdoc.widgets.find_pane import FindPane
from sleepdoc.widgets.outline_pane import OutlinePane
from sleepdoc.widgets.page_pane import PagePane
from sleepdoc.widgets.style import beside


class Side(Vertical):
    """Leads from a citation, a hit, a heading or a number to the place on the page."""

    DEFAULT_CSS = beside(__file__)

    class Shown(Message):
        """A place was asked for, and the page has it."""

    page = query_one(PagePane)
    find = query_one(FindPane)
    outline = query_one(OutlinePane)
    details = query_one(Details)

    def compose(self) -> ComposeResult:
        yield PagePane()
        yield FindPane()
        yield OutlinePane()
        yield Details()

    def load(self, document: Document, page: int = 1) -> None:
        """Show another document, from `page` on."""
        self.page.load(document, page)
        self.find.load(document)
        self.outline.load(document)

    def go(self, place: Place, hits: Sequence[Place] = ()) -> None:
        """Show a place, and be ready to go on among `hits`."""
        self.page.go(place, hits)
        self.post_message(self.Shown())

    def cite(self, citation: Citation, among: Sequence[Citation]) -> None:
        """Show what an answer stands on."""
        places = [self._place(each.page, each.quote) for each in among]
        self.go(places[among.index(citation)], places)

    def move(self, by: int) -> None:
        """Back (-1) or forward (1) among what was looked at."""
        self.page.move(by)
        self.post_message(self.Shown())

    def turn(self, by: int) -> None:
        """The page before (-1) or after (1)."""
        self.page.action_turn(by)
        self.post_message(self.Shown())

    @on(FindPane.Chosen)
    def _show_hit(self, chosen: FindPane.Chosen) -> None:
        places = [Place(hit.page, hit.span) for hit in chosen.hits]
        self.go(places[chosen.at], places)

    @on(OutlinePane.Chosen)
    def _show_heading(self, chosen: OutlinePane.Chosen) -> None:
        self.go(self._place(chosen.heading.page, chosen.heading.title))

    @on(PagePane.OpenFile)
    def _open_file(self, wanted: PagePane.OpenFile) -> None:
        try:
            program, *_ = open_file(wanted.document.path, wanted.page)
        except SleepdocError as error:
            self.notify(str(error), severity="warning", markup=False)
        else:
            self.notify(f"Opening {wanted.document.name} with {program}.", markup=False)

    def _place(self, page: int, quote: str) -> Place:
        document = self.page.document
        if document is None or not 1 <= page <= len(document.pages):
            return Place(page)
        return Place(page, locate(document.pages[page - 1].text, quote))
