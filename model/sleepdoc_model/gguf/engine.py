"""`Engine` over a hybrid GGUF model, through llama.cpp.

The fast weights are the model's own recurrent state S. A pass replays the window with the S that
the pass before left; then keys, values and the convolutions' tails are dropped, and S stays. The
pinned prefix is left out of a replay, so it never writes.

A model without such a state has nothing that could outlive its window: its sleeps make no passes
and evict, and its memory is empty.
"""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from sleepdoc_model.engine import EngineInfo, PassReport, Stretch
from sleepdoc_model.gguf.context import LlamaContext
from sleepdoc_model.gguf.recurrent_state import Array, RecurrentLayout
from sleepdoc_model.snapshot import pack, unpack
from sleepdoc_model.window_engine import WindowEngine

Weights = tuple[Array, ...]
"""S of every recurrent layer, flat."""


class LlamaCppEngine(WindowEngine):
    """A window over a llama.cpp sequence, and the S that outlives it; see `Engine`.

    As in `HybridEngine`, tokens are computed when the next one is asked for: a window that sleeps
    before anyone asks is only ever replayed.
    """

    def __init__(
        self, context: LlamaContext, layout: RecurrentLayout | None, info: EngineInfo
    ) -> None:
        """Use a context of which `layout` is known; None: it has no S."""
        super().__init__(info)
        self._context, self._layout = context, layout
        self._memory: Weights | None = None
        self._pieces: list[list[int]] = []
        """The window, prefix first, in the pieces it came in."""
        self._done = -1
        """Pieces computed; -1: what the context holds is of no use."""
        self._position = 0
        self._logits: Array = np.empty(0, np.float32)
        """Scores after the last token computed."""

    def reset_window(self, prefix: Sequence[int], *, reading: bool = False) -> None:
        self._window.pin(prefix)
        self._pieces = [list(prefix)] if prefix else []
        self._done = -1

    def prefill(self, tokens: Sequence[int], *, whole: bool = False) -> None:
        if not tokens:
            return
        self._window.put(tokens)
        self._pieces.append(list(tokens))

    def score(self, tokens: Sequence[int]) -> list[float]:
        self._window.check_room(len(tokens))
        self._catch_up()
        before, found = self._context.everything(), []
        logits, self._done = self._logits, -1  # until it is put back
        for number, token in enumerate(tokens):
            if number:
                self._context.decode(tokens[number - 1 : number], self._position + number - 1)
                logits = self._context.logits
            found.append(float(torch.from_numpy(logits).log_softmax(-1)[token]))
        self._context.restore_everything(before)
        self._done = len(self._pieces)
        return found

    def sleep(self, passes: int, stretches: Sequence[Stretch] = ()) -> Iterator[PassReport]:
        if passes < 1:
            raise ValueError("a sleep has at least one pass")
        if not self._window.tokens:
            return
        if self._layout is not None:
            after = self._memory
            for number in range(1, passes + 1):
                started = time.perf_counter()
                before, after = after, self._replay(self._layout, after)
                change = _relative_change(before, after)
                seconds = time.perf_counter() - started
                if number == passes:
                    self._memory = after
                    self.reset_window(self._window.prefix)
                yield PassReport(number, passes, change, seconds)
        else:
            self.reset_window(self._window.prefix)

    def state(self) -> bytes:
        weights: Sequence[Array] = self._memory or ()
        if self._layout is not None and self._memory is None:
            weights = [np.zeros(size, np.float32) for size in self._layout.sizes]
        tensors = {f"layer.{i}": torch.from_numpy(row.copy()) for i, row in enumerate(weights)}
        return pack(tensors, self._info.fingerprint, "llama.cpp")

    def load(self, state: bytes | None) -> None:
        self._memory = None if state is None else self._parse(state)
        self.reset_window(())

    def _parse(self, state: bytes) -> Weights | None:
        sizes = self._layout.sizes if self._layout is not None else ()
        shapes = {f"layer.{layer}": [size] for layer, size in enumerate(sizes)}
        found = [tensor.numpy() for tensor in unpack(state, self._info.fingerprint, shapes)]
        # No S has been written where it is zero: as in an empty memory, whatever made it.
        return tuple(found) if any(row.any() for row in found) else None

    def _replay(self, layout: RecurrentLayout, memory: Weights | None) -> Weights:
        """One pass: the window from an empty cache, on top of `memory`."""
        self._done = -1
        start = self._wake(memory)
        self._context.decode(self._window.tokens, start)
        weights = layout.weights(self._context.recurrent())
        if not all(np.isfinite(row).all() for row in weights):
            raise RuntimeError("the model's state overflowed")
        return weights

    def _wake(self, memory: Weights | None) -> int:
        """Empty the context but for `memory`, and say where the next token goes."""
        if memory is None or self._layout is None:
            self._context.clear()
            return 0
        self._context.restore_recurrent(self._layout.state(memory))
        return 1

    def _next_logits(self) -> torch.Tensor:
        self._catch_up()
        return torch.from_numpy(self._logits)

    def _catch_up(self) -> None:
        if not self._pieces:
            raise ValueError("nothing to continue: the window is empty")
        if self._done < 0:
            self._position, self._done = self._wake(self._memory), 0
        while self._done < len(self._pieces):
            piece, done = self._pieces[self._done], self._done
            self._done = -1
            self._context.decode(piece, self._position)
            self._position, self._done = self._position + len(piece), done + 1
            self._logits = self._context.logits


def layout_of(context: LlamaContext) -> RecurrentLayout | None:
    """How a model's recurrent state is laid out; None if there is no S in it.

    Raises:
        ValueError: in a way not known here.
    """
    context.clear()
    context.decode([0], 0)
    layout = RecurrentLayout(context.recurrent())
    context.clear()
    return layout if any(layout.sizes) else None


def _relative_change(before: Weights | None, after: Weights) -> tuple[float, ...]:
    """Per layer |after - before| / |after|."""
    tiny = float(np.finfo(np.float32).tiny)
    return tuple(
        float(np.linalg.norm(row - (0 if before is None else before[layer])))
        / max(float(np.linalg.norm(row)), tiny)
        for layer, row in enumerate(after)
    )
