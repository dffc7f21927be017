"""What text search returns for a question: the passages a reader has to tell apart."""

# Not recall's index: under half of its best 12 are the same, and shipped lessons would be others.

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from sleepdoc_model.recall.ranking import rarity

_K1, _B = 1.2, 0.75
_COMMON = 0.1
"""Words that more than this share of the pieces hold decide nothing, and cost most."""
_SHORT, _LONG = 240, 900
_ENDS = re.compile(r"[.!?…][\"'”’)\]]*\s|\n")


def pieces(text: str) -> list[str]:
    """A text cut into pieces of 240 to 900 characters that end with a sentence."""
    found, start = [], 0
    while start < len(text):
        end = len(text)
        if end - start > _LONG:
            ends = [m.end() for m in _ENDS.finditer(text, start + _SHORT, start + _LONG)]
            end = ends[-1] if ends else start + _LONG
        if piece := " ".join(text[start:end].split()):
            found.append(piece)
        start = end
    return found


def sentences(text: str) -> list[str]:
    """Its sentences, roughly."""
    starts = [0, *(match.end() for match in _ENDS.finditer(text))]
    parts = (text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True))
    return [part for part in parts if part]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


class Retriever:
    """Okapi BM25 (Robertson et al., 1995) over pieces."""

    def __init__(self, pool: Sequence[str]) -> None:
        self.pool = pool
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths = []
        for index, piece in enumerate(pool):
            counts = Counter(words(piece))
            self._lengths.append(sum(counts.values()))
            for word, count in counts.items():
                self._postings[word].append((index, count))
        self._average = sum(self._lengths) / max(1, len(pool))

    def best(self, question: str, count: int) -> list[int]:
        """Indices of the best pieces, best first; none that shares no telling word."""
        scores: dict[int, float] = defaultdict(float)
        for word in dict.fromkeys(words(question)):
            holders = self._postings.get(word, ())
            if not holders or len(holders) > max(8, _COMMON * len(self.pool)):
                continue
            worth = rarity(len(self.pool), len(holders))
            for index, times in holders:
                length = self._lengths[index] / self._average
                scores[index] += worth * times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length))
        return sorted(scores, key=lambda i: -scores[i])[:count]


def overlap(piece: str, question: str) -> float:
    """Share of a question's longer words that a piece holds."""
    asked = {w for w in words(question) if len(w) > 3}
    return len(asked & set(words(piece))) / max(1, len(asked))
