"""What of the stored text is put in front of a question: the one place where that is decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sleepdoc.documents.types import Document, Page
from sleepdoc.errors import StorageError
from sleepdoc.reading import inquiries
from sleepdoc.reading.events import Citation
from sleepdoc.reading.summaries import NOTHING, Past
from sleepdoc.store import Store
from sleepdoc.store.search import StoredIndex
from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.fusion import Similar
from sleepdoc_model.recall.inquiry import inquire
from sleepdoc_model.recall.packing import Packer, Quote, ranked
from sleepdoc_model.recall.parts import parts
from sleepdoc_model.recall.query import Turn, ask_each, leans
from sleepdoc_model.recall.whole import FRONT, TITLE
from sleepdoc_model.recall.written import packer, write

_FRONT = 3
"""Pages on which a document's title stands, and who made it."""
_FRONT_SHARE = 0.5
"""Share of the tokens for what stands there, where that is asked for."""
_AROUND = 220
"""Tokens of a passage with what stands around it."""


class StoredText:
    """A stored document, or as much of it as has been read."""

    def __init__(self, store: Store, sha256: str, *, before_page: int | None = None) -> None:
        self._store, self._sha256, self._before = store, sha256, before_page
        self._pages: dict[int, Page] = {}

    @cached_property
    def index(self) -> StoredIndex:
        return self._store.index(self._sha256, before_page=self._before)

    def vectors(self, model: str) -> dict[int, bytes]:
        """What a model made of sentences, by their number in the document."""
        return self._store.vectors(self._sha256, model)

    @property
    def whole(self) -> bool:
        """Whether this is all of the document."""
        return self._before is None

    @property
    def read(self) -> int | None:
        """How many pages have been read to their end; None: all there are."""
        return None if self._before is None else max(0, self._before - 1)

    def page(self, number: int) -> Page:
        """A page, verified."""
        if number not in self._pages:
            self._pages[number] = self._store.page(self._sha256, number)
        return self._pages[number]

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """All pages there are, verified."""
        before = self._before
        return tuple(p for p in self._document.pages if before is None or p.number < before)

    def title(self) -> str:
        """The title, if it stands on one of the first pages: the name of a file rarely does."""
        words = terms(self._document.title)
        front = {term for page in self.front for term in terms(page.text)}
        return self._document.title if words and front.issuperset(words) else ""

    @property
    def front(self) -> tuple[Page, ...]:
        """The first pages."""
        return self.pages[:_FRONT]

    @cached_property
    def _document(self) -> Document:
        document = self._store.document(self._sha256)
        if document is None:  # of no pages all answers would be "none"
            raise StorageError("The text of the document is missing; sleepdoc doctor says more.")
        return document


@dataclass(frozen=True)
class Recalled:
    """What was found for a question."""

    passages: list[list[int]]
    """The tokens of what is put in front of the question."""
    citations: tuple[Citation, ...]
    """What each of them says, and where it stands; the best first."""
    lookup: str = ""
    """How it was found, if not by ranking what the question asks for."""
    answer: str = ""
    """The answer, where it is a matter of looking or counting."""
    leans: bool = False
    """Whether the question leans on the turn before it."""
    instead: str = ""
    """The answer, should the model's not stand in what was found."""
    preface: str = ""
    """What stands before that, and is no part of the text."""
    itself: bool = False
    """Whether the first passage is what the text says of itself: an answer has to stand there."""
    within: str = ""
    """Where alone it was looked for; empty if that was everywhere, or it is there for sure."""

    @property
    def tokens(self) -> list[int]:
        """Those of all passages."""
        return [token for passage in self.passages for token in passage]

    @property
    def text(self) -> str:
        """What was found, without marks."""
        return self.text_of(None)

    def text_of(self, place: int | None) -> str:
        """What stands in the passage at a place; None: in all."""
        read = self.citations if place is None else self.citations[place : place + 1]
        return " ".join(citation.quote for citation in read)


def recall(
    text: StoredText,
    question: str,
    *,
    before: Sequence[Turn] = (),
    past: Past = NOTHING,
    tokens: int,
    encode: Callable[[str], list[int]],
    likeness: Callable[[str], Similar] = lambda question: {},
) -> Recalled:
    """Look up what `text` has for a question, in at most `tokens` tokens.

    Args:
        before: the turns before it, which a question may lean on.
        past: what was written down of the text, and when what was asked.
        likeness: how like a question passages are, as far as that is known.
    """
    packing = packer(lambda number: text.page(number).text, encode)
    if inquiry := inquire(question):
        found = inquiries.answer(
            inquiry, text.pages, packing, tokens, whole=text.whole, past=past, title=text.title
        )
        if found:
            return Recalled(
                *_write(text, found.quotes, tokens, encode),
                lookup=found.lookup,
                answer=found.answer,
                instead=found.instead,
                preface=found.preface,
                itself=found.itself,
                within=found.within,
            )
    asked = parts(question)
    leaning = bool(before) and leans(asked[0])
    # What a question leans on would be missing from its vector.
    similar = [
        {} if (before or n) and leans(each) else likeness(each) for n, each in enumerate(asked)
    ]
    quotes = ranked(text.index, ask_each(asked, before), packing, tokens, similar)
    if any(FRONT.match(each) or TITLE.match(each) for each in asked):
        quotes = _with_front(quotes, text, packing, int(tokens * _FRONT_SHARE))
    return Recalled(*_write(text, quotes, tokens, encode), leans=leaning)


def widened(recalled: Recalled, text: StoredText, encode: Callable[[str], list[int]]) -> Recalled:
    """The same passages, each with what stands around it on its page."""
    packing = packer(lambda number: text.page(number).text, encode)
    quotes = [packing.widened(Quote(c.page, c.start, c.end), _AROUND) for c in recalled.citations]
    room = sum(max(_AROUND, len(passage)) for passage in recalled.passages)
    passages, citations = _write(text, quotes, 2 * room, encode)
    return replace(recalled, passages=passages, citations=citations)


def _with_front(
    quotes: Sequence[Quote], text: StoredText, packing: Packer, tokens: int
) -> list[Quote]:
    """How a document begins, in at most `tokens` tokens, before what else of it is quoted. It
    hardly ever has the words of a question such as "Who wrote this?"."""
    sentences = [each for page in text.front for each in packing.sentences(page.number)]
    front = packing.fill(sentences, tokens)
    ends = {quote.page: quote.end for quote in front}
    return [*front, *(quote for quote in quotes if quote.start >= ends.get(quote.page, 0))]


def _write(
    text: StoredText,
    quotes: Sequence[Quote],
    tokens: int,
    encode: Callable[[str], list[int]],
) -> tuple[list[list[int]], tuple[Citation, ...]]:
    """The tokens of quotes with their page labels, and the quotes."""

    def page(number: int) -> tuple[str, str]:
        return text.page(number).label, text.page(number).text

    written, kept = write(quotes, page, tokens, encode)
    citations = (Citation(q.page, page(q.page)[0], words, q.start, q.end) for q, words in kept)
    return written, tuple(citations)
