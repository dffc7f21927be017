"""Words and quotes in page text: exact but for case, accents, marks of typesetting and line breaks.

Text is folded character by character, so that a place in folded text is known in the text itself:
``ﬁ`` is ``fi``, ``ß`` is ``ss``, a letter and an accent behind it are the letter, and a soft hyphen
or a hyphen at a line end is nothing.
"""

import bisect
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sleepdoc.documents.types import Document

_PLAIN = {
    **dict.fromkeys("‘’‚‛′‹›", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
}
_FOLDED = re.compile(r"[^\x00-\x7f]|(?<=\w)[-\u00ad\u2010][^\S\n]*\n[^\S\n]*(?=[^\W\d_])")
"""What is not its own folded form: a character, or a line end in a word."""
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_LONGEST_START = 8
"""Words of a quote that still identify its place where the whole of it does not stand there."""


@lru_cache(maxsize=1 << 12)
def _folded(found: str) -> str:
    """What stands for one character, or for a line end in a word."""
    if len(found) > 1:
        return ""
    plain = _PLAIN.get(found)
    if plain is None:
        letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", found).casefold())
        plain = "".join(char for char in letters if not "\u0300" <= char <= "\u036f")
    return plain


class _Text:
    """Folded text, and where its characters come from."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at, self._shift = [0], [0]
        pieces, end, length = [], 0, 0
        for match in _FOLDED.finditer(text):
            pieces += [text[end : match.start()], _folded(match[0])]
            length += match.start() - end
            end = match.end()
            # Each character of the folded form comes from the whole of what was folded.
            for step in range(len(pieces[-1])):
                self._mark(length + step, match.start())
            length += len(pieces[-1])
            self._mark(length, end)
        self.folded = "".join([*pieces, text[end:]])

    def _mark(self, at: int, origin: int) -> None:
        if self._at[-1] == at:
            self._at.pop()
            self._shift.pop()
        self._at.append(at)
        self._shift.append(origin - at)

    def _origin(self, at: int) -> int:
        return at + self._shift[bisect.bisect(self._at, at) - 1]

    def span(self, start: int, end: int) -> "Span":
        """Where a stretch of the folded text stands, with the accents of its last letter."""
        last = self._origin(end - 1) + 1
        while last < len(self._text) and unicodedata.combining(self._text[last]):
            last += 1
        return Span(self._origin(start), last)


@dataclass(frozen=True)
class Span:
    """A stretch of a page's text, in characters."""

    start: int
    end: int


@dataclass(frozen=True)
class Hit:
    """One place where a document has what was looked for."""

    page: int
    label: str
    line: int
    """Line of the page's text, from 1."""
    span: Span
    before: str
    match: str
    after: str
    """The line around it, as it stands there; a match that goes on in the next line is cut."""


def spans(text: str, wanted: str) -> Iterator[Span]:
    """Where `wanted` stands in `text`; nothing for blank `wanted`."""
    words = _Text(wanted).folded.split()
    if words:
        # A hyphen that stands at a line end is not seen.
        pattern = r"\s+".join(
            _HYPHEN.sub("-?", re.escape(word).replace(r"\-", "-")) for word in words
        )
        within = _Text(text)
        for match in re.finditer(pattern, within.folded, re.IGNORECASE):
            yield within.span(*match.span())


def find(document: Document, wanted: str) -> list[Hit]:
    """All places in a document, in order."""
    return [
        _hit(page.number, page.label, page.text, span)
        for page in document.pages
        for span in spans(page.text, wanted)
    ]


def locate(text: str, quote: str) -> Span | None:
    """Where a quote stands on its page; of one that was put together, where it begins."""
    found = next(spans(text, quote), None)
    words = quote.split()
    if found is None and len(words) > _LONGEST_START:
        return next(spans(text, " ".join(words[:_LONGEST_START])), None)
    return found


def _hit(page: int, label: str, text: str, span: Span) -> Hit:
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    end = len(text) if end < 0 else end
    stop = min(span.end, end)
    line = text.count("\n", 0, start) + 1
    parts = text[start : span.start], text[span.start : stop], text[stop:end]
    return Hit(page, label, line, span, *parts)
