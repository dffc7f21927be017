"""The document as one stream of tokens, and where its pages lie in it."""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from sleepdoc.documents.types import Document, Page
from sleepdoc.reading.events import Progress

_EXCERPT = 96


class DocumentTokens:
    """Every page is tokenised on its own, so the stream does not depend on how it is read."""

    def __init__(self, document: Document, encode: Callable[[str], list[int]]) -> None:
        self._document = document
        written = [page for page in document.pages if page.text]
        tokens = [encode(page.text + "\n\n") for page in written]
        self._pages = written
        self._starts = [0, *accumulate(map(len, tokens))]
        self._tokens = [token for page in tokens for token in page]

    @property
    def total(self) -> int:
        return len(self._tokens)

    def between(self, start: int, end: int) -> list[int]:
        return self._tokens[start:end]

    def page_at(self, position: int) -> Page:
        """The page that token number `position` belongs to, counted from 0."""
        return self._pages[self._index(position)]

    def progress(self, read: int, slept: int = 0) -> Progress:
        """Where reading stands after `read` tokens, `slept` of which have been slept on."""
        pages = len(self._document.pages)
        if read == 0:
            return Progress(0, "", pages, 0, self.total)
        page = self.page_at(read - 1)
        slept_page = self.page_at(slept - 1).number if slept else 0
        return Progress(page.number, page.label, pages, read, self.total, slept_page)

    def excerpt(self, read: int) -> str:
        """A line of the text just read."""
        index = self._index(read - 1)
        start, end = self._starts[index : index + 2]
        text = self._pages[index].text
        stop = len(text) * (read - start) // (end - start)
        words = text[max(0, stop - _EXCERPT) : stop].split()
        return " ".join(words if stop <= _EXCERPT else words[1:])

    def _index(self, position: int) -> int:
        return bisect_right(self._starts, position, hi=len(self._pages)) - 1
