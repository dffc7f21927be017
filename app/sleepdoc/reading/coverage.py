"""What has become of every page: in memory, in the window, unread, or without text."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sleepdoc.documents.types import Document
from sleepdoc.reading.events import Progress, SleptPages


class PageState(enum.Enum):
    """The sign that stands for it."""

    MEMORY = "m"
    WINDOW = "w"
    UNREAD = "."
    NO_TEXT = "-"
    LET_GO = "s"


WORDS = {
    PageState.MEMORY: "memory",
    PageState.WINDOW: "window",
    PageState.UNREAD: "unread",
    PageState.NO_TEXT: "no text",
    PageState.LET_GO: "text search only",
}


@dataclass(frozen=True)
class Coverage:
    """Page by page. A page that is in part in memory counts as in memory."""

    pages: int
    empty: frozenset[int] = frozenset()
    progress: Progress | None = None
    sleeps: tuple[SleptPages, ...] = ()
    cited: frozenset[int] = frozenset()
    gists: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What the pages of a sleep are about, by the first and the last of them."""
    remembers: bool = True
    """Whether the model has a memory; without one a window is only let go."""

    @classmethod
    def of(cls, document: Document) -> "Coverage":
        """Of a document that nothing is read of yet."""
        empty = frozenset(page.number for page in document.pages if not page.text.strip())
        return cls(len(document.pages), empty)

    def state(self, page: int) -> PageState:
        """What has become of page number `page`, from 1."""
        if page in self.empty:
            return PageState.NO_TEXT
        if self.progress is None or page > self.progress.page:
            return PageState.UNREAD
        if page > self.progress.slept_page:
            return PageState.WINDOW
        return PageState.MEMORY if self.remembers else PageState.LET_GO

    def sleep_of(self, page: int) -> SleptPages | None:
        """The sleep that put a page into memory; of several, the last."""
        found = [slept for slept in self.sleeps if slept.first <= page <= slept.last]
        return found[-1] if found else None

    def gist_of(self, page: int) -> str:
        """What the sleep was about that put a page into memory; empty if that is not written."""
        slept = self.sleep_of(page)
        return self.gists.get((slept.first, slept.last), "") if slept else ""

    def told(self, first: int, last: int, gist: str) -> "Coverage":
        return replace(self, gists={**self.gists, (first, last): gist})

    def slept(self, sleep: SleptPages) -> "Coverage":
        return replace(self, sleeps=(*self.sleeps, sleep))
