"""Algorithm 1 of arXiv 2605.26099 with its gradient.

Windows in which nothing is asked are slept on: N passes, hidden states flowing from pass to pass;
then the window is evicted and only the fast weights go on. The gradient of an answer reaches the
windows before it through them alone.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_model.network import Network, Pass
from sleepdoc_model.state import Memory
from sleepdoc_model.tasks.sequences import Sequences


def answer_logits(network: Network, sequences: Sequences, passes: int) -> Tensor:
    """Read window after window and answer.

    Args:
        network: A hybrid whose tokens write as they are read.
        sequences: Cut into windows of the network's size.
        passes: N, over every window in which nothing is asked; others get one.

    Returns:
        Scores for the asked tokens, in the order of ``tokens[asked]``, [A, vocab].
    """
    memory: Memory | None = None
    found = []
    for tokens, asked in sequences.windows(network.config.window):
        if asked[:, 0].any():
            raise ValueError("the first token of a window has nothing to be predicted from")
        h = network.embed(tokens)
        if asked.any():
            h, memory = network(h, memory, Pass("write"))
            found.append((h[:, :-1], asked[:, 1:]))
            continue
        for number in range(1, passes + 1):
            # The last pass's hidden states go nowhere: only its writes are needed.
            h, memory = network(h, memory, Pass("write", top=number < passes))
    # Sequence by sequence, as a mask of all tokens would take them.
    rows = torch.cat([h for h, _ in found], dim=1)
    return network.logits(rows[torch.cat([asked for _, asked in found], dim=1)])


def answer_loss(logits: Tensor, sequences: Sequences) -> Tensor:
    """Cross-entropy per asked token."""
    return F.cross_entropy(logits, sequences.tokens[sequences.asked])


def exact(logits: Tensor, sequences: Sequences) -> Tensor:
    """[B]: whether every asked token of a sequence is the best guess."""
    right = torch.ones_like(sequences.asked)
    right[sequences.asked] = logits.argmax(-1) == sequences.tokens[sequences.asked]
    return right.all(-1)
