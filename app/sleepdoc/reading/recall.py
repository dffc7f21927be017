"""Passages of the stored text that are put in front of a question."""

import re
from collections.abc import Callable, Sequence

from sleepdoc.reading.events import Citation
from sleepdoc.store import Passage

PASSAGES = 4
"""Most passages looked up for one question."""

_WORTHWHILE = 24


def recall(
    passages: Sequence[Passage],
    question: str,
    *,
    tokens: int,
    encode: Callable[[str], list[int]],
) -> tuple[list[int], tuple[Citation, ...]]:
    """Write passages, best first and with their page labels, into at most `tokens` tokens.

    A passage too long for what is left is cut around the words of the question.
    """
    written: list[int] = []
    citations: list[Citation] = []
    for passage in passages:
        left = tokens - len(written)
        if left < _WORTHWHILE:
            break
        quote = " ".join(passage.text.split())
        if len(ids := _write(passage, quote, encode)) > left:
            quote = _around(quote, question, len(quote) * left // len(ids))
            ids = _write(passage, quote, encode)
        if quote and len(ids) <= left:
            written += ids
            citations.append(Citation(passage.page, passage.label, quote))
    return written, tuple(citations)


def _write(passage: Passage, quote: str, encode: Callable[[str], list[int]]) -> list[int]:
    return encode(f"[p. {passage.label}] {quote}\n\n")


def _around(text: str, question: str, length: int) -> str:
    """About `length` characters of `text`, from the sentence that shares most words with
    `question` on, cut between words."""
    words = set(re.findall(r"\w{3,}", question.casefold()))
    best, most = 0, -1
    for sentence in re.finditer(r"[^.!?]+[.!?]*\s*", text):
        shared = len(words & set(re.findall(r"\w{3,}", sentence[0].casefold())))
        if shared > most:
            best, most = sentence.start(), shared
    piece = text[best : best + max(0, length - 8)]
    return piece if best + len(piece) == len(text) else piece.rpartition(" ")[0]
