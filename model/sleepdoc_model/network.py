"""The whole network in one file: attention and fast weights, in turns or side by side.

- RMSNorm before every mixer and MLP; no biases in the projections; tied embeddings
- rotary attention with grouped keys and values; rotary pairs are interleaved (2i, 2i+1), which is
  how GGUF files of Llama models store q and k
- fast-weight heads: a matrix per head written by the gated delta rule (arXiv 2412.06464) or by
  least squares, with projections of their own or, in a retrofit, the attention's with low-rank
  corrections
- SwiGLU

Shapes: B batch, T tokens, H heads, D head size, h hidden [B, T, dim].
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_kernels.gated_delta_rule import (
    WindowMap,
    gated_delta_rule,
    read_state,
    window_map,
)
from sleepdoc_kernels.layer_entry import layer_entry, unit
from sleepdoc_kernels.least_squares import WindowSums, window_sums
from sleepdoc_model.config import SUBJECT_FEATURES, AttentionConfig, MemoryConfig, ModelConfig
from sleepdoc_model.state import KVCache, Memory

Mode = Literal["read", "write"]
Window = WindowMap | WindowSums
"""What writing a window does to any state."""
Projected = tuple[Tensor, Tensor, Tensor]
"""An attention's q [B, T, H*D], k and v [B, T, KV*D], before rotation."""


class Seen(Protocol):
    """What tokens see of each other, where that is not one window that grows."""

    def attend(self, q: Tensor, k: Tensor, v: Tensor, layer: int, rope_base: float) -> Tensor:
        """Weighted values [B, H, T, D] of q [B, H, T, D], k and v [B, KV, T, D], not rotated."""


@dataclass(frozen=True)
class Pass:
    """What all blocks of one run share.

    `read` leaves the memory alone, `write` updates it; `blind` tokens do not look at it. With
    `grow` the cache receives the keys and values of this run; without, it is a fixed prefix
    (batch 1) that all sequences attend to. `active` [B, T] is false for tokens that neither read
    nor write: pinned prefix and padding. `taps` receives every memory layer's normed input,
    `windows` what its writes would do to any state. Without `top` nothing is computed above the
    last memory layer's write, and the hidden states that come out mean nothing. `seen` says what
    tokens see of each other where that is not a window that grows.
    """

    mode: Mode
    cache: KVCache | None = None
    grow: bool = True
    active: Tensor | None = None
    taps: list[Tensor] | None = None
    windows: list[Window] | None = None
    blind: bool = False
    top: bool = True
    seen: "Seen | None" = None

    @property
    def asleep(self) -> bool:
        """Whether the window is consolidated, so that all of it is known to every token."""
        return self.mode == "write" or self.windows is not None


def split_heads(x: Tensor, heads: int) -> Tensor:
    """[..., H*D] -> [..., H, D]."""
    return x.reshape(*x.shape[:-1], heads, -1)


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
    even, odd = split_heads(x.float(), dim // 2).unbind(-1)
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

    def project(self, x: Tensor) -> Projected:
        return self.q(x), self.k(x), self.v(x)

    def attend(self, projected: Projected, layer: int, run: Pass) -> Tensor:
        """Every head's weighted values, [B, T, H*D]."""
        c, cache = self.config, run.cache
        q, k, v = (
            split_heads(t, heads).transpose(1, 2)
            for t, heads in zip(projected, (c.heads, c.kv_heads, c.kv_heads), strict=True)
        )
        if run.seen is not None:
            return run.seen.attend(q, k, v, layer, c.rope_base).transpose(1, 2).flatten(2)
        start = cache.length if cache is not None else 0
        q, k = rotate(q, start, c.rope_base), rotate(k, start, c.rope_base)
        if cache is not None and run.grow:
            k, v = cache.append(layer, k, v)
        elif cache is not None:
            before_k, before_v = cache.prefix(layer, len(k))
            k, v = torch.cat((before_k, k), dim=2), torch.cat((before_v, v), dim=2)
        return self._softmax(q, k, v).transpose(1, 2).flatten(2)

    def _softmax(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        group, span = self.config.heads // self.config.kv_heads, self.config.span
        length, total = q.shape[2], k.shape[2]
        if length == 1 and not span:
            # The heads of a group are queries of one kv head: no copy of the cache per token.
            grouped = q.reshape(len(q), -1, group, q.shape[-1])
            return F.scaled_dot_product_attention(grouped, k, v).flatten(1, 2).unsqueeze(2)
        k, v = (t.repeat_interleave(group, dim=1) for t in (k, v))
        before = total - length
        if before <= length // 4 and not span:
            # Queries for what came before cost less than a mask, which also computes the future.
            q = F.pad(q, (0, 0, before, 0))
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)[:, :, before:]
        mask = torch.ones(length, total, dtype=torch.bool, device=q.device).tril(before)
        if span:
            mask = mask.triu(before - span + 1)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


class FastWeights(nn.Module):
    """Fast-weight heads with projections of their own (Gated DeltaNet, arXiv 2412.06464).

    A state is [B, *MemoryConfig.state_shape]; what is read is its first D_v rows.
    """

    q: nn.Module
    k: nn.Module
    v: nn.Module
    o: nn.Module

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
        self.beta = nn.Linear(dim, config.heads)
        self.decay = Decay(dim, config.heads, config.decay_bias) if config.decay else None
        self.log_ridge = _ridge(config)

    def about(self, projected: Projected | None, subject: Tensor | None) -> Projected | None:
        """What is borrowed of an attention, with what the tokens are about."""
        return projected

    def forward(
        self, x: Tensor, projected: Projected | None, state: Tensor | None, run: Pass
    ) -> tuple[Tensor | None, Tensor | None]:
        """What the tokens read from memory [B, T, H*D_v], gated, and the memory afterwards.

        Nothing is read from a memory that is None, unless tokens see each other's writes.
        """
        if run.taps is not None:
            run.taps.append(x)
        if run.windows is not None:
            run.windows.append(self.window(x, projected, run.active))
        after: Tensor | None
        if run.mode == "write" and self.config.write == "token":
            read, after = self.write(x, projected, state, run.active, self._queries(x, projected))
        else:
            read = None
            if state is not None and not run.blind:
                read = self._read(x, projected, state[:, :, : self.config.value_dim])
            writes = run.mode == "write"
            after = self.write(x, projected, state, run.active)[1] if writes else state
        if read is None:
            return None, after
        if run.active is not None:
            read = read * run.active[:, :, None, None]
        return self._gated(x, read), after

    def write(
        self,
        x: Tensor,
        projected: Projected | None,
        state: Tensor | None,
        active: Tensor | None,
        queries: Tensor | None = None,
    ) -> tuple[Tensor | None, Tensor]:
        """Write normed inputs x [B, T, dim] into the state, None if it is empty.

        With `queries` every token also reads what was written up to and including itself.
        """
        if self.config.rule == "least-squares":
            if state is None:
                state = torch.zeros(1, *self.config.state_shape, device=x.device)
            return None, self.window(x, projected, active)(state)
        k, v, log_decay, beta = self._writes(x, projected, active)
        return gated_delta_rule(
            queries, k, v, log_decay=log_decay, beta=beta, state=state, output=queries is not None
        )

    def window(self, x: Tensor, projected: Projected | None, active: Tensor | None) -> Window:
        """What writing normed inputs x [B, T, dim] does to any state."""
        k, v, log_decay, beta = self._writes(x, projected, active)
        if self.log_ridge is None:
            return window_map(k, v, log_decay=log_decay, beta=beta)
        return window_sums(k, v, log_decay=log_decay, beta=beta, ridge=self.log_ridge.exp())

    def _writes(
        self, x: Tensor, projected: Projected | None, active: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor | None, Tensor]:
        """Keys, values, log decay and strength of every token's write."""
        k, v = self._keys_values(x, projected)
        strength = F.linear(x.float(), self.beta.weight, self.beta.bias)
        decay = rate = None
        if self.decay is not None:
            decay, rate = self.decay(x), self.decay.log_rate
        k, log_decay, beta = layer_entry(k, strength, decay, rate, active)
        return k, v, log_decay, beta

    def _read(self, x: Tensor, projected: Projected | None, state: Tensor) -> Tensor:
        """What queries find in fast weights [B, H, D_v, D_k]."""
        return read_state(self._queries(x, projected), state)

    def _queries(self, x: Tensor, projected: Projected | None) -> Tensor:
        return unit(split_heads(F.silu(self.q(x)), self.config.heads))

    def _keys_values(self, x: Tensor, projected: Projected | None) -> tuple[Tensor, Tensor]:
        """Keys of any length, and values."""
        heads = self.config.heads
        return split_heads(F.silu(self.k(x)), heads), split_heads(F.silu(self.v(x)), heads)

    def _gated(self, x: Tensor, read: Tensor) -> Tensor:
        out: Tensor = self.norm(read.to(x.dtype)).flatten(2) * F.silu(self.gate(x))
        return out


class SharedFastWeights(FastWeights):
    """Fast-weight heads beside a pretrained attention whose projections they borrow.

    q, k, v (before rotation) and the output projection get corrections of low rank; keys and
    queries a bias too, as a transformer's keys share a large common part that a delta rule would
    have to overwrite at every token. Every head has a memory, or heads that share keys and values
    share one.

    Attention looks keys up sharply, by an exponential; a linear memory blurs them. With a `key_dim`
    other than the head's, keys and queries are spread by squared ReLUs over so many features, where
    keys that are merely similar are almost orthogonal.

    Had the evicted window still been there, the tokens after it would get less of the attention.
    With `fades`, a gate therefore fades what they get, as far as there is a memory.

    What is read grows with the norm of the state, and so does the noise in it: after many windows
    it would drown the attention. A state above a learnt norm is therefore read as if it had that.

    All gates start at zero with a branch that does not, so the network starts as the base and
    still has a gradient.
    """

    def __init__(self, dim: int, config: MemoryConfig, attention: AttentionConfig) -> None:
        nn.Module.__init__(self)
        if config.heads not in (attention.heads, attention.kv_heads):
            raise ValueError("shared fast weights have as many heads as the attention, or its keys")
        if config.value_dim != attention.head_dim:
            raise ValueError("shared fast weights have the values of the attention")
        self.config = config
        self.copies = config.heads // attention.kv_heads
        self.group = attention.heads // config.heads
        inner, written = attention.heads * attention.head_dim, config.heads * attention.head_dim
        self.q = LowRank(dim, inner, config.rank)
        self.k = LowRank(dim, written, config.rank)
        self.v = LowRank(dim, written, config.rank)
        self.o = LowRank(inner, dim, config.rank)
        self.q_bias = nn.Parameter(torch.zeros(attention.heads, attention.head_dim))
        self.k_bias = nn.Parameter(torch.zeros(config.heads, attention.head_dim))
        self.subject: nn.Parameter | None = None
        if config.subject:
            gathered = config.subject * SUBJECT_FEATURES
            drawn = torch.randn(attention.kv_heads * attention.head_dim, gathered)
            # About as large as the keys it is added to. Drawn, not zero: at zero the same subject
            # in a key and in a query would be no match, and no gradient would say so.
            self.subject = nn.Parameter(drawn * 1.5 * gathered**-0.5)
        self.features = None
        if config.key_dim != attention.head_dim:
            turns = _rotations(attention.head_dim, config.key_dim)
            self.features = nn.Parameter(turns.repeat(config.heads, 1, 1))
        self.log_fill = nn.Parameter(torch.full((config.heads,), math.log(8.0)))
        self.beta = nn.Linear(dim, config.heads)
        self.gate = nn.Linear(dim, attention.heads)
        self.fade = nn.Linear(dim, attention.heads) if config.fades else None
        for start in (self.beta, self.gate, self.fade):
            if start is not None:
                nn.init.zeros_(start.weight)
                nn.init.zeros_(start.bias)
        self.decay = Decay(dim, config.heads, config.decay_bias) if config.decay else None
        if self.decay is not None:
            nn.init.zeros_(self.decay.project.weight)
        self.log_ridge = _ridge(config)

    def about(self, projected: Projected | None, subject: Tensor | None) -> Projected | None:
        """Queries and keys that also say what the tokens are about, alike for both."""
        if projected is None or subject is None or self.subject is None:
            return projected
        q, k, v = projected
        found = split_heads(
            F.linear(subject.to(k.dtype), self.subject.to(k.dtype)),
            k.shape[-1] // self.config.value_dim,
        )
        queries = found.repeat_interleave(q.shape[-1] // k.shape[-1], dim=2)
        return q + queries.flatten(2), k + found.flatten(2), v

    def faded(
        self,
        x: Tensor,
        attended: Tensor,
        state: Tensor,
        active: Tensor | None,
        relevance: Tensor | None = None,
    ) -> Tensor:
        """What the attention to the window [B, T, H*D] is worth beside a memory."""
        if self.fade is None:
            return attended
        fade = F.linear(x.float(), self.fade.weight, self.fade.bias).tanh()
        weights = state[:, :, : self.config.value_dim]
        holds = (weights != 0).any(-1).any(-1).repeat_interleave(self.group, dim=1)  # [B, H]
        fade = fade * holds[:, None]
        if active is not None:
            fade = fade * active[:, :, None]
        if relevance is not None:
            fade = fade * relevance
        heads = split_heads(attended, fade.shape[-1])
        return (heads * (1 - fade).to(heads.dtype).unsqueeze(-1)).flatten(2)

    def _read(self, x: Tensor, projected: Projected | None, state: Tensor) -> Tensor:
        queries = self._queries(x, projected)
        batch, tokens, heads, features = queries.shape
        # To a memory, the heads that share it are so many tokens more.
        grouped = queries.view(batch, tokens, -1, self.group, features).transpose(2, 3)
        read = read_state(grouped.flatten(1, 2), state)
        norm = torch.linalg.matrix_norm(state)
        softer = (self.log_fill.exp() / norm.clamp(min=1e-6)).clamp(max=1.0)
        grouped = (read * softer[:, None, :, None].to(read.dtype)).view(
            batch, tokens, self.group, len(self.log_fill), -1
        )
        out: Tensor = grouped.transpose(2, 3).reshape(batch, tokens, heads, -1)
        return out

    def _queries(self, x: Tensor, projected: Projected | None) -> Tensor:
        assert projected is not None
        q = split_heads(projected[0] + self.q(x), len(self.q_bias)) + self.q_bias.to(x.dtype)
        return unit(self._spread(q))

    def _keys_values(self, x: Tensor, projected: Projected | None) -> tuple[Tensor, Tensor]:
        assert projected is not None
        heads = self.config.heads
        k, v = (
            split_heads(t, heads // self.copies).repeat_interleave(self.copies, dim=2)
            for t in projected[1:]
        )
        k = k + split_heads(self.k(x), heads) + self.k_bias.to(x.dtype)
        return self._spread(k), v + split_heads(self.v(x), heads)

    def _spread(self, x: Tensor) -> Tensor:
        """[B, T, H, D] -> [B, T, H, D_k]; a group of heads has features in common."""
        if self.features is None:
            return x
        grouped = x.reshape(*x.shape[:2], self.config.heads, -1, x.shape[-1])
        spread: Tensor = torch.einsum("bthgd,hde->bthge", grouped, self.features.to(x.dtype))
        return spread.relu().square().flatten(2, 3)

    def _gated(self, x: Tensor, read: Tensor) -> Tensor:
        gate = F.linear(x.float(), self.gate.weight, self.gate.bias)
        return (read.float() * gate.unsqueeze(-1)).to(x.dtype).flatten(2)


def _ridge(config: MemoryConfig) -> nn.Parameter | None:
    """What least squares pay for large fast weights, per head: about half a token's weight."""
    if config.rule == "delta":
        return None
    return nn.Parameter(torch.full((config.heads,), math.log(0.5)))


def _rotations(dim: int, features: int) -> Tensor:
    """Random rotations side by side, [dim, features]: every direction meets features alike."""
    turns = [torch.linalg.qr(torch.randn(dim, dim))[0] for _ in range(-(-features // dim))]
    return torch.cat(turns, dim=1)[:, :features]


class LowRank(nn.Module):
    """A correction of rank r to a frozen projection; zero at the start (LoRA, arXiv 2106.09685)."""

    def __init__(self, dim_in: int, dim_out: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(rank, dim_in) * dim_in**-0.5)
        self.up = nn.Parameter(torch.zeros(dim_out, rank))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(F.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))


class Decay(nn.Module):
    """What a data-dependent log decay is made of, as in Mamba-2: -exp(A) softplus(w x + b)."""

    def __init__(self, dim: int, heads: int, bias: float) -> None:
        super().__init__()
        self.project = nn.Linear(dim, heads)
        self.log_rate = nn.Parameter(torch.zeros(heads))
        nn.init.constant_(self.project.bias, bias)

    def forward(self, x: Tensor) -> Tensor:
        """w x + b, [B, T, H]."""
        return F.linear(x.float(), self.project.weight, self.project.bias)


class Relevance(nn.Module):
    """How much a memory concerns each token, from 0 to 1, before any layer has read it.

    The gates of the layers are linear, so each is shut on a plane at best, and no layer gains by
    shutting its own. This one is for all of them: where it is 0, the network is the base.
    """

    def __init__(self, dim: int, hidden: int = 64) -> None:
        super().__init__()
        self.down = nn.Linear(dim, hidden)
        self.up = nn.Linear(hidden, 1)
        nn.init.zeros_(self.up.weight)
        nn.init.constant_(self.up.bias, 4.0)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, 1] of normed inputs x [B, T, dim]."""
        hidden = F.silu(F.linear(x.float(), self.down.weight, self.down.bias))
        return F.linear(hidden, self.up.weight, self.up.bias).sigmoid()


class Subject(nn.Module):
    """What every token is about: features of it and of those around, the salient and the near most.

    Fast weights find things by keys of single tokens, and what a pretrained network puts of, say,
    the person of a sentence into its other tokens is too little to tell many apart. What these few
    heads gather is added to keys and queries alike, so that those about the same meet.

    How far two tokens are apart is learnt too: from one to the next it is a small step, or, where a
    sentence ends, a large one, much as attention forgets in arXiv 2503.02130. Awake, tokens look
    back. Asleep the whole window is there, so they also look ahead: in "London is where Ada was
    born" it is only said later of whom London is told.

    Fast weights trained from scratch have short convolutions for this (arXiv 2212.14052); here they
    would have to be as long as sentences.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.down = nn.Linear(dim, heads * SUBJECT_FEATURES, bias=False)
        self.salience = nn.Linear(dim, heads, bias=False)
        self.step = nn.Linear(dim, heads)
        self.ahead = nn.Parameter(torch.full((heads,), 2.0))
        for start in (self.salience, self.step):
            nn.init.zeros_(start.weight)
        half_lives = torch.logspace(1, 4, heads, base=2.0)  # 2 to 16 tokens
        with torch.no_grad():
            self.step.bias.copy_((math.log(2) / half_lives).expm1().log())

    def gives(self, x: Tensor) -> Tensor:
        """What normed inputs x [B, T, dim] tell other tokens: [B, T, heads, features + 2], the last
        of it the step to the next token, and salience."""
        x = x.float()
        features, steps = split_heads(self.down(x), self.heads), F.softplus(self.step(x))
        return torch.cat((features, steps[..., None], self.salience(x)[..., None]), dim=-1)

    def forward(
        self, given: Tensor, count: int, *, asleep: bool = False, active: Tensor | None = None
    ) -> Tensor:
        """The subjects [B, count, heads * features] of the last tokens of `given`.

        Asleep they look ahead as well, but not at padding, where `active` [B, count] is false.
        """
        features, steps, salience = (
            part.transpose(1, 2) for part in torch.split(given, [SUBJECT_FEATURES, 1, 1], dim=-1)
        )
        place = steps.cumsum(2) - steps  # [B, heads, all, 1]
        apart = (place[:, :, -count:] - place.mT).abs()
        tokens = torch.arange(given.shape[1], device=given.device)
        later = tokens > tokens[-count:, None]
        weights = salience.mT - apart
        if asleep:
            weights = weights - self.ahead[:, None, None] * later
            padding = torch.zeros_like(tokens, dtype=torch.bool)
            if active is not None:
                padding = F.pad(~active, (len(tokens) - count, 0))[:, None, None]
            later = later & padding
        weights = weights.masked_fill(later, -torch.inf).softmax(-1)
        gathered = (weights @ features).transpose(1, 2).flatten(2)
        return F.rms_norm(gathered, gathered.shape[-1:], eps=1e-6)


class Block(nn.Module):
    """One layer: its mixers on the same normed input, then the MLP."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        dim, memory, mixers = config.dim, config.memory, config.layers[layer]
        self.layer = layer
        self.first_memory = layer == min(config.memory_layers, default=None)
        self.last_memory = layer == max(config.memory_layers, default=None)
        self.norm = RMSNorm(dim, config.norm_eps)
        self.attention = Attention(dim, config.attention) if "A" in mixers else None
        self.memory: FastWeights | None = None
        if "M" in mixers and memory.shares_attention:
            self.memory = SharedFastWeights(dim, memory, config.attention)
        elif "M" in mixers:
            self.memory = FastWeights(dim, memory, config.norm_eps)
        self.mlp_norm = RMSNorm(dim, config.norm_eps)
        self.gate = nn.Linear(dim, config.hidden, bias=False)
        self.up = nn.Linear(dim, config.hidden, bias=False)
        self.down = nn.Linear(config.hidden, dim, bias=False)

    def forward(
        self,
        h: Tensor,
        state: Tensor | None,
        run: Pass,
        relevance: Tensor | None = None,
        subject: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        x = self.norm(h)
        projected = self.attention.project(x) if self.attention is not None else None
        read, before = None, state
        if self.memory is not None:
            read, state = self.memory(x, self.memory.about(projected, subject), state, run)
            if self.last_memory and not run.top:
                return h, state
        if read is not None and relevance is not None:
            read = read * relevance.to(read.dtype)
        if self.attention is not None and projected is not None:
            heads = self.attention.attend(projected, self.layer, run)
            if read is not None and isinstance(self.memory, SharedFastWeights):
                assert before is not None
                heads = self.memory.faded(x, heads, before, run.active, relevance) + read
            h = h + self.attention.o(heads)
        if self.memory is not None and read is not None:
            h = h + self.memory.o(read)
        x = self.mlp_norm(h)
        return h + self.down(F.silu(self.gate(x)) * self.up(x)), state


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

    def embed(self, tokens: Tensor) -> Tensor:
        out: Tensor = self.embedding(tokens)
        return out

    def logits(self, h: Tensor) -> Tensor:
        """Next-token scores [..., vocab], at least in fp32."""
        scores = F.linear(self.norm(h), self.embedding.weight)
        return scores if scores.dtype == torch.float64 else scores.float()

    def subjects(self, x: Tensor, run: Pass) -> Tensor | None:
        """What tokens are about, by normed inputs x [B, T, dim] of the lowest memory layer."""
        if self.subject is None:
            return None
        given = self.subject.gives(x)
        if run.cache is not None:
            given = run.cache.give(given, grow=run.grow)
        found: Tensor = self.subject(given, x.shape[1], asleep=run.asleep, active=run.active)
        return found

    def _judge(
        self, block: Block, h: Tensor, memory: Memory | None, run: Pass
    ) -> tuple[Tensor | None, Tensor | None]:
        """Relevance and subject of tokens that come to the lowest memory layer, as far as there is
        a memory to read or to write."""
        if self.relevance is None and self.subject is None:
            return None, None
        if memory is None and not run.asleep:
            if run.cache is not None and run.grow:
                run.cache.give_nothing(h.shape[1])
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
            if block.first_memory:
                relevance, subject = self._judge(block, h, memory, run)
            state = next(states) if states is not None else None
            h, state = block(h, state, run, relevance, subject)
            if state is not None:
                after.append(state)
            if block.last_memory and not run.top:
                break
        if run.cache is not None and run.grow:
            run.cache.length += h.shape[1]
        return h, tuple(after) if after else None
