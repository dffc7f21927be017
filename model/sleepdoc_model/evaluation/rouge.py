"""ROUGE-L (Lin, 2004): how much of a text's order of words another one shares."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def rouge_l(said: str, right: Sequence[str]) -> float:
    """F-measure of the longest common subsequence of words, against the nearest right text; words
    in lower case, not stemmed."""
    return max((_f1(_words(said), _words(each)) for each in right), default=0.0)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _f1(said: Sequence[str], right: Sequence[str]) -> float:
    if not said or not right:
        return 0.0
    return 2 * _common(said, right) / (len(said) + len(right))


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, row by row."""
    row = [0] * (len(second) + 1)
    for word in first:
        before = row
        row = [0]
        for place, other in enumerate(second):
            row.append(before[place] + 1 if word == other else max(row[place], before[place + 1]))
    return row[-1]
