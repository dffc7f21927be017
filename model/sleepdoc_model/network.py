"""The whole network in one file: attention and fast weights, in turns or side by side.

- RMSNorm before every mixer and MLP; no biases in the projections; tied embeddings
- rotary attention with grouped keys and values; rotary pairs are interleaved (2i, 2i+1), which is
  how GGUF files of Llama models store q and k
- fast-weight heads: a matrix per head written by the gated delta rule (arXiv 2412.06464), with
  projections of their own or, in a retrofit, the attention's with low-rank corrections
- SwiGLU

Shapes: B batch, T tokens, H heads, D head size, h hidden [B, T, dim].
"""

from typing import Literal

import torch
import torch.nn.functional as F
from sleepdoc_kernels.gated_delta_rule import gated_delta_rule, read_state
from torch import Tensor, nn

from sleepdoc_model.config import AttentionConfig, MemoryConfig, ModelConfig
from sleepdoc_model.state import KVCache, Memory

Mode = Literal["read", "write"]


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (wide * scale).to(x.dtype) * self.weight.to(x.dtype)


def rotate(x: Tensor, start: int, base: float) -> Tensor:
    """Rotary position embedding (arXiv 2104.09864) on interleaved pairs; x [B, H, T, D]."""
    length, dim = x.shape[-2:]
    inverse = base ** (-torch.arange(0, dim, 2, device=x.device, dtype=torch.float32) / dim)
    position = torch.arange(start, start + length, device=x.device, dtype=torch.float32)
    angle = position[:, None] * inverse  # [T, D/2]
    cos, sin = angle.cos(), angle.sin()
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1)
    return turned.flatten(-2).to(x.dtype)


class Attention(nn.Module):
    """Causal rotary attention over the window."""

    def __init__(self, dim: int, config: AttentionConfig) -> None:
        super().__init__()
        self.config = config
        inner, kv = config.heads * config.head_dim, config.kv_heads * config.head_dim
        self.q = nn.Linear(dim, inner, bias=False)
        self.k = nn.Linear(dim, kv, bias=False)
        self.v = nn.Linear(dim, kv, bias=False)
        self.o = nn.Linear(inner, dim, bias=False)

    def attend(
        self, q: Tensor, k: Tensor, v: Tensor, layer: int, cache: KVCache | None, batch_cache: bool
    ) -> Tensor:
        """q [B, T, H*D], k and v [B, T, KV*D], all before rotation; returns [B, T, H*D]."""
        c = self.config
        q, k, v = (t.unflatten(-1, (-1, c.head_dim)).transpose(1, 2) for t in (q, k, v))
        start = cache.length if cache is not None else 0
        q, k = rotate(q, start, c.rope_base), rotate(k, start, c.rope_base)
        if cache is not None and batch_cache:
            k, v = cache.append(layer, k, v)
        elif cache is not None:
            # One cached prefix serves every sequence of a batch, and gradients reach k and v.
            shape = (k.shape[0], -1, -1, -1)
            k = torch.cat((cache.keys[layer, :, :, :start].expand(shape), k), dim=2)
            v = torch.cat((cache.values[layer, :, :, :start].expand(shape), v), dim=2)
        out = self._softmax(q, k, v)
        return out.transpose(1, 2).flatten(2)

    def _softmax(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        group = self.config.heads // self.config.kv_heads
        length, total = q.shape[2], k.shape[2]
        if length == 1:
            # The heads of a group are queries of one kv head: no copy of the cache per token.
            grouped = q.unflatten(1, (-1, group)).squeeze(3)
            return F.scaled_dot_product_attention(grouped, k, v).flatten(1, 2).unsqueeze(2)
        k, v = (t.repeat_interleave(group, dim=1) for t in (k, v))
        if length == total:
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)
        mask = torch.ones(length, total, dtype=torch.bool, device=q.device).tril(total - length)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


class FastWeights(nn.Module):
    """Fast-weight heads with projections of their own (Gated DeltaNet, arXiv 2412.06464)."""

    def __init__(self, dim: int, config: MemoryConfig, eps: float) -> None:
        super().__init__()
        self.config = config
        keys, values = config.heads * config.key_dim, config.heads * config.value_dim
        self.q = nn.Linear(dim, keys, bias=False)
        self.k = nn.Linear(dim, keys, bias=False)
        self.v = nn.Linear(dim, values, bias=False)
        self.o = nn.Linear(values, dim, bias=False)
        self.gate = nn.Linear(dim, values, bias=False)
        self.norm = RMSNorm(config.value_dim, eps)
        self.beta = nn.Linear(dim, config.heads, bias=True)
        self.decay = Decay(dim, config.heads) if config.decay else None

    def queries(self, x: Tensor, shared: Tensor | None) -> Tensor:
        return unit(F.silu(self.q(x)), self.config.heads)

    def writes(
        self, x: Tensor, shared: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        k = unit(F.silu(self.k(x)), self.config.heads)
        v = F.silu(self.v(x)).unflatten(-1, (self.config.heads, -1))
        return k, v, self.beta(x).float().sigmoid(), self.decay(x) if self.decay else None

    def gated(self, x: Tensor, read: Tensor) -> Tensor:
        return self.norm(read.to(x.dtype)).flatten(2) * F.silu(self.gate(x))


class SharedFastWeights(nn.Module):
    """Fast-weight heads beside a pretrained attention whose projections they borrow.

    q, k, v (before rotation) and the output projection get corrections of low rank; keys and
    queries a bias too, as a transformer's keys share a large common part that a delta rule would
    have to overwrite at every token. The output gate starts at zero with a branch that does not,
    so the network starts as the base and still has a gradient.
    """

    def __init__(self, dim: int, config: MemoryConfig, attention: AttentionConfig) -> None:
        super().__init__()
        if config.key_dim != attention.head_dim or config.value_dim != attention.head_dim:
            raise ValueError("shared fast weights have the head size of the attention")
        if config.heads != attention.heads:
            raise ValueError("shared fast weights have as many heads as the attention")
        self.config = config
        self.group = attention.heads // attention.kv_heads
        inner = config.heads * config.key_dim
        self.q = LowRank(dim, inner, config.rank)
        self.k = LowRank(dim, inner, config.rank)
        self.v = LowRank(dim, inner, config.rank)
        self.o = LowRank(inner, dim, config.rank)
        self.q_bias = nn.Parameter(torch.zeros(config.heads, config.key_dim))
        self.k_bias = nn.Parameter(torch.zeros(config.heads, config.key_dim))
        self.beta = nn.Linear(dim, config.heads)
        self.gate = nn.Linear(dim, config.heads)
        nn.init.zeros_(self.beta.weight)
        nn.init.zeros_(self.beta.bias)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)
        self.decay = Decay(dim, config.heads) if config.decay else None

    def queries(self, x: Tensor, shared: Tensor | None) -> Tensor:
        assert shared is not None
        raw = (shared + self.q(x)).unflatten(-1, self.q_bias.shape) + self.q_bias.to(x.dtype)
        return F.normalize(raw.float(), dim=-1)

    def writes(
        self, x: Tensor, shared: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        assert shared is not None
        heads = self.q_bias.shape
        k, v = (
            t.unflatten(-1, (-1, heads[1])).repeat_interleave(self.group, dim=2) for t in shared
        )
        k = k + self.k(x).unflatten(-1, heads) + self.k_bias.to(x.dtype)
        v = v + self.v(x).unflatten(-1, heads)
        beta = F.linear(x.float(), self.beta.weight, self.beta.bias).sigmoid()
        return F.normalize(k.float(), dim=-1), v, beta, self.decay(x) if self.decay else None

    def gated(self, x: Tensor, read: Tensor) -> Tensor:
        gate = F.linear(x.float(), self.gate.weight, self.gate.bias)
        return (read.float() * gate.unsqueeze(-1)).to(x.dtype).flatten(2)


class LowRank(nn.Module):
    """A correction of rank r to a frozen projection; zero at the start (LoRA, arXiv 2106.09685)."""

    def __init__(self, dim_in: int, dim_out: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(rank, dim_in) * dim_in**-0.5)
        self.up = nn.Parameter(torch.zeros(dim_out, rank))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(F.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))


class Decay(nn.Module):
    """Data-dependent log decay as in Mamba-2: -exp(A) softplus(w x + b), at most zero."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.project = nn.Linear(dim, heads)
        self.log_rate = nn.Parameter(torch.zeros(heads))
        nn.init.constant_(self.project.bias, -4.0)

    def forward(self, x: Tensor) -> Tensor:
        step = F.linear(x.float(), self.project.weight, self.project.bias)
        return -self.log_rate.exp() * F.softplus(step)


def unit(x: Tensor, heads: int) -> Tensor:
    """Split into heads of length one."""
    return F.normalize(x.unflatten(-1, (heads, -1)).float(), dim=-1)


class Block(nn.Module):
    """One layer: its mixers on the same normed input, then the MLP."""

    def __init__(self, config: ModelConfig, mixers: str) -> None:
        super().__init__()
        dim, memory = config.dim, config.memory
        self.norm = RMSNorm(dim, config.norm_eps)
        self.attention = Attention(dim, config.attention) if "A" in mixers else None
        self.memory: FastWeights | SharedFastWeights | None = None
        if "M" in mixers:
            self.memory = (
                SharedFastWeights(dim, memory, config.attention)
                if memory.shares_attention
                else FastWeights(dim, memory, config.norm_eps)
            )
        self.mlp_norm = RMSNorm(dim, config.norm_eps)
        self.gate = nn.Linear(dim, config.hidden, bias=False)
        self.up = nn.Linear(dim, config.hidden, bias=False)
        self.down = nn.Linear(config.hidden, dim, bias=False)

    def mlp(self, h: Tensor) -> Tensor:
        x = self.mlp_norm(h)
        return h + self.down(F.silu(self.gate(x)) * self.up(x))


class Network(nn.Module):
    """Embedding, a stack of blocks, and the tied output projection."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab, config.dim)
        self.blocks = nn.ModuleList(Block(config, mixers) for mixers in config.layers)
        self.norm = RMSNorm(config.dim, config.norm_eps)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def embed(self, tokens: Tensor) -> Tensor:
        out: Tensor = self.embedding(tokens)
        return out

    def logits(self, h: Tensor) -> Tensor:
        """Next-token scores [..., vocab] in fp32 (fp64 for an fp64 network)."""
        scores = F.linear(self.norm(h), self.embedding.weight)
        return scores if scores.dtype == torch.float64 else scores.float()

    def forward(
        self,
        h: Tensor,
        memory: Memory | None,
        *,
        mode: Mode,
        cache: KVCache | None = None,
        grow: bool = True,
        active: Tensor | None = None,
        taps: list[Tensor] | None = None,
    ) -> tuple[Tensor, Memory | None]:
        """Run the block stack once: one pass.

        Args:
            h: Embedded tokens, or the last pass's output, [B, T, dim].
            memory: Fast weights to start from; None is empty, and then nothing is computed for it
                in `read` mode.
            mode: `read` leaves the memory alone; `write` returns the updated one.
            cache: Keys and values of the tokens before h. With `grow` those of h are appended;
                without, the cache (batch 1) is a fixed prefix shared by all B sequences.
            active: [B, T] false for tokens that neither read nor write (pinned prefix, padding).
            taps: Receives each memory layer's normed input, [B, T, dim].

        Returns:
            The output hidden states and the memory.
        """
        token_level = mode == "write" and self.config.memory.write == "token"
        after: list[Tensor] = []
        for layer, block in enumerate(self.blocks):
            x = block.norm(h)
            mixed = torch.zeros_like(h)
            q = k = v = heads = None
            if block.attention is not None:
                q, k, v = block.attention.q(x), block.attention.k(x), block.attention.v(x)
                heads = block.attention.attend(q, k, v, layer, cache, grow)
            if block.memory is not None:
                if taps is not None:
                    taps.append(x)
                state = memory[len(after)] if memory is not None else None
                shared = (k, v) if k is not None and v is not None else None
                read: Tensor | None = None
                if token_level:
                    queries = block.memory.queries(x, q)
                    read, new = write(block.memory, x, shared, state, active, queries)
                else:
                    if state is not None:
                        read = read_state(block.memory.queries(x, q), state)
                    new = state
                    if mode == "write":
                        _, new = write(block.memory, x, shared, state, active, None)
                after.append(new if new is not None else h.new_empty(0))
                if read is not None:
                    if active is not None:
                        read = read * active[:, :, None, None]
                    read = block.memory.gated(x, read)
                    if isinstance(block.memory, SharedFastWeights):
                        assert heads is not None
                        heads = heads + read
                    mixed = mixed + block.memory.o(read)
            if block.attention is not None:
                mixed = mixed + block.attention.o(heads)
            h = block.mlp(h + mixed)
        if cache is not None and grow:
            cache.length += h.shape[1]
        return h, memory if mode == "read" else tuple(after)


def write(
    heads: FastWeights | SharedFastWeights,
    x: Tensor,
    shared: tuple[Tensor, Tensor] | None,
    state: Tensor | None,
    active: Tensor | None,
    queries: Tensor | None,
) -> tuple[Tensor | None, Tensor]:
    """Write normed inputs x [B, T, dim] into one layer's fast weights.

    `shared` are the attention's keys and values before rotation. With `queries` the tokens also
    read, each what was written up to and including itself.
    """
    k, v, beta, log_decay = heads.writes(x, shared)
    if active is not None:
        beta = beta * active[:, :, None]
        log_decay = log_decay * active[:, :, None] if log_decay is not None else None
    return gated_delta_rule(
        queries, k, v, log_decay=log_decay, beta=beta, state=state, output=queries is not None
    )
