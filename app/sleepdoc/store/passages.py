"""Cutting a page into passages: what recall finds, and what it puts into the window."""

import re

_SHORT = 240
"""A passage goes on past a paragraph's end until it has this many characters."""
_LONG = 900
"""A passage ends within this many characters, at the best place there is."""

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
_ENDS = (re.compile(r"[.!?…。！？][\"'”’)\]]*\s"), re.compile(r"\n"), re.compile(r"\s"))


def passages(text: str) -> list[str]:
    """Pieces of `text` in order, each a stretch of it, with only white space between them.

    A piece is a paragraph where paragraphs have a useful length. Short ones, such as a heading or
    a line of dialogue, stay with what follows; long ones end after a sentence.
    """
    pieces = []
    start = 0
    while start < len(text):
        end = _end(text, start)
        if piece := text[start:end].strip():
            pieces.append(piece)
        start = end
    return pieces


def _end(text: str, start: int) -> int:
    limit = start + _LONG
    paragraph = _PARAGRAPH.search(text, start + _SHORT, limit)
    if paragraph:
        return paragraph.end()
    if len(text) <= limit:
        return len(text)
    for pattern in _ENDS:
        ends = [match.end() for match in pattern.finditer(text, start + _SHORT, limit)]
        if ends:
            return ends[-1]
    return limit
