"""Algorithm 1 of arXiv 2605.26099 with its gradient.

Windows in which nothing is asked are slept on: N passes, hidden states flowing from pass to pass;
then the window is evicted and only the fast weights go on. The gradient of an answer reaches the
windows before it through them alone.

With sliding eviction, where the network's attention has a span, the latest keys and values stay
(its section 6.4): a token sees so many tokens as if there were no windows, and N = 1 is a hybrid
of sliding-window attention. They stay as the last pass left them; the paper does not say.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_model.network import Network, Pass
from sleepdoc_model.state import KVCache, Memory
from sleepdoc_model.tasks.sequences import Sequences


def answer_logits(network: Network, sequences: Sequences, passes: int) -> Tensor:
    """Read window after window and answer.

    Args:
        network: A hybrid whose tokens write as they are read. If its config feeds nothing back,
            every pass begins with the embeddings.
        sequences: Cut into windows of the network's size.
        passes: N, over every window in which nothing is asked; others get one.

    Returns:
        Scores for the asked tokens, in the order of ``tokens[asked]``, [A, vocab].
    """
    memory: Memory | None = None
    found = []
    kept = Kept(span) if (span := network.config.attention.span) else None
    loops = network.config.sleep.feedback != 0.0
    for tokens, asked in sequences.windows(network.config.window):
        if asked[:, 0].any():
            raise ValueError("the first token of a window has nothing to be predicted from")
        h = embedded = network.embed(tokens)
        if asked.any():
            h, memory = network(h, memory, Pass("write", kept))
            found.append((h[:, :-1], asked[:, 1:]))
        else:
            for number in range(1, passes + 1):
                # The last pass's hidden states go nowhere: only its writes are needed.
                end = None if loops and number < passes else network.config.last_memory_layer
                h, memory = network(h, memory, Pass("write", kept, end=end))
                h = h if loops else embedded
                if kept is not None and number < passes:
                    kept.length -= tokens.shape[1]
        if kept is not None:
            kept.evict()
    # Sequence by sequence, as a mask of all tokens would take them.
    rows = torch.cat([h for h, _ in found], dim=1)
    return network.logits(rows[torch.cat([asked for _, asked in found], dim=1)])


class Kept(KVCache):
    """The latest keys and values of every layer, with their gradient: nothing is overwritten."""

    def __init__(self, span: int) -> None:
        self.span, self.length = span, 0
        self._before: dict[int, tuple[Tensor, Tensor]] = {}
        self._seen: dict[int, tuple[Tensor, Tensor]] = {}

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """What was kept of this layer and k, v [B, heads, T, D]; another pass takes their place."""
        if layer in self._before:
            before_k, before_v = self._before[layer]
            k, v = torch.cat((before_k, k), 2), torch.cat((before_v, v), 2)
        self._seen[layer] = k, v
        return k, v

    def evict(self) -> None:
        """Keep what the next token still sees beside itself."""
        last = self.span - 1
        self._before = {
            layer: (k[:, :, max(0, k.shape[2] - last) :], v[:, :, max(0, v.shape[2] - last) :])
            for layer, (k, v) in self._seen.items()
        }


def answer_loss(logits: Tensor, sequences: Sequences) -> Tensor:
    """Cross-entropy per asked token."""
    return F.cross_entropy(logits, sequences.tokens[sequences.asked])


def exact(logits: Tensor, sequences: Sequences) -> Tensor:
    """[B]: whether every asked token of a sequence is the best guess."""
    right = torch.ones_like(sequences.asked)
    right[sequences.asked] = logits.argmax(-1) == sequences.tokens[sequences.asked]
    return right.all(-1)
