"""`Engine` over our own network."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from sleepdoc_model.captured import CapturedWindow
from sleepdoc_model.engine import EngineInfo, PassReport, Sampling, WindowFull
from sleepdoc_model.network import Mode, Network, Pass
from sleepdoc_model.sampling import Sampler
from sleepdoc_model.sleep import sleep_passes
from sleepdoc_model.snapshot import from_bytes, to_bytes
from sleepdoc_model.state import KVCache, Memory, empty_memory


class HybridEngine:
    """A window over a KV cache of fixed size, and a memory that outlives it; see `Engine`.

    Tokens are put into the window without being computed. Who asks for the next token pays for
    them; a window that goes to sleep before anyone does is only ever run asleep.
    """

    def __init__(self, network: Network, info: EngineInfo) -> None:
        self._network, self._info = network.eval(), info
        self._cache = KVCache.allocate(
            network.config, info.window, dtype=network.embedding.weight.dtype, device=info.device
        )
        self._memory: Memory | None = None
        self._awake: Memory | None = None
        """What the window's tokens see: the memory, and their own writes if they write awake."""
        self._prefix: tuple[int, ...] = ()
        self._tokens: list[int] = []
        self._pending: list[list[int]] = []
        """What has not been computed yet, in the pieces it came in."""
        self._last: Tensor | None = None
        """Hidden state of the last token computed, from which the next one is predicted."""
        self._prefix_last: Tensor | None = None
        self._captured: CapturedWindow | None = None

    @property
    def info(self) -> EngineInfo:
        return self._info

    @property
    def window_used(self) -> int:
        return len(self._prefix) + len(self._tokens)

    def reset_window(self, prefix: Sequence[int]) -> None:
        if len(prefix) >= self._info.window:
            raise WindowFull("the pinned prefix leaves no room")
        if tuple(prefix) != self._prefix:
            self._prefix, self._captured = (), None
            self._cache.length = 0
            # Without memory: the prefix is the same in every window of every conversation.
            self._prefix_last = self._forward(prefix, None, "read")[0] if prefix else None
            self._prefix = tuple(prefix)
        self._cache.length = len(prefix)
        self._last = self._prefix_last
        self._tokens, self._pending = [], []
        self._awake = self._memory

    def prefill(self, tokens: Sequence[int]) -> None:
        if not tokens:
            return
        if self.window_used + len(tokens) > self._info.window:
            raise WindowFull(f"{len(tokens)} tokens do not fit into the window")
        self._tokens.extend(tokens)
        self._pending.append(list(tokens))

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[int]:
        sampler = Sampler(sampling)
        generated: list[int] = []
        while len(generated) < max_tokens and self.window_used < self._info.window:
            self._catch_up()
            if self._last is None:
                raise ValueError("nothing to continue: the window is empty")
            with torch.no_grad():
                logits = self._network.logits(self._last[0, -1])
            token = sampler.next(logits, generated)
            if token in stop:
                return
            self.prefill([token])
            generated.append(token)
            yield token

    def sleep(self, passes: int) -> Iterator[PassReport]:
        if not self._tokens:
            return
        after = self._memory
        tokens = torch.tensor([self._tokens], device=self._info.device)
        if self._info.device == "cuda" and self._captured is None:
            room = self._info.window - len(self._prefix)
            self._captured = CapturedWindow(self._network, room, self._prefix_cache())
        for after, report in sleep_passes(
            self._network,
            tokens,
            self._memory,
            passes=passes,
            prefix=self._prefix_cache(),
            see=self._captured,
        ):
            if report.number == report.passes:
                self._memory = after
                self.reset_window(self._prefix)
            yield report

    def state(self) -> bytes:
        config = self._network.config
        return to_bytes(self._memory or empty_memory(config), config, self._info.fingerprint)

    def load(self, state: bytes | None) -> None:
        config = self._network.config
        memory = None if state is None else from_bytes(state, config, self._info.fingerprint)
        self._memory = None if memory is None else tuple(s.to(self._info.device) for s in memory)
        self.reset_window(())

    def _catch_up(self) -> None:
        mode: Mode = "write" if self._network.config.memory.writes_awake else "read"
        while self._pending:
            self._last, self._awake = self._forward(self._pending[0], self._awake, mode)
            del self._pending[0]

    @torch.no_grad()
    def _forward(
        self, tokens: Sequence[int], memory: Memory | None, mode: Mode
    ) -> tuple[Tensor, Memory | None]:
        ids = torch.tensor([list(tokens)], device=self._info.device)
        h, memory = self._network(self._network.embed(ids), memory, Pass(mode, self._cache))
        return h[:, -1:], memory

    def _prefix_cache(self) -> KVCache:
        """The pinned prefix's keys and values: the start of the window's cache, not a copy."""
        return KVCache(self._cache.keys, self._cache.values, len(self._prefix))
