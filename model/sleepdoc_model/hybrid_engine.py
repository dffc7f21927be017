"""`Engine` over our own network."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from sleepdoc_model.captured import CapturedWindow
from sleepdoc_model.config import ModelConfig
from sleepdoc_model.decoding import Decoder
from sleepdoc_model.engine import EngineInfo, PassReport, Stretch
from sleepdoc_model.heap import give_back
from sleepdoc_model.network import Mode, Network, Pass, Window
from sleepdoc_model.pooling import States
from sleepdoc_model.recall_heads import RecallHeads
from sleepdoc_model.sleep import Prefix, computed_prefix, sleep_passes
from sleepdoc_model.snapshot import from_bytes, to_bytes
from sleepdoc_model.state import KVCache, Memory, empty_memory
from sleepdoc_model.window_engine import WindowEngine


@dataclass(frozen=True)
class _Seen:
    """A window as it was seen asleep."""

    prefix: tuple[int, ...]
    tokens: Tensor
    """[1, T]."""
    maps: Sequence[Window]
    states: States | None
    """What vectors are made of, if they are."""


class HybridEngine(WindowEngine):
    """A window over a KV cache of fixed size, and a memory that outlives it; see `Engine`.

    Tokens are put into the window without being computed. Who asks for the next token pays for
    them; a window that goes to sleep before anyone does is only ever run asleep.
    """

    def __init__(
        self,
        config: ModelConfig,
        info: EngineInfo,
        network: Callable[[], Network],
        matrices: Callable[[], Mapping[str, Tensor]] | None = None,
        recall_heads: Callable[[], RecallHeads] | None = None,
    ) -> None:
        """Take note of how to come by what is needed, when it is needed.

        Args:
            config: Of the network.
            info: What to say of the engine.
            network: What reads, sleeps, and answers from memory.
            matrices: What it decodes with; see `Decoder`. None: it decodes as it prefills.
            recall_heads: What makes vectors of sentences, for a network that writes the same in
                every pass. None: there are none.
        """
        super().__init__(info)
        self._config = config
        self._load_network, self._load_matrices = network, matrices
        self._load_recall_heads = recall_heads
        self._cache = KVCache.allocate(
            config, info.window, dtype=getattr(torch, info.dtype), device=info.device
        )
        self._memory: Memory | None = None
        self._awake: Memory | None = None
        """What the window's tokens see: the memory, and their own writes if they write awake."""
        self._reading = False
        """Whether the window is for reading, without a look at the memory."""
        self._pending: list[tuple[list[int], bool]] = []
        """What has not been computed yet, in the pieces it came in, and whether those are whole."""
        self._begun = False
        """Whether the pinned prefix is in the cache."""
        self._last: Tensor | None = None
        """Hidden state of the last token computed, from which the next one is predicted."""
        self._latest_prefix: tuple[tuple[int, ...], Prefix] | None = None
        self._captured: tuple[tuple[int, ...], CapturedWindow] | None = None
        """A window's run for one prefix."""
        self._seen: _Seen | None = None
        """The window last seen asleep: with other passes it costs no other run."""
        self._vectors: Sequence[bytes] = ()

    def reset_window(self, prefix: Sequence[int], *, reading: bool = False) -> None:
        self._window.pin(prefix)
        self._reading = reading and self._info.reads
        self._last, self._begun = None, False
        self._pending = []
        self._awake = None if self._reading else self._memory

    def prefill(self, tokens: Sequence[int], *, whole: bool = False) -> None:
        if not tokens:
            return
        self._window.put(tokens)
        self._pending.append((list(tokens), whole))

    @torch.no_grad()
    def score(self, tokens: Sequence[int]) -> list[float]:
        self._window.check_room(len(tokens))
        h = self._last_hidden()
        ids = torch.tensor([list(tokens)], device=self._info.device)
        if len(tokens) > 1:
            run = Pass(self._mode, self._cache, grow=False)
            after, _ = self._network(self._network.embed(ids[:, :-1]), self._awake, run)
            h = torch.cat((h, after), dim=1)
        logits = self._network.logits(h)
        chosen = logits.log_softmax(-1).gather(-1, ids[..., None])
        found: list[float] = chosen.flatten().tolist()
        return found

    def sleep(self, passes: int, stretches: Sequence[Stretch] = ()) -> Iterator[PassReport]:
        if not self._window.tokens:
            return
        after = self._memory
        tokens = torch.tensor([self._window.tokens], device=self._info.device)
        for after, report in sleep_passes(
            self._network,
            tokens,
            self._memory,
            passes=passes,
            prefix=self._prefix().cache,
            see=self._see,
        ):
            if report.number == report.passes:
                self._memory = after
                self._vectors = self._vectors_of(stretches)
                self.reset_window(self._window.prefix, reading=self._reading)
                give_back()
            yield report

    @property
    def vectors(self) -> Sequence[bytes]:
        return self._vectors

    @torch.no_grad()
    def similar(
        self, prompt: Sequence[int], question: Stretch, vectors: Sequence[bytes]
    ) -> list[float]:
        if (heads := self._recall_heads) is None:
            return super().similar(prompt, question, vectors)
        tokens = torch.tensor([list(prompt)], device=self._info.device)
        end = self._config.memory_layers.index(heads.pooling.high) + 1
        taps = self._network.taps(tokens, self._prefix().cache, layers=end)
        return heads.similar(tokens[0], self._states(taps, heads), question, vectors)

    def state(self) -> bytes:
        config = self._config
        return to_bytes(self._memory or empty_memory(config), config, self._info.fingerprint)

    def load(self, state: bytes | None) -> None:
        config = self._config
        memory = None if state is None else from_bytes(state, config, self._info.fingerprint)
        self._memory = None if memory is None else tuple(s.to(self._info.device) for s in memory)
        self.reset_window(())

    def _see(self, tokens: Tensor) -> Sequence[Window]:
        seen, prefix = self._seen, self._window.prefix
        if seen is not None and seen.prefix == prefix and torch.equal(seen.tokens, tokens):
            return seen.maps
        self._seen = seen = None  # another window's: let go of before this one's are made
        if self._info.device == "cuda":
            captured = self._window_in_a_graph()
            maps, taps = captured(tokens), captured.taps
        else:
            cache = self._prefix().cache
            taps = self._network.taps(tokens, cache)
            maps = self._network.windows(taps, None, cache)
        heads = self._recall_heads
        states = None if heads is None else self._states(taps, heads, tokens.shape[1])
        self._seen = _Seen(prefix, tokens, maps, states)
        return maps

    def _states(
        self, taps: Sequence[Tensor], heads: RecallHeads, count: int | None = None
    ) -> States:
        """Those of the first so many tokens of one window."""
        low, high = (
            taps[self._config.memory_layers.index(layer)][0, :count]
            for layer in (heads.pooling.low, heads.pooling.high)
        )
        return States(low, high)

    @torch.no_grad()
    def _vectors_of(self, stretches: Sequence[Stretch]) -> Sequence[bytes]:
        heads, seen = self._recall_heads, self._seen
        if heads is None or seen is None or seen.states is None:
            return ()
        return heads.sentences(seen.tokens[0], seen.states, stretches)

    def _window_in_a_graph(self) -> CapturedWindow:
        if self._captured is None or self._captured[0] != self._window.prefix:
            room = self._info.window - len(self._window.prefix)
            captured = CapturedWindow(self._network, room, self._prefix().cache)
            self._captured = (self._window.prefix, captured)
        return self._captured[1]

    @cached_property
    def _network(self) -> Network:
        return self._load_network().eval()

    @cached_property
    def _recall_heads(self) -> RecallHeads | None:
        load = self._load_recall_heads
        return None if load is None else load().to(self._info.device)

    @cached_property
    def _decoder(self) -> Decoder | None:
        """What computes single tokens, if it is not the network itself."""
        if self._load_matrices is None or not Decoder.supports(self._network):
            return None
        return Decoder(self._network, self._load_matrices(), self._window.size)

    @property
    def _mode(self) -> Mode:
        writes = self._config.memory.writes_awake and not self._reading
        return "write" if writes else "read"

    @torch.no_grad()
    def _next_logits(self) -> Tensor:
        h = self._last_hidden()
        decoder = self._decoder
        return self._network.logits(h[0, -1]) if decoder is None else decoder.logits(h[0])

    def _last_hidden(self) -> Tensor:
        """From which the next token is predicted, [1, 1, dim]."""
        self._catch_up()
        if self._last is None:
            raise ValueError("nothing to continue: the window is empty")
        return self._last

    def _catch_up(self) -> None:
        if not self._begun:
            self._begin()
        while self._pending:
            tokens, whole = self._pending[0]
            if len(tokens) == 1 and (decoder := self._decoder) is not None:
                self._last = decoder(tokens[0], self._cache, self._awake)[None]
            else:
                self._last, self._awake = self._forward(tokens, self._awake, self._mode, whole)
            del self._pending[0]

    def _begin(self) -> None:
        """Put the pinned prefix's keys and values at the start of the cache."""
        self._cache.length, self._begun = 0, True
        if self._window.prefix:
            prefix = self._prefix()
            self._cache.begin(prefix.cache)
            self._last = prefix.last

    def _prefix(self) -> Prefix:
        """The pinned prefix, computed. Without memory: it is the same in every window of every
        conversation."""
        tokens = self._window.prefix
        if self._latest_prefix is None or self._latest_prefix[0] != tokens:
            self._latest_prefix = tokens, computed_prefix(self._network, tokens)
        return self._latest_prefix[1]

    @torch.no_grad()
    def _forward(
        self, tokens: Sequence[int], memory: Memory | None, mode: Mode, whole: bool
    ) -> tuple[Tensor, Memory | None]:
        ids = torch.tensor([list(tokens)], device=self._info.device)
        run = Pass(mode, self._cache, whole=whole)
        h, memory = self._network(self._network.embed(ids), memory, run)
        return h[:, -1:], memory
