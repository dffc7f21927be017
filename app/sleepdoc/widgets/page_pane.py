"""A page of the document beside the conversation: what is cited can be read where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive

from sleepdoc import figures
from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.page_number import page_number
from sleepdoc.reading.trail import Place, Trail
from sleepdoc.widgets.lines import MUTED, Lines, spread
from sleepdoc.widgets.page_text import PageText
from sleepdoc.widgets.style import beside

_ABOVE = 3
"""Lines of the page to keep in view above a marked sentence."""


@dataclass(frozen=True)
class Around:
    """What lies around the page that is shown."""

    before: str = ""
    after: str = ""
    hits: str = ""


class PageFoot(Lines):
    """Where the arrow keys lead."""

    around = reactive(Around())

    def lines(self, width: int) -> list[Content]:
        left = f"← {self.around.before}" if self.around.before else ""
        right = f"{self.around.after} →" if self.around.after else ""
        middle = self.around.hits
        gap = max(1, (width - len(middle)) // 2 - len(left))
        head = Content.styled(left + " " * gap + middle, MUTED)
        return [spread(head, Content.styled(right, MUTED), width)]


class PagePane(Vertical):
    """Shows places of one document, and goes back and forward among them."""

    DEFAULT_CSS = beside(__file__)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Previous page", id="page.previous", show=False),
        Binding("right", "turn(1)", "Next page", id="page.next", show=False),
        Binding("n", "hit(1)", "Next hit", id="page.next-hit"),
        Binding("N", "hit(-1)", "Previous hit", id="page.previous-hit", show=False),
        Binding("o", "open", "Open file", id="page.open", tooltip="Open the file at this page"),
        Binding("g", "ask_page", "Go to", id="page.go-to", tooltip="Go to a page or its label"),
    ]

    @dataclass
    class OpenFile(Message):
        """The file is to be opened at a page, in another program."""

        document: Document
        page: int

    class AskPage(Message):
        """The person wants to say where to go."""

    @dataclass
    class Turned(Message):
        """Another page is shown."""

        page: int

    text = query_one(PageText)
    scroll = query_one("#page-scroll", VerticalScroll)
    foot = query_one(PageFoot)

    def __init__(self) -> None:
        super().__init__()
        self.document: Document | None = None
        self._trail = Trail()
        self._hits: list[Place] = []

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="page-scroll"):
            yield PageText()
        yield PageFoot()

    def load(self, document: Document, page: int = 1) -> None:
        """Show another document, from `page` on."""
        self.document = document
        self._trail, self._hits = Trail(), []
        self.go(Place(max(1, page)))

    @property
    def page(self) -> int:
        """Number of the page that is shown; 0 without a document."""
        here = self._trail.here
        return 0 if here is None else here.page

    def number(self, wanted: str) -> int | None:
        """The page that is meant by a label or a number."""
        return page_number(self.document, wanted) if self.document else None

    def go(self, place: Place, hits: Sequence[Place] = ()) -> None:
        """Show a place, and be ready to go on among `hits`."""
        if hits:
            self._hits = list(hits)
        elif place not in self._hits:
            self._hits = []
        self._trail.go(place)
        self._show()

    def move(self, by: int) -> None:
        """Back (-1) or forward (1)."""
        if self._trail.move(by) is not None:
            self._show()

    def action_turn(self, by: int) -> None:
        if self.document and 1 <= self.page + by <= len(self.document.pages):
            hits, self._hits = self._hits, []
            self._trail.go(Place(self.page + by))
            self._hits = hits
            self._show()

    def action_hit(self, by: int) -> None:
        if not self._hits:
            return
        here = self._trail.here
        if here in self._hits:
            at = (self._hits.index(here) + by) % len(self._hits)
        else:
            ahead = [n for n, hit in enumerate(self._hits) if hit.page >= self.page]
            at = (ahead[0] if ahead else 0) if by > 0 else ((ahead or [0])[0] - 1)
        self._trail.go(self._hits[at])
        self._show()

    def action_open(self) -> None:
        if self.document is not None:
            self.post_message(self.OpenFile(self.document, self.page))

    def action_ask_page(self) -> None:
        self.post_message(self.AskPage())

    def _show(self) -> None:
        here, document = self._trail.here, self.document
        if here is None or document is None:
            return
        pages = document.pages
        page = pages[here.page - 1]
        self.border_title = Content(_title(page, len(pages)))
        self.text.page, self.text.span = page, here.span
        self.foot.around = Around(
            _short(pages[page.number - 2]) if page.number > 1 else "",
            _short(pages[page.number]) if page.number < len(pages) else "",
            self._where(here),
        )
        self.call_after_refresh(self._scroll_to_mark)
        self.post_message(self.Turned(page.number))

    def _where(self, here: Place) -> str:
        if not self._hits:
            return ""
        number = self._hits.index(here) + 1 if here in self._hits else "–"
        return f"hit {number}/{figures.count(len(self._hits))}  n N"

    def _scroll_to_mark(self) -> None:
        rows = self.text.marked(self.text.content_size.width)
        top = 0 if rows is None else max(0, rows[0] - _ABOVE)
        self.scroll.scroll_to(y=top, animate=False)


def _title(page: Page, pages: int) -> str:
    where = f"Page {figures.count(page.number)} of {figures.count(pages)}"
    label = figures.one_line(page.label)
    return where if label in ("", str(page.number)) else f"{where} (p. {label})"


def _short(page: Page) -> str:
    return f"p. {figures.one_line(page.label) or page.number}"
