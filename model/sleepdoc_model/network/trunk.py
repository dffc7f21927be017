"""The network without fast weights: norm, rotary attention with grouped heads, SwiGLU.

Rotary pairs are interleaved (2i, 2i+1), which is how GGUF files of Llama models store q and k.
Shapes: B batch, T tokens, Q heads, KV of them with keys and values, D head size.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_kernels.threads import together
from sleepdoc_model.config import AttentionConfig
from sleepdoc_model.network.run import Pass

KeysValues = tuple[Tensor, Tensor]
"""An attention's k and v [B, T, KV*D], k before rotation."""
Projected = tuple[Tensor, Tensor, Tensor]
"""Its q [B, T, Q*D] before rotation, and these."""


def split_heads(x: Tensor, heads: int) -> Tensor:
    """[..., H*D] -> [..., H, D]."""
    return x.reshape(*x.shape[:-1], heads, -1)


class RMSNorm(nn.Module):
    """Root mean square normalisation (arXiv 1910.07467), computed in fp32."""

    def __init__(self, dim: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return (wide * scale).to(x.dtype) * self.weight.to(x.dtype)


def rotate(x: Tensor, start: int, base: float) -> Tensor:
    """Rotary position embedding (arXiv 2104.09864) on interleaved pairs; x [B, heads, T, D]."""
    length, dim = x.shape[-2:]
    inverse = base ** (-torch.arange(0, dim, 2, device=x.device, dtype=torch.float32) / dim)
    position = torch.arange(start, start + length, device=x.device, dtype=torch.float32)
    angle = position[:, None] * inverse  # [T, D/2]
    cos, sin = angle.cos(), angle.sin()
    even, odd = split_heads(x.float(), dim // 2).unbind(-1)
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1)
    return turned.flatten(-2).to(x.dtype)


class Product(nn.Linear):
    """A matrix to multiply by, [out, in]."""

    def __init__(self, dim_in: int, dim_out: int) -> None:
        super().__init__(dim_in, dim_out, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        with together(x.numel() * self.out_features):
            return F.linear(x, self.weight)


class Attention(nn.Module):
    """Causal rotary attention over the window."""

    def __init__(self, dim: int, config: AttentionConfig) -> None:
        super().__init__()
        self.config = config
        inner, kv = config.heads * config.head_dim, config.kv_heads * config.head_dim
        self.q = Product(dim, inner)
        self.k = Product(dim, kv)
        self.v = Product(dim, kv)
        self.o = Product(inner, dim)

    def project(self, x: Tensor) -> Projected:
        return self.q(x), self.k(x), self.v(x)

    def keys_values(self, x: Tensor) -> KeysValues:
        return self.k(x), self.v(x)

    def attend(self, projected: Projected, layer: int, run: Pass) -> Tensor:
        """Every head's weighted values, [B, T, Q*D]."""
        c, cache = self.config, run.cache
        q, k, v = (  # [B, Q, T, D], and twice [B, KV, T, D]
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
        # k and v are now [B, KV, all, D], of all tokens that are in the window
        return self._softmax(q, k, v, run.whole).transpose(1, 2).flatten(2)

    def _softmax(self, q: Tensor, k: Tensor, v: Tensor, whole: bool) -> Tensor:
        group, span = self.config.heads // self.config.kv_heads, self.config.span
        length, total = q.shape[2], k.shape[2]
        if length == 1 and not span:
            # The heads of a group are queries of one kv head: no copy of the cache per token.
            grouped = q.reshape(len(q), -1, group, q.shape[-1])
            return F.scaled_dot_product_attention(grouped, k, v).flatten(1, 2).unsqueeze(2)
        k, v = (t.repeat_interleave(group, dim=1) for t in (k, v))
        with together(q.numel() * total):
            return self._softmax_of_many(q, k, v, whole)

    def _softmax_of_many(self, q: Tensor, k: Tensor, v: Tensor, whole: bool) -> Tensor:
        span, length, total = self.config.span, q.shape[2], k.shape[2]
        if whole:
            return F.scaled_dot_product_attention(q, k, v)
        before = total - length
        if before <= length // 4 and not span:
            # Queries for what came before cost less than a mask, which also computes the future.
            q = F.pad(q, (0, 0, before, 0))
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)[:, :, before:]
        mask = torch.ones(length, total, dtype=torch.bool, device=q.device).tril(before)
        if span:
            mask = mask.triu(before - span + 1)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


class MLP(nn.Module):
    """SwiGLU (arXiv 2002.05202)."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.gate = Product(dim, hidden)
        self.up = Product(dim, hidden)
        self.down = Product(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.down(F.silu(self.gate(x)) * self.up(x))
        return out
