"""Blocks of attention and fast weights, wired to a network.

RMSNorm before every mixer and MLP; no biases in the projections; tied embeddings. Shapes: B batch,
T tokens, hidden states h [B, T, dim]; Q heads of attention, D head size.
"""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_kernels.threads import together
from sleepdoc_model.config import ModelConfig
from sleepdoc_model.network.memory import FastWeights, Window
from sleepdoc_model.network.names import leave_out
from sleepdoc_model.network.projections import BorrowedProjections, OwnProjections
from sleepdoc_model.network.run import Pass
from sleepdoc_model.network.subject import Relevance, Subject
from sleepdoc_model.network.trunk import MLP, Attention, KeysValues, RMSNorm
from sleepdoc_model.state import KVCache, Memory


class Block(nn.Module):
    """One layer: its mixers on the same normed input, then the MLP."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        mixers = config.layers[layer]
        self.layer = layer
        self.norm = RMSNorm(config.dim, config.norm_eps)
        self.attention = Attention(config.dim, config.attention) if "A" in mixers else None
        self.memory = _fast_weights(config) if "M" in mixers else None
        self.mlp_norm = RMSNorm(config.dim, config.norm_eps)
        self.mlp = MLP(config.dim, config.hidden)
        leave_out(self, "mlp")

    def forward(
        self,
        h: Tensor,
        state: Tensor | None,
        run: Pass,
        relevance: Tensor | None = None,
        subject: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        x = self.norm(h)  # [B, T, dim]
        if self.memory is not None and run.taps is not None:
            run.taps.append(x)
            if self.layer == run.end:
                return h, state
        projected = self.attention.project(x) if self.attention is not None else None
        read, before = None, state
        if self.memory is not None:
            read, state = self.memory(x, projected, subject, state, run)  # read: [B, T, Q*D]
            if self.layer == run.end:
                return h, state
        if read is not None and relevance is not None:
            read = read * relevance.to(read.dtype)
        if self.attention is not None and projected is not None:
            heads = self.attention.attend(projected, self.layer, run)  # [B, T, Q*D]
            if self.memory is not None and read is not None:
                heads = self.memory.beside(x, heads, read, before, run.active, relevance)
            h = h + self.attention.o(heads)
        if self.memory is not None and read is not None:
            h = h + self.memory.projections.o(read)
        out: Tensor = h + self.mlp(self.mlp_norm(h))
        return out, state


def _fast_weights(config: ModelConfig) -> FastWeights:
    memory = config.memory
    projections: OwnProjections | BorrowedProjections
    if memory.shares_attention:
        projections = BorrowedProjections(config.dim, memory, config.attention)
    else:
        projections = OwnProjections(config.dim, memory, config.norm_eps)
    return FastWeights(config.dim, memory, projections)


class Network(nn.Module):
    """Embedding, a stack of blocks, and the tied output projection."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab, config.dim)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(len(config.layers)))
        self.norm = RMSNorm(config.dim, config.norm_eps)
        self.relevance = Relevance(config.dim) if config.memory.relevance else None
        self.subject = None
        if config.memory.subject:
            self.subject = Subject(config.dim, config.memory.subject)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def layers(self) -> Iterator[Block]:
        for block in self.blocks:
            assert isinstance(block, Block)
            yield block

    def memory_blocks(self) -> Iterator[tuple[Attention | None, FastWeights]]:
        """The mixers of every memory layer, lowest first."""
        for block in self.layers():
            if block.memory is not None:
                yield block.attention, block.memory

    def added(self) -> Iterator[nn.Parameter]:
        """The parameters of fast weights: what a network without them does not have."""
        parts = [heads for _, heads in self.memory_blocks()]
        for part in (*parts, self.relevance, self.subject):
            if part is not None:
                yield from part.parameters()

    def writing(self) -> Iterator[nn.Parameter]:
        """Those of them that what is written depends on."""
        for _, heads in self.memory_blocks():
            yield from heads.writing()
        if self.subject is not None:
            yield from self.subject.parameters()

    def weights(self) -> dict[str, nn.Parameter]:
        """Every parameter by the name it has in files."""
        return self.state_dict(keep_vars=True)

    def embed(self, tokens: Tensor) -> Tensor:
        out: Tensor = self.embedding(tokens)
        return out

    def logits(self, h: Tensor) -> Tensor:
        """Next-token scores [..., vocab], at least in fp32."""
        with together(h.numel() * self.config.vocab):
            scores = F.linear(self.norm(h), self.embedding.weight)
        return scores if scores.dtype == torch.float64 else scores.float()

    @torch.no_grad()
    def taps(
        self,
        tokens: Tensor,
        prefix: KVCache | None = None,
        *,
        layers: int | None = None,
        memory: Memory | None = None,
        active: Tensor | None = None,
    ) -> list[Tensor]:
        """Run the trunk over a window, for what sleep needs of it.

        Args:
            tokens: The window without its pinned prefix, [B, T].
            prefix: Keys and values of that.
            layers: How many memory layers are asked for, the lowest first; None: all.
            memory: What tokens look at while they are consolidated, if they do.
            active: False for padding, [B, T]; of no account without a memory.

        Returns:
            Every memory layer's normed input, [B, T, dim].
        """
        found: list[Tensor] = []
        end = self.config.memory_layers[:layers][-1]
        run = Pass("read", prefix, grow=False, active=active, taps=found, end=end)
        self(self.embed(tokens), memory, run)
        return found

    def windows(
        self,
        taps: Sequence[Tensor],
        active: Tensor | None = None,
        prefix: KVCache | None = None,
    ) -> list[Window]:
        """What writing a window does to the state of every memory layer.

        Args:
            taps: As they come of `taps`; those of the lowest layers are enough for these. Gradients
                flow from here on.
            active: False for padding, which does not write, [B, T].
            prefix: The pinned prefix, if subjects are to be gathered behind it.
        """
        return [
            heads.window(x, borrowed, subject, active)
            for heads, x, borrowed, subject in self.writers(taps, active, prefix)
        ]

    def writers(
        self,
        taps: Sequence[Tensor],
        active: Tensor | None = None,
        prefix: KVCache | None = None,
    ) -> Iterator[tuple[FastWeights, Tensor, KeysValues | None, Tensor | None]]:
        """Every memory layer's heads with what they write of: the tap, what they borrow of the
        attention, and what the tokens are about. See `windows`."""
        subject = self.subjects(taps[0], Pass("write", prefix, grow=False, active=active))
        for x, (attention, heads) in zip(taps, self.memory_blocks(), strict=False):
            borrowed = attention.keys_values(x) if attention is not None else None
            yield heads, x, borrowed, subject

    def subjects(self, x: Tensor, run: Pass) -> Tensor | None:
        """What tokens are about, [B, T, S * F], by normed inputs x [B, T, dim] of the lowest memory
        layer."""
        if self.subject is None:
            return None
        projected = self.subject.project(x)
        if run.cache is not None:
            projected = run.cache.append_subjects(projected, grow=run.grow)
        found: Tensor = self.subject(projected, x.shape[1], asleep=run.asleep, active=run.active)
        return found

    def judge(
        self, block: Block, h: Tensor, memory: Memory | None, run: Pass
    ) -> tuple[Tensor | None, Tensor | None]:
        """Relevance and subject of tokens that come to the lowest memory layer, as far as there is
        a memory to read or to write."""
        if self.relevance is None and self.subject is None:
            return None, None
        if memory is None and not run.asleep:
            if run.cache is not None and run.grow:
                run.cache.skip_subjects(h.shape[1])
            return None, None
        x, relevance = block.norm(h), None
        if self.relevance is not None and memory is not None:
            relevance = self.relevance(x)
        return relevance, self.subjects(x, run)

    def forward(self, h: Tensor, memory: Memory | None, run: Pass) -> tuple[Tensor, Memory | None]:
        """Run the block stack once: one pass.

        Args:
            h: Embedded tokens, or the last pass's output, [B, T, dim].
            memory: Fast weights to start from; None is empty.
            run: What the pass does and sees.

        Returns:
            The output hidden states, and the memory after it.
        """
        states = iter(memory) if memory is not None else None
        after: list[Tensor] = []
        relevance = subject = None
        for block in self.layers():
            if block.memory is None:
                h, _ = block(h, None, run)
                continue
            if block.layer == self.config.memory_layers[0]:
                relevance, subject = self.judge(block, h, memory, run)
            state = next(states) if states is not None else None
            h, state = block(h, state, run, relevance, subject)
            if state is not None:
                after.append(state)
            if block.layer == run.end:
                break
        if run.cache is not None and run.grow:
            run.cache.length += h.shape[1]
        return h, tuple(after) if after else None
