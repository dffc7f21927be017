"""Names as a text spells them: a small reader that copies a rare one may lose a piece of it."""

import re
from difflib import SequenceMatcher

from sleepdoc_model.recall.folding import fold

_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]{4,}")
"""A word with a capital, or of a script without, that is long enough to be known by most of it."""
_ALIKE = 0.75
"""From so much on, of 1, two spellings are of one name."""


def as_spelt(answer: str, text: str, question: str = "") -> str:
    """An answer with its names as they are spelt in the text that it was read from.

    A name that neither the text nor the question has is taken for the one in the text that is most
    like it and begins alike, if there is one: ``Addton`` for ``Addington``. Not where one is a
    longer form of the other, as ``Germany`` is of ``German``.
    """
    known = {fold(name): name for name in reversed(_NAME.findall(text))}
    given = known.keys() | {fold(name) for name in _NAME.findall(question)}

    def spelt(match: re.Match[str]) -> str:
        name = fold(match[0])
        if name in given:
            return match[0]
        likeness, nearest = max(((_likeness(name, each), each) for each in known), default=(0, ""))
        return known[nearest] if likeness >= _ALIKE else match[0]

    return _NAME.sub(spelt, answer)


def _likeness(name: str, other: str) -> float:
    if name[0] != other[0] or name.startswith(other) or other.startswith(name):
        return 0.0
    return SequenceMatcher(None, name, other, autojunk=False).ratio()
