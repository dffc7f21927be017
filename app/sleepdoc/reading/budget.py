"""How the tokens of one window are shared between document, question and answer."""

from dataclasses import dataclass

from sleepdoc.errors import ModelError
from sleepdoc_model.tokenizer import Frame

PIECE = 128
"""Document tokens per prefill: between two pieces reading can pause."""

_RESERVE = 192
_RECALL = 400
_ANSWER = 96
_SMALLEST_ROOM = 32


@dataclass(frozen=True)
class Budget:
    """Limits that depend on model and conversation alone, so that a window is cut at the same
    place whenever and however often its reading is interrupted."""

    size: int
    """Tokens of the window besides the pinned prefix."""
    pinned: int
    around: int
    """Control tokens around one question and its answer."""
    sleep_at: int = 0
    """Percent of `size` that the document fills before a sleep; 0 is as much as it may."""

    @classmethod
    def of(cls, window: int, frame: Frame, sleep_at: int = 0) -> "Budget":
        """Share out a window.

        Raises:
            ModelError: the window is too small for a question and an answer.
        """
        around = len(frame.question_open) + len(frame.answer_open) + len(frame.answer_close)
        budget = cls(window - len(frame.prefix), len(frame.prefix), around, sleep_at)
        if budget._room < _SMALLEST_ROOM:
            raise ModelError(f"A window of {window} tokens is too small to ask questions in.")
        return budget

    @property
    def _room(self) -> int:
        return self.size - self.around

    @property
    def question(self) -> int:
        """Longest question."""
        return self._room * 3 // 10

    @property
    def recall(self) -> int:
        """Most tokens of recalled text in front of a question."""
        return min(max(_RECALL, self._room // 8), self._room * 2 // 5)

    @property
    def answer(self) -> int:
        """What must be free for an answer when it begins; it may use all that is."""
        return min(_ANSWER, self._room // 4)

    @property
    def document(self) -> int:
        """Most document tokens between two sleeps. An eighth of the window, at most 192 tokens,
        is kept free for a question meanwhile."""
        most = self.size - min(_RESERVE, self.size // 8)
        return min(most, self.size * self.sleep_at // 100) if self.sleep_at else most

    def piece(self, used: int) -> int:
        """Document tokens to prefill next into a window with `used` tokens besides the pinned
        ones; 0 when it is time to sleep."""
        return max(0, min(PIECE, self.document - used))

    def takes(self, used: int, turn: int) -> bool:
        """Whether a turn of `turn` tokens, its control tokens included, and an answer still fit
        into a window with `used` tokens besides the pinned ones."""
        return used + turn + self.answer <= self.size
