"""The document as one stream of tokens, and where its pages lie in it."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, groupby

from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import MismatchError
from sleepdoc.reading.events import Progress
from sleepdoc.store import Place
from sleepdoc_model.engine import Stretch
from sleepdoc_model.tokenizer import token_places

_EXCERPT = 96


class DocumentTokens:
    """Every page is tokenised on its own, so the stream does not depend on how it is read."""

    def __init__(
        self, document: Document, encode: Callable[[str], list[int]], counts: Sequence[int] = ()
    ) -> None:
        """
        Args:
            counts: the tokens of each page with text, if that is known from before; a page is
                then tokenised when it is first asked for.
        """
        self._document = document
        self._encode = encode
        self._pages = [page for page in document.pages if page.text]
        self._known: dict[int, list[int]] = {}
        self.counts = list(counts) or [len(self._page(at)) for at in range(len(self._pages))]
        self._starts = [0, *accumulate(self.counts)]

    @property
    def total(self) -> int:
        return self._starts[-1]

    def between(self, start: int, end: int) -> list[int]:
        """Tokens of the stream from one place to another.

        Raises:
            MismatchError: a page has not as many as it had.
        """
        found: list[int] = []
        for at in range(self._index(start), len(self._pages)):
            first = self._starts[at]
            if first >= end:
                break
            page = self._page(at)
            if len(page) != self.counts[at]:
                raise MismatchError(
                    "The document was read with another version of the model's vocabulary; "
                    "read it anew, with `sleepdoc open FILE`."
                )
            found += page[max(0, start - first) : end - first]
        return found

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

    def places(
        self, sentences: Iterable[Place], piece: Callable[[int], bytes]
    ) -> list[tuple[Place, Stretch]]:
        """Where sentences stand in the stream.

        Args:
            piece: the bytes that a token stands for.
        """
        found: list[tuple[Place, Stretch]] = []
        at = {page.number: number for number, page in enumerate(self._pages)}
        for number, group in groupby(sentences, key=lambda sentence: sentence.page):
            here, page = list(group), at[number]
            spans = [(sentence.start, sentence.end) for sentence in here]
            start = self._starts[page]
            stretches = token_places(self._pages[page].text, map(piece, self._page(page)), spans)
            found += zip(here, ((start + a, start + b) for a, b in stretches), strict=True)
        return found

    def _index(self, position: int) -> int:
        return bisect_right(self._starts, position, hi=len(self._pages)) - 1

    def _page(self, at: int) -> list[int]:
        if at not in self._known:
            self._known[at] = self._encode(self._pages[at].text + "\n\n")
        return self._known[at]
