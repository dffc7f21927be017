"""A network's run for one token of one sequence.

Rotary angles come from a table, states are prepared once per answer, and nothing is checked that
was checked before. Shapes: a token's hidden state h [1, dim]; H heads, KV heads of keys and values,
D head size.
"""

from collections.abc import Iterator, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_model.decoding.matrices import product
from sleepdoc_model.decoding.remembering import Remembering
from sleepdoc_model.network import BorrowedProjections, Network, Pass
from sleepdoc_model.network.network import Block
from sleepdoc_model.state import KVCache, Memory


class Decoder:
    """The same as `Network.forward` for a token that reads and does not write."""

    def __init__(self, network: Network, matrices: Mapping[str, Tensor], size: int) -> None:
        """Take over a network for which `supports` holds.

        Args:
            network: It has everything but the large matrices.
            matrices: Those, as `stacked` or `eight_bits` make them.
            size: Tokens in the largest window.
        """
        self._network, config = network, network.config
        dtype = network.embedding.weight.dtype
        self._layers = [_Layer(block, matrices, network, dtype) for block in network.layers()]
        self._output = product(matrices, "embedding")
        self._norm = network.norm.weight.detach().to(dtype)
        self._turns = _turns(size, config.attention.head_dim, config.attention.rope_base)
        self._prepared: tuple[Memory, list[tuple[Tensor, Tensor | None]]] | None = None

    @staticmethod
    def supports(network: Network) -> bool:
        """Whether all that this network is made of is known here."""
        config = network.config
        return (
            config.attention.span == 0
            and not config.memory.writes_awake
            and network.embedding.weight.device.type == "cpu"
            and all(block.attention is not None for block in network.layers())
            and all(
                isinstance(memory.projections, BorrowedProjections)
                for _, memory in network.memory_blocks()
            )
        )

    def __call__(self, token: int, cache: KVCache, memory: Memory | None) -> Tensor:
        """The hidden state [1, dim] of the token that comes next in the cache, which it joins."""
        place = cache.length
        h = self._network.embedding.weight[token : token + 1]
        prepared = self._prepare(memory)
        relevance = subject = None
        first = True
        for layer in self._layers:
            state = None
            if layer.remembering is not None:
                if first:  # relevance and subject are judged once, for all layers
                    run = Pass("read", cache)
                    relevance, subject = self._network.judge(layer.block, h[None], memory, run)
                    relevance = None if relevance is None else relevance[0]
                    subject = None if subject is None else subject[0]
                    first = False
                state = next(prepared, None)
            h = layer(h, cache, place, self._turns[place], state, relevance, subject)
        cache.length += 1
        return h

    def logits(self, h: Tensor) -> Tensor:
        """Next-token scores [vocab] in fp32, after a hidden state [1, dim]."""
        config = self._network.config
        normed = F.rms_norm(h, (config.dim,), self._norm, config.norm_eps)
        return self._output(normed)[0].float()

    def _prepare(self, memory: Memory | None) -> Iterator[tuple[Tensor, Tensor | None]]:
        if memory is None:
            return iter(())
        if self._prepared is None or self._prepared[0] is not memory:
            readers = [each.remembering for each in self._layers if each.remembering is not None]
            states = [reader.prepare(state) for reader, state in zip(readers, memory, strict=True)]
            self._prepared = (memory, states)
        return iter(self._prepared[1])


class _Layer:
    def __init__(
        self, block: Block, matrices: Mapping[str, Tensor], network: Network, dtype: torch.dtype
    ) -> None:
        config = network.config
        self.block, self._index = block, block.layer
        self.remembering = None if block.memory is None else Remembering(block.memory, dtype)
        self._qkv, self._o, self._gate_up, self._down = (
            product(matrices, f"{block.layer}.{use}") for use in ("qkv", "o", "gate_up", "down")
        )
        self._dim, self._eps = (config.dim,), config.norm_eps
        self._norm = block.norm.weight.detach().to(dtype)
        self._mlp_norm = block.mlp_norm.weight.detach().to(dtype)
        heads = config.attention
        self._heads, self._kv_heads, self._head_dim = heads.heads, heads.kv_heads, heads.head_dim

    def __call__(
        self,
        h: Tensor,
        cache: KVCache,
        place: int,
        turn: Tensor,
        state: tuple[Tensor, Tensor | None] | None,
        relevance: Tensor | None,
        subject: Tensor | None,
    ) -> Tensor:
        heads, kv = self._heads, self._kv_heads
        x = F.rms_norm(h, self._dim, self._norm, self._eps)
        projected = self._qkv(x).view(-1, self._head_dim)  # [H + 2 KV, D]
        pairs = torch.view_as_complex(projected[: heads + kv].float().view(heads + kv, -1, 2))
        turned = torch.view_as_real(pairs * turn).flatten(-2).to(h.dtype)
        keys, values = cache.keys[self._index, 0], cache.values[self._index, 0]
        keys[:, place] = turned[heads:]
        values[:, place] = projected[heads + kv :]
        attended = F.scaled_dot_product_attention(
            turned[:heads].view(1, kv, heads // kv, -1),
            keys[None, :, : place + 1],
            values[None, :, : place + 1],
        ).reshape(1, -1)
        if self.remembering is None or state is None:
            h = h + self._o(attended)
        else:
            q = projected[:heads].view(1, -1)
            attended, correction = self.remembering.read(x, q, attended, state, relevance, subject)
            h = h + self._o(attended) + correction
        gate, up = self._gate_up(F.rms_norm(h, self._dim, self._mlp_norm, self._eps)).chunk(2, -1)
        return h + self._down(F.silu(gate) * up)


def _turns(size: int, dim: int, base: float) -> Tensor:
    """Rotations of interleaved pairs as complex numbers [size, D/2]; see `trunk.rotate`."""
    inverse = base ** (-torch.arange(0, dim, 2, dtype=torch.float32) / dim)
    angle = torch.arange(size, dtype=torch.float32)[:, None] * inverse
    return torch.polar(torch.ones_like(angle), angle)
