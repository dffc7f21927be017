"""What ranking needs of an index, and an index in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sleepdoc_model.recall.folding import terms
from sleepdoc_model.recall.passages import Span, passages


@dataclass(frozen=True)
class Indexed:
    """A passage as terms, and where it stands."""

    id: int
    """Its number in the index; passages that come later in the text have higher ones."""
    page: int
    start: int
    end: int
    """Of its stretch of the page, in characters."""
    terms: Sequence[str]
    heading: Sequence[str]
    sentences: Span
    """Numbers in the document, from 0, of its first and its last sentence."""


class Index(Protocol):
    """The passages of one document. All figures are of that document alone."""

    @property
    def size(self) -> int:
        """Number of passages."""

    @property
    def mean_length(self) -> float:
        """Terms of a passage, on average."""

    def holders(self, term: str) -> Sequence[int]:
        """Ids of the passages that have a term, in their text or heading."""

    def load(self, ids: Sequence[int]) -> list[Indexed]:
        """The passages with these ids, in any order."""


class MemoryIndex:
    """An `Index` of pages at hand."""

    def __init__(self, pages: Iterable[tuple[int, str]]) -> None:
        """Cut and index pages, given as number and text in the order of the document."""
        self._passages = list(indexed(pages))
        self._holders: dict[str, list[int]] = {}
        for passage in self._passages:
            for term in {*passage.terms, *passage.heading}:
                self._holders.setdefault(term, []).append(passage.id)
        lengths = [len(passage.terms) for passage in self._passages]
        self.size = len(lengths)
        self.mean_length = sum(lengths) / max(1, self.size)

    def holders(self, term: str) -> Sequence[int]:
        return self._holders.get(term, ())

    def load(self, ids: Sequence[int]) -> list[Indexed]:
        return [self._passages[id] for id in ids]


def indexed(pages: Iterable[tuple[int, str]]) -> Iterable[Indexed]:
    """The passages of a document, numbered from 0: what every index holds."""
    heading, id, before = "", 0, 0
    for number, text in pages:
        found, heading = passages(text, heading)
        for each in found:
            first, last = each.sentences
            yield Indexed(
                id,
                number,
                each.start,
                each.end,
                terms(text[each.start : each.end]),
                terms(each.heading),
                (before + first, before + last),
            )
            id += 1
        before += found[-1].sentences[1] + 1 if found else 0
