"""Cutting a page: sentences, and passages of a few whole sentences that overlap."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
"""Start and end of a stretch of a page's text, in characters."""

_FULL = 420
"""Characters a passage does not grow beyond by a further sentence."""
_LONGEST = 360
"""A longer sentence is cut, at the best place there is."""
_LONGEST_HEADING = 80

_STOP = re.compile(
    "[.!?\u2026][\"'\u201d\u2019)\\]*_]*(?=\\s)\\s*|[\u3002\uff01\uff1f][\u300d\u300f\u201d]*\\s*"
)
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Mt|Rev|Hon|Gen|Col|Capt|Lt|Sgt|Jr|Sr|Nos?|Vol|Figs?|Sec|Ch|"
    r"Art|Eq|Eds?|pp?|cf|vs?|viz|etc|al|ca?|approx|Inc|Ltd|Co|Corp|e\.g|i\.e|a\.m|p\.m|z\.B|d\.h)\Z"
)
_NUMBER = re.compile(r"(?:\A|\n)[#\s]*(?:[A-Z]\.)?\d{1,3}(?:\.\d{1,3})*\Z")
_BREAK = re.compile(
    # an empty line; a heading of Markdown; before an item of a list or a row of a table
    r"\n[^\S\n]*\n\s*|(?:\A|(?<=\n))#[^\n]*\n"
    "|\n(?=[^\\S\n]*(?:[-*\u2022\u25e6\u2013|#>]\\s?|\\(?(?:\\d{1,3}|[a-z]|[ivx]{1,4})[.)]\\s))"
)
LINE = re.compile(r"[^\n]*\S[^\n]*")
LINE_END = 24
"""Characters at the end of a line that tell an entry of a table of contents."""
_LED = re.compile(
    r"(?:(?:[.\u00b7]\s?){3}|[\u2025\u2026])\s*(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]-?\d{1,3})\Z"
)
_CUTS = tuple(map(re.compile, ("\n", "[;:\u2014\uff1b]\\s+", "[,\u3001\uff0c]\\s*", "\\s+")))

_MARKDOWN = re.compile(r"#{1,6}\s+(.+?)\s*#*\Z")
_HEADING = re.compile(
    r"(?=\d|[A-Z][^?\n]*\Z)"  # numbered, or no question
    r"(?![^\n]*[<>=(){}\[\]$\\|])(?=[^\n]*[^\W\d]{3})"  # words rather than code
    "[^\n]*[^.,;:\u3002\n]\\Z"
)


@dataclass(frozen=True)
class Passage:
    """Where a few sentences stand on their page."""

    start: int
    end: int
    heading: str
    """Of the section they stand in; empty if there is none."""
    sentences: Span
    """Places of the first and the last of them among those of the page."""


def passages(text: str, heading: str = "") -> tuple[list[Passage], str]:
    """Cut one page into passages, each beginning with a sentence of the one before it.

    Args:
        heading: the one in force where the page begins.

    Returns:
        The passages in order, and the heading in force where the page ends.
    """
    spans = sentences(text)
    headings = headings_of(text, spans, heading)
    found: list[Passage] = []
    first = 0
    while first < len(spans):
        last = first
        while last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= _FULL:
            last += 1
        if not found or found[-1].end < spans[last][1]:
            start, end = spans[first][0], spans[last][1]
            found.append(Passage(start, end, headings[last], (first, last)))
        first = max(first + 1, (first + last + 2) // 2)
    return found, headings[-1] if headings else heading


def headings_of(text: str, spans: Iterable[Span], heading: str = "") -> list[str]:
    """For every sentence of a page the heading it stands under, or is; `heading` is the one in
    force where the page begins."""
    found = []
    for start, end in spans:
        heading = title(text[start:end]) or heading
        found.append(heading)
    return found


def sentences(text: str) -> list[Span]:
    """Spans of the sentences of a page, without the white space around them.

    Headings, items of lists, rows of tables and entries of a table of contents count as sentences.
    An overlong one is cut.
    """
    return [
        span
        for piece in _pieces(text)
        for part in _short_enough(text, *piece)
        if (span := _stripped(text, *part))
    ]


def touched(spans: Sequence[Span], place: Span) -> tuple[int, int]:
    """Which is the first, and which the last, of the spans that share a character with a place."""
    here = [n for n, (start, end) in enumerate(spans) if start < place[1] and end > place[0]]
    return here[0], here[-1]


def title(sentence: str) -> str:
    """The heading that a sentence is, or nothing if it is none or an entry of contents."""
    if match := _MARKDOWN.match(sentence):
        return match[1]
    short = len(sentence) <= _LONGEST_HEADING and not any(led(sentence))
    return sentence if short and _HEADING.match(sentence) else ""


def led(text: str) -> Iterator[Span]:
    """Lines with dots that lead to the label of a page: entries of a table of contents."""
    for line in LINE.finditer(text):
        if _LED.search(line[0].rstrip()[-LINE_END:]):
            yield line.span()


def _pieces(text: str) -> Iterator[Span]:
    ends = {match.end() for match in _BREAK.finditer(text)}
    ends |= {match.end() for match in _STOP.finditer(text) if not _goes_on(text, match)}
    for first, last in led(text):
        ends -= set(range(first, last))
        ends |= {first, last}
    start = 0
    for end in sorted({*ends, len(text)}):
        if end > start:
            yield start, end
            start = end


def _goes_on(text: str, stop: re.Match[str]) -> bool:
    """Whether a sentence goes on after what might be its full stop."""
    if text[stop.end() : stop.end() + 1].islower():
        return True
    before = text[max(0, stop.start() - 12) : stop.start()]
    return text[stop.start()] == "." and bool(
        _ABBREVIATION.search(before) or _NUMBER.search(before)
    )


def _short_enough(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > _LONGEST:
        least, most = start + _LONGEST // 3, start + _LONGEST
        cuts = ([found.end() for found in cut.finditer(text, least, most)] for cut in _CUTS)
        stop = next((places[-1] for places in cuts if places), most)
        yield start, stop
        start = stop
    yield start, end


def _stripped(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    right = len(piece.rstrip())
    return (start + len(piece) - len(piece.lstrip()), start + right) if right else None
