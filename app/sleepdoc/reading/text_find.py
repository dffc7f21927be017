"""Words and quotes in page text: exact but for case, accents, quote marks and line breaks."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sleepdoc.documents.types import Document

_PLAIN = {
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),
    "\u00a0": " ",
}
_LONGEST_START = 8
"""Words of a quote that still identify its place where the whole of it does not stand there."""


class _Folding(dict[int, str]):
    """A translation table made as characters are met. One character stays one character, so that
    places in folded text are places in the text itself."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        base = unicodedata.normalize("NFKD", character)[:1]
        kept = base if len(base.encode()) == 1 and base.isprintable() else character
        self[code] = folded = _PLAIN.get(character, kept)
        return folded


_FOLDING = _Folding()


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
    words = wanted.translate(_FOLDING).split()
    if words:
        pattern = r"\s+".join(map(re.escape, words))
        for match in re.finditer(pattern, text.translate(_FOLDING), re.IGNORECASE):
            yield Span(*match.span())


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
