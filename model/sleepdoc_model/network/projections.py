"""Queries, keys and values of fast weights, and the way back of what was read.

Either by projections of their own, or by those of a pretrained attention beside them. Shapes:
B batch, T tokens, H heads of fast weights, D_k key size, D_v value size; x is the layer's normed
input [B, T, dim]. Of an attention beside them: Q heads, KV of them with keys and values, D head
size, which is D_v.
"""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_kernels.gated_delta_rule import read_state
from sleepdoc_kernels.layer_entry import unit
from sleepdoc_model.config import SUBJECT_FEATURES, AttentionConfig, MemoryConfig
from sleepdoc_model.network.trunk import KeysValues, RMSNorm, split_heads


class OwnProjections(nn.Module):
    """As in Gated DeltaNet (arXiv 2412.06464); nothing is borrowed, and no subject added."""

    def __init__(self, dim: int, config: MemoryConfig, eps: float) -> None:
        super().__init__()
        self.heads = config.heads
        keys, values = config.heads * config.key_dim, config.heads * config.value_dim
        self.q = nn.Linear(dim, keys, bias=False)
        self.k = nn.Linear(dim, keys, bias=False)
        self.v = nn.Linear(dim, values, bias=False)
        self.o = nn.Linear(values, dim, bias=False)
        self.gate = nn.Linear(dim, values, bias=False)
        self.norm = RMSNorm(config.value_dim, eps)

    def writing(self) -> Iterator[nn.Parameter]:
        """The parameters that what is written depends on."""
        for each in (self.k, self.v):
            yield from each.parameters()

    def queries(self, x: Tensor, borrowed: Tensor | None, subject: Tensor | None) -> Tensor:
        """[B, T, H, D_k], of length one."""
        return unit(split_heads(F.silu(self.q(x)), self.heads))

    def keys_values(
        self, x: Tensor, borrowed: KeysValues | None, subject: Tensor | None
    ) -> KeysValues:
        """Keys [B, T, H, D_k] of any length, and values [B, T, H, D_v]."""
        return (
            split_heads(F.silu(self.k(x)), self.heads),
            split_heads(F.silu(self.v(x)), self.heads),
        )

    def read(self, queries: Tensor, weights: Tensor) -> Tensor:
        """What fast weights [B, H, D_v, D_k] hold for queries [B, T, H, D_k]: [B, T, H, D_v]."""
        return read_state(queries, weights)

    def gated(self, x: Tensor, read: Tensor) -> Tensor:
        """[B, T, H, D_v] -> [B, T, H*D_v]."""
        out: Tensor = self.norm(read.to(x.dtype)).flatten(2) * F.silu(self.gate(x))
        return out


class BorrowedProjections(nn.Module):
    """Those of a pretrained attention beside the fast weights, corrected.

    q, k, v (before rotation) and the output projection get corrections of low rank; keys and
    queries a bias too, as a transformer's keys share a large common part that a delta rule would
    have to overwrite at every token. Every head has a memory, or heads that share keys and values
    share one.

    Attention looks keys up sharply, by an exponential; a linear memory blurs them. With a `key_dim`
    other than the head's, keys and queries go through a feature map, as linear attention has one
    (arXiv 2006.16236): squared ReLUs of so many directions, where keys that are merely similar are
    almost orthogonal.

    Had the evicted window still been there, the tokens after it would get less of the attention.
    With `fades`, a gate on the attention's output (`fade`) therefore takes some of it away, as far
    as there is a memory. Infini-attention (arXiv 2404.07143) mixes both by a gate per head; here
    every token has its own.

    What is read grows with the norm of the state, and so does the noise in it: after many windows
    it would drown the attention. A state is therefore read with its Frobenius norm clipped at a
    learnt maximum, e^`log_fill`.

    All gates start at zero with a branch that does not, so the network starts as the base and
    still has a gradient.
    """

    def __init__(self, dim: int, config: MemoryConfig, attention: AttentionConfig) -> None:
        super().__init__()
        if config.heads not in (attention.heads, attention.kv_heads):
            raise ValueError("shared fast weights have as many heads as the attention, or its keys")
        if config.value_dim != attention.head_dim:
            raise ValueError("shared fast weights have the values of the attention")
        self.heads, self.kv_heads = config.heads, attention.kv_heads
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
        self.features: nn.Parameter | None = None
        if config.key_dim != attention.head_dim:
            turns = _rotations(attention.head_dim, config.key_dim)
            self.features = nn.Parameter(turns.repeat(config.heads, 1, 1))
        self.log_fill = nn.Parameter(torch.full((config.heads,), math.log(8.0)))
        self.gate = nn.Linear(dim, attention.heads)
        self.fade = nn.Linear(dim, attention.heads) if config.fades else None
        for start in (self.gate, self.fade):
            if start is not None:
                nn.init.zeros_(start.weight)
                nn.init.zeros_(start.bias)

    def writing(self) -> Iterator[nn.Parameter]:
        """The parameters that what is written depends on."""
        for each in (self.k, self.v):
            yield from each.parameters()
        yield from (p for p in (self.k_bias, self.subject, self.features) if p is not None)

    def queries(self, x: Tensor, borrowed: Tensor | None, subject: Tensor | None) -> Tensor:
        """[B, T, Q, D_k], of length one."""
        assert borrowed is not None
        q = self.with_subject(borrowed, subject) + self.q(x)  # [B, T, Q*D]
        q = split_heads(q, len(self.q_bias)) + self.q_bias.to(x.dtype)  # [B, T, Q, D]
        return unit(self._feature_map(q))

    def keys_values(
        self, x: Tensor, borrowed: KeysValues | None, subject: Tensor | None
    ) -> KeysValues:
        """Keys [B, T, H, D_k] of any length, and values [B, T, H, D_v]."""
        assert borrowed is not None
        k, v = (  # [B, T, H, D]
            split_heads(t, self.kv_heads).repeat_interleave(self.copies, dim=2)
            for t in (self.with_subject(borrowed[0], subject), borrowed[1])
        )
        k = k + split_heads(self.k(x), self.heads) + self.k_bias.to(x.dtype)
        return self._feature_map(k), v + split_heads(self.v(x), self.heads)

    def with_subject(self, borrowed: Tensor, subject: Tensor | None) -> Tensor:
        """An attention's queries [B, T, Q*D] or keys [B, T, KV*D], with what the tokens are about
        added to both alike."""
        if subject is None or self.subject is None:
            return borrowed
        dtype = borrowed.dtype
        added = split_heads(F.linear(subject.to(dtype), self.subject.to(dtype)), self.kv_heads)
        copies = borrowed.shape[-1] // len(self.subject)
        return borrowed + added.repeat_interleave(copies, dim=2).flatten(2)

    def read(self, queries: Tensor, weights: Tensor) -> Tensor:
        """What fast weights [B, H, D_v, D_k] hold for queries [B, T, Q, D_k]: [B, T, Q, D_v]."""
        batch, tokens, heads, features = queries.shape
        # To a memory, the heads that share it are so many tokens more.
        grouped = queries.view(batch, tokens, -1, self.group, features).transpose(2, 3)
        read = read_state(grouped.flatten(1, 2), weights)  # [B, T * Q/H, H, D_v]
        grouped = (read * self.clipping(weights)[:, None, :, None].to(read.dtype)).view(
            batch, tokens, self.group, self.heads, -1
        )
        out: Tensor = grouped.transpose(2, 3).reshape(batch, tokens, heads, -1)
        return out

    def clipping(self, weights: Tensor) -> Tensor:
        """What clips the norms of fast weights [B, H, D_v, D_k]: a factor in (0, 1], [B, H]."""
        norm: Tensor = torch.linalg.matrix_norm(weights)
        return (self.log_fill.exp() / norm.clamp(min=1e-6)).clamp(max=1.0)

    def holds(self, weights: Tensor) -> Tensor:
        """Whether anything was written, as every head of the attention needs it: [B, Q]."""
        return (weights != 0).any(-1).any(-1).repeat_interleave(self.group, dim=1)

    def gated(self, x: Tensor, read: Tensor) -> Tensor:
        """[B, T, Q, D_v] -> [B, T, Q*D_v], as the attention's output before its projection."""
        gate = F.linear(x.float(), self.gate.weight, self.gate.bias)
        return (read.float() * gate.unsqueeze(-1)).to(x.dtype).flatten(2)

    def faded(
        self,
        x: Tensor,
        attended: Tensor,
        weights: Tensor,
        active: Tensor | None,
        relevance: Tensor | None = None,
    ) -> Tensor:
        """What is left of the attention to the window [B, T, Q*D] beside fast weights."""
        if self.fade is None:
            return attended
        fade = F.linear(x.float(), self.fade.weight, self.fade.bias).tanh()  # [B, T, Q]
        fade = fade * self.holds(weights)[:, None]
        if active is not None:
            fade = fade * active[:, :, None]
        if relevance is not None:
            fade = fade * relevance
        heads = split_heads(attended, fade.shape[-1])
        return (heads * (1 - fade).to(heads.dtype).unsqueeze(-1)).flatten(2)

    def _feature_map(self, x: Tensor) -> Tensor:
        """[B, T, Q or H, D] -> [B, T, Q or H, D_k]; a group of heads has features in common."""
        if self.features is None:
            return x
        grouped = x.reshape(*x.shape[:2], self.heads, -1, x.shape[-1])
        mapped: Tensor = torch.einsum("bthgd,hde->bthge", grouped, self.features.to(x.dtype))
        return mapped.relu().square().flatten(2, 3)


class LowRank(nn.Module):
    """A correction of rank r to a frozen projection; zero at the start (LoRA, arXiv 2106.09685)."""

    def __init__(self, dim_in: int, dim_out: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(rank, dim_in) * dim_in**-0.5)
        self.up = nn.Parameter(torch.zeros(dim_out, rank))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(F.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))


def _rotations(dim: int, features: int) -> Tensor:
    """Random rotations side by side, [dim, features]: every direction meets features alike."""
    turns = [torch.linalg.qr(torch.randn(dim, dim))[0] for _ in range(-(-features // dim))]
    return torch.cat(turns, dim=1)[:, :features]
