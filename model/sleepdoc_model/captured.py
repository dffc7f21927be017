"""A window always seen in the same shape, so that a GPU can replay the run as one CUDA graph.

A run through thirty layers of a small model is about a thousand kernels, which a GPU executes
faster than Python can launch them.
"""

import torch
from torch import Tensor

from sleepdoc_kernels.graph import capture
from sleepdoc_model.network import Network, Window
from sleepdoc_model.state import KVCache


class CapturedWindow:
    """`see_window` for one sequence of at most `length` tokens, padded to that length.

    Padding neither writes nor decays, so it changes no bit of the map it is added to. The first
    call captures, every call replays; the prefix must stay where it is and as it is.
    """

    def __init__(self, network: Network, length: int, prefix: KVCache) -> None:
        device = network.embedding.weight.device
        self._network, self._prefix = network, prefix
        self._tokens = torch.zeros(1, length, dtype=torch.long, device=device)
        self._active = torch.zeros(1, length, dtype=torch.bool, device=device)
        self._graph: torch.cuda.CUDAGraph | None = None
        self._maps: list[Window] = []
        self.taps: list[Tensor] = []
        """Of the latest call: every memory layer's normed input, [1, length, dim], padding too."""

    def __call__(self, tokens: Tensor) -> list[Window]:
        """See tokens [1, T]; what is returned is valid until the next call.

        Raises:
            ValueError: there are more tokens than the length allows.
        """
        count = tokens.shape[1]
        if count > self._tokens.shape[1]:
            raise ValueError(f"{count} tokens do not fit into {self._tokens.shape[1]}")
        self._tokens.zero_()[:, :count] = tokens
        self._active.zero_()[:, :count] = True
        if self._tokens.device.type != "cuda":
            return self._see()
        if self._graph is None:
            self._graph, self._maps = capture(self._see)
        self._graph.replay()
        return self._maps

    def _see(self) -> list[Window]:
        self.taps = self._network.taps(self._tokens, self._prefix)
        return self._network.windows(self.taps, self._active, self._prefix)
