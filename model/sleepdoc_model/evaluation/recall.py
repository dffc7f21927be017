"""The control every memory has to be compared with: looking the text up."""

import math
import re
from collections import Counter

from sleepdoc_model.tokenizer import Tokenizer

_K1, _B = 1.2, 0.75  # the usual values, those of SQLite's bm25() too


def find_sentences(text: str, question: str, tokenizer: Tokenizer, budget: int) -> str:
    """The sentences of `text` that match the question's words best, in at most `budget` tokens.

    Best first; a sentence without any of the words is never chosen.
    """
    sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+", text) if s.strip()]
    chosen, used = [], 0
    for sentence in rank(sentences, question):
        used += len(tokenizer.encode(sentence))
        if used > budget:
            break
        chosen.append(sentence)
    return " ".join(chosen)


def rank(sentences: list[str], question: str) -> list[str]:
    """Sentences that share a word with the question, by Okapi BM25 (Robertson et al., 1995)."""
    counts = [Counter(_words(sentence)) for sentence in sentences]
    average = sum(sum(count.values()) for count in counts) / max(1, len(counts))

    def score(count: Counter[str]) -> float:
        length = sum(count.values()) / average
        total = 0.0
        for word in set(_words(question)) & set(count):
            holders = sum(word in other for other in counts)
            rarity = math.log(1 + (len(counts) - holders + 0.5) / (holders + 0.5))
            total += rarity * count[word] * (_K1 + 1) / (count[word] + _K1 * (1 - _B + _B * length))
        return total

    scored = [(score(count), sentence) for count, sentence in zip(counts, sentences, strict=True)]
    return [s for points, s in sorted(scored, key=lambda pair: -pair[0]) if points > 0]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
