"""What all engines with a window of tokens do alike."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from torch import Tensor

from sleepdoc_model.engine import EngineInfo, Sampling, Stretch
from sleepdoc_model.sampling import sample
from sleepdoc_model.token_window import TokenWindow


class WindowEngine(ABC):
    """The part of `Engine` that does not depend on what the model is made of."""

    def __init__(self, info: EngineInfo) -> None:
        self._info = info
        self._window = TokenWindow(info.window)
        self._chances: list[float] = []

    @property
    def info(self) -> EngineInfo:
        return self._info

    @property
    def window_used(self) -> int:
        return self._window.used

    @abstractmethod
    def prefill(self, tokens: Sequence[int], *, whole: bool = False) -> None: ...

    @abstractmethod
    def _next_logits(self) -> Tensor:
        """Scores [vocab] of the token that comes next."""

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[int]:
        room = min(max_tokens, self._window.size - self._window.used)
        self._chances = []
        chosen = sample(self._next_logits, sampling, at_most=room, stop=stop, chances=self._chances)
        for token in chosen:
            self.prefill([token])
            yield token

    @property
    def likelihood(self) -> float:
        return sum(self._chances)

    @property
    def vectors(self) -> Sequence[bytes]:
        return ()

    def similar(
        self, prompt: Sequence[int], question: Stretch, vectors: Sequence[bytes]
    ) -> list[float]:
        raise ValueError("this engine makes no vectors")
