"""Items of lists: what is said of all of them stands before the first, and ends in a colon."""

import re
from collections.abc import Sequence

from sleepdoc_model.recall.passages import Span, title

_ITEM = re.compile(
    r"(?:(?P<bullet>[-*\u2022\u25e6\u2013])|\(?(?:(?P<number>\d{1,3})|[a-z])[.)])\s+"
)
_FARTHEST = 40
"""Sentences from an item back to what introduces it."""
_LONGEST = 160
"""Characters of what introduces a list."""


def introduction(text: str, sentences: Sequence[Span], place: int) -> Span | None:
    """What introduces the list in which a sentence is an item, such as ``The Secretary:`` before
    ``3. Settles disputes.``; None if it is no item, or its list has nothing of the kind."""
    if (form := _form(text, *sentences[place])) is None:
        return None
    for before in range(place - 1, max(-1, place - 1 - _FARTHEST), -1):
        start, end = sentences[before]
        if text[start:end].endswith(":") and _form(text, *sentences[before + 1]) == form:
            inside = _form(text, *sentences[_beginning(text, sentences, before)]) == form
            return (start, end) if end - start <= _LONGEST and not inside else None
        if title(text[start:end]) and _form(text, start, end) is None:
            return None
    return None


def _beginning(text: str, sentences: Sequence[Span], place: int) -> int:
    """The first sentence of the paragraph or item in which a sentence stands."""
    while place and "\n" not in text[sentences[place - 1][1] : sentences[place][0]]:
        place -= 1
    return place


def _form(text: str, start: int, end: int) -> tuple[str, int] | None:
    """How an item is marked and how far it is indented, which those of one list have in common."""
    if (item := _ITEM.match(text, start, end)) is None:
        return None
    mark = item["bullet"] or ("1" if item["number"] else "a")
    return mark, item.end() - (text.rfind("\n", 0, start) + 1)
