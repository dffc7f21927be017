"""The sentences of running text on a page: no headings, contents, tables or code, and no halves."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from sleepdoc_model.recall.contents import contents
from sleepdoc_model.recall.folding import words
from sleepdoc_model.recall.passages import sentences, title
from sleepdoc_model.recall.stop_words import STOP_WORDS

_SHORTEST, _LONGEST = 50, 400
"""Characters of a sentence of running text; titles and addresses have fewer, tables more."""
_LETTERS = 0.7
"""The least share of letters in one; figures, code and lines of a table of contents have less."""
_CAPITALS, _NAMES = 0.3, 0.75
"""The most capitals among its letters, and the most words with a capital among its content words;
title pages and lists of names have more."""
_ENDED = re.compile("[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019\u00bb)\\]*_]*\\Z")
_ITEM = re.compile(r"(?:[-*\u2022\u25e6\u2013>!]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])\s+")
"""What stands before an item of a list; the item itself may be a sentence."""
_REFERENCE = re.compile(r"\s\|\s|\s\.(?:\s|\Z)|\.{3}|(?:\. ){2}|[.\s]\d{1,3}\s*\Z")
_NUMBERED = re.compile(r"\W?\d+(?:\.\w|\s+\d)")
"""How a numbered heading and an entry of a list of figures begin."""
_LABEL = re.compile(
    r"(?:Abstract|Summary|Introduction|Overview|Preface)[.:\u2014\s]+"
    r"(?=(?:An?|In|Our|The|These|This|We)\b)"
)
"""A heading that stands in the line of its text."""
_LINK = re.compile(r"!?\[([^\[\]]+)\]\([^()\s]*\)")
_ADDRESS = re.compile(r"\s*\(https?:\s?//[^()]*\)")
_STRESS = re.compile(r"(?<![\w*_])(?:\*{1,3}|_|`)(?=\S)|(?<=\S)(?:\*{1,3}|_|`)(?![\w*_])")


class Page(Protocol):
    """A page of a document."""

    @property
    def number(self) -> int: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Sentence:
    """A sentence of running text, in one line and without marks of Markdown, and where it
    stands."""

    page: int
    start: int
    end: int
    text: str
    opens: bool = False
    """Whether a paragraph begins with it."""


def prose(pages: Iterable[Page]) -> Iterator[Sentence]:
    """The sentences of running text on pages, in order."""
    for page in pages:
        spans = sentences(page.text)
        entries = contents(page.text, spans)
        for place, (start, end) in enumerate(spans):
            row = page.text.startswith("|", page.text.rfind("\n", 0, start) + 1)
            if row or place in entries:
                continue
            item = _ITEM.match(page.text, start, end)
            if not item and not _begins(page.text, start):
                continue
            opens = not item and _apart(page.text, start)
            start = item.end() if item else start
            text = _plain(" ".join(page.text[start:end].split()))
            if _running(text):
                yield Sentence(page.number, start, end, text, opens)


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins here, and not the rest of one that was cut or began on the page
    before."""
    before = text[:start].rstrip()
    if _ENDED.search(before[-8:]):
        return True
    heading = before[before.rfind("\n") + 1 :].startswith("#")
    return (_apart(text, start) or heading) and not text[start].islower()


def _apart(text: str, start: int) -> bool:
    """Whether an empty line stands before, or nothing at all."""
    before = text[:start].rstrip()
    return not before or text.count("\n", len(before), start) > 1


def _plain(text: str) -> str:
    """Without the marks of Markdown, addresses of the web and a heading in the same line."""
    text = _ADDRESS.sub("", _STRESS.sub("", _LINK.sub(r"\1", text)))
    return _LABEL.sub("", text, count=1) if _LABEL.match(text) else text


def _running(text: str) -> bool:
    if not _SHORTEST <= len(text) <= _LONGEST or not _ENDED.search(text) or title(text):
        return False
    if text.count("(") != text.count(")") or _NUMBERED.match(text):
        return False
    letters = sum(character.isalpha() or character == " " for character in text)
    if letters < _LETTERS * len(text) or _REFERENCE.search(text.rstrip("!?").removesuffix(".")):
        return False
    capitals = sum(map(str.isupper, text))
    telling = [word for word in words(text) if word.casefold() not in STOP_WORDS]
    names = sum(word[0].isupper() for word in telling)
    return capitals <= _CAPITALS * letters and names <= _NAMES * len(telling)
