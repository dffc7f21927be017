"""Text to token ids and back, and the fixed ids that frame a conversation."""

import codecs
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol


@dataclass(frozen=True)
class Frame:
    """Control tokens around document, question and answer. Only these tuples hold control ids.

    A window is ``prefix, document ..., [question_open, question, answer_open, answer,
    answer_close, document ...]*``.
    """

    prefix: tuple[int, ...]
    """Pinned start of every window: system prompt, and the user turn opened."""
    question_open: tuple[int, ...]
    answer_open: tuple[int, ...]
    """Closes the user's turn and opens the model's."""
    answer_close: tuple[int, ...]
    """Closes the model's turn and opens the user's again."""
    stop: frozenset[int]

    def asked(self, question: Sequence[int]) -> list[int]:
        """Ids of a question, up to where its answer begins."""
        return [*self.question_open, *question, *self.answer_open]


class TokenStream:
    """Turns generated tokens into text as they come; holds back incomplete UTF-8."""

    def __init__(self, piece: Callable[[int], bytes]) -> None:
        """
        Args:
            piece: as of `Tokenizer`.
        """
        self._piece = piece
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token: int) -> str:
        return self._decoder.decode(self._piece(token))

    def finish(self) -> str:
        return self._decoder.decode(b"", final=True)


class Tokenizer(Protocol):
    """Encodes foreign text without ever producing a control token."""

    @property
    def frame(self) -> Frame: ...

    def encode(self, text: str) -> list[int]: ...

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; none for a control token."""

    def stream(self) -> TokenStream: ...


def token_places(
    text: str, pieces: Iterable[bytes], spans: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Where spans of a text, in characters, stand among its tokens: those that begin in one.

    Args:
        pieces: of the text's tokens; more may follow.
    """
    bytes_before = list(accumulate((len(c.encode()) for c in text), initial=0))
    begins = list(accumulate(map(len, pieces), initial=0))[:-1]
    found = []
    for start, end in spans:
        last = bisect_left(begins, bytes_before[end])
        found.append((min(bisect_left(begins, bytes_before[start]), last - 1), last))
    return found
