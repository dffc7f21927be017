"""What is in the engine's window: a stretch of the document, and the turns in between."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sleepdoc.reading.budget import PIECE, Budget
from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.events import Progress, WindowUse
from sleepdoc.reading.tokens import DocumentTokens
from sleepdoc.store import Place, Position
from sleepdoc_model.engine import Stretch
from sleepdoc_model.recall.windows import in_window


class _Run(NamedTuple):
    """Tokens of the document, from one up to another, that follow each other in the window."""

    start: int
    end: int
    at: int
    """Where in the window they begin, behind the pinned prefix."""

    @property
    def behind(self) -> int:
        """Where in the window they end."""
        return self.at + self.end - self.start


class Window:
    """Puts document and turns into the engine, piece by piece, and knows how far it is.

    Document tokens before `slept` are in memory, those up to `read` are in the window.
    """

    def __init__(self, engine: EngineClient, tokens: DocumentTokens, sleep_at: int = 0) -> None:
        """
        Args:
            sleep_at: as of `Budget`.
        """
        self._engine = engine
        self._tokens = tokens
        self.budget = Budget.of(engine.info.window, engine.frame, sleep_at)
        self.slept = 0
        self.read = 0
        self._runs: list[_Run] = []

    @property
    def progress(self) -> Progress:
        return self._tokens.progress(self.read, self.slept)

    @property
    def position(self) -> Position:
        return Position(self.read, self.slept, self.progress.page)

    @property
    def finished(self) -> bool:
        """Whether the whole document has been read; its end may still lie in the window."""
        return self.read == self._tokens.total

    @property
    def without_text(self) -> bool:
        """Whether there is nothing to read: of the document there is but an imported memory."""
        return self._tokens.total == 0

    @property
    def used(self) -> int:
        """Tokens in the window, without the pinned prefix."""
        return self._engine.window_used - self.budget.pinned

    @property
    def use(self) -> WindowUse:
        document = self.read - self.slept
        return WindowUse(document, self.used - document, self.budget.size)

    @property
    def pages(self) -> tuple[str, str]:
        """Labels of the first and the last page in the window; empty if it holds chat only."""
        if self.read == self.slept:
            return "", ""
        first, last = self._tokens.page_at(self.slept), self._tokens.page_at(self.read - 1)
        return first.label, last.label

    @property
    def page_numbers(self) -> tuple[int, int] | None:
        """Numbers of the first and the last page in the window; None if it holds chat only."""
        if self.read == self.slept:
            return None
        first, last = self._tokens.page_at(self.slept), self._tokens.page_at(self.read - 1)
        return first.number, last.number

    def places(self, sentences: Iterable[Place]) -> dict[int, Stretch]:
        """Where in the window sentences are whose middle stands there, by their number: as much of
        each as follows each other, turns in between left out."""
        found: dict[int, Stretch] = {}
        known = self._tokens.places(sentences, self._engine.piece)
        for run in self._runs:
            here = in_window([stretch for _, stretch in known], run.start, run.end)
            for number, (first, last) in here.items():
                found[known[number][0].number] = run.at + first, run.at + last
        return found

    @property
    def excerpt(self) -> str:
        return self._tokens.excerpt(self.read)

    def begin(self, slept: int) -> None:
        """Note that the window is empty, and that memory holds the document up to `slept`."""
        self.slept = self.read = slept
        self._runs = []

    def clear(self, *, reading: bool = True) -> None:
        """Drop what is in the window. If it is not for reading, it is for asking the memory."""
        self._engine.reset_window(self._engine.frame.prefix, reading=reading)

    def read_piece(self) -> int:
        """Prefill the next piece of the document, and say how long it was.

        0 means that nothing is left, or that the window must sleep first. Where pieces end depends
        on what is in the window and on nothing else.
        """
        piece = min(self.budget.piece(self.used), self._tokens.total - self.read)
        if piece > 0:
            self._prefill(piece)
        return piece

    def replay(self, read: int, turn: Sequence[int]) -> None:
        """Read on to where a stored turn took place, in the same pieces, and put it back."""
        while self.read < read:
            self._prefill(min(PIECE, read - self.read))
        asked = _prompt(turn, self._engine.frame.answer_open)
        self._engine.prefill(turn[:asked], whole=True)
        self._engine.prefill(turn[asked:])

    def _prefill(self, piece: int) -> None:
        start, end, at = self.read, self.read + piece, self.used
        self._engine.prefill(self._tokens.between(start, end))
        if self._runs and self._runs[-1].behind == at:
            start, _, at = self._runs.pop()
        self._runs.append(_Run(start, end, at))
        self.read = end


def _prompt(turn: Sequence[int], answer_open: Sequence[int]) -> int:
    """How many tokens of a turn were its prompt. Foreign text never holds what opens an answer."""
    size = len(answer_open)
    for end in range(size, len(turn) + 1):
        if tuple(turn[end - size : end]) == tuple(answer_open):
            return end
    return 0
