"""An explanation that breaks off before a clause without which it says something else."""

import re

from sleepdoc_model.recall.passages import sentences

_RELATIVE = re.compile(r"\s+(?:that|which|who|whose|whom)\b", re.IGNORECASE)
"""A clause that follows without a comma defines what stands before it."""
_MOST = 45
"""Words of an explanation that was completed."""


def completed(answer: str, text: str) -> str:
    """An answer in words of a text, up to the end of the sentence where the text goes on with a
    relative clause: ``to do anything with it that, without permission, would infringe`` rather
    than ``to do anything with it``.

    Args:
        text: what bears the answer out.
    """
    words = answer.rstrip(" .").split()
    said = r"\s+".join(map(re.escape, words))
    found = re.search(rf"(?<!\w){said}(?=\s)", text, re.IGNORECASE) if said else None
    if found is None or not _RELATIVE.match(text, found.end()):
        return answer
    end = next(last for _, last in sentences(text) if last > found.end())
    whole = [*words, *text[found.end() : end].split()]
    return " ".join(whole) if len(whole) <= _MOST else answer
