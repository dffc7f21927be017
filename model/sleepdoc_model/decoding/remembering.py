"""Reading fast weights for one token; what does not change within an answer is computed once.

The same as `FastWeights.forward` with `BorrowedProjections`, for one token of one sequence. Shapes:
H memories, G heads of the attention that share each, D head size, D_k features.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_model.network.memory import FastWeights
from sleepdoc_model.network.projections import BorrowedProjections


class Remembering:
    """One layer's way to read its memory."""

    def __init__(self, memory: FastWeights, dtype: torch.dtype) -> None:
        """Cast and stack what the layer's heads read with."""
        projections = memory.projections
        assert isinstance(projections, BorrowedProjections)
        self._memory, self._projections = memory, projections
        self._shape = (projections.heads, projections.group, -1)
        self._subject, self._features = (
            None if each is None else each.detach().to(dtype)
            for each in (projections.subject, projections.features)
        )
        self._kv_heads = projections.kv_heads
        self._q_down, self._q_up = projections.q.down.to(dtype), projections.q.up.to(dtype)
        self._o_down, self._o_up = projections.o.down.to(dtype), projections.o.up.to(dtype)
        self._q_bias = projections.q_bias.detach().to(dtype).view(1, -1)
        gates = [gate for gate in (projections.gate, projections.fade) if gate is not None]
        self._gates = torch.cat([gate.weight for gate in gates]).float()
        self._gate_biases = torch.cat([gate.bias for gate in gates]).float()

    def prepare(self, state: Tensor) -> tuple[Tensor, Tensor | None]:
        """Of a state [1, H, rows, D_k] what reading needs: the weights [H, D_k, D_v] with
        their norm clipped, and which heads [H * G] fade, None if none does."""
        weights = self._memory.weights(state)
        clipped = weights * self._projections.clipping(weights)[..., None, None]
        holds = None
        if self._projections.fade is not None:
            holds = self._projections.holds(weights)[0].float()
        return clipped[0].mT.contiguous(), holds

    def read(
        self,
        x: Tensor,
        q: Tensor,
        attended: Tensor,
        prepared: tuple[Tensor, Tensor | None],
        relevance: Tensor | None,
        subject: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """The attention's heads with what was read added, and the correction [1, dim] of what the
        output projection makes of that.

        Args:
            x: The layer's normed input, [1, dim].
            q: The attention's queries before rotation, [1, H * G * D].
            attended: What its heads saw, [1, H * G * D].
            prepared: Of `prepare`.
            relevance: Of the memory to the token, [1, 1].
            subject: What the token is about.
        """
        weights, holds = prepared
        q = q + F.linear(F.linear(x, self._q_down), self._q_up) + self._q_bias
        if subject is not None and self._subject is not None:
            added = F.linear(subject.to(q.dtype), self._subject).view(self._kv_heads, 1, -1)
            q = q.view(self._kv_heads, -1, added.shape[-1]) + added
        q = q.view(self._shape)
        if self._features is not None:
            q = torch.bmm(q, self._features).relu().square()
        q = F.normalize(q.float(), dim=-1)
        read = torch.bmm(q, weights).view(-1, weights.shape[-1])  # [H * G, D]
        gates = F.linear(x.float(), self._gates, self._gate_biases)[0]
        if relevance is not None:
            read = read * relevance
        if holds is None:
            read = (read * gates[:, None]).to(x.dtype).view(1, -1)
        else:
            gate, fade = gates.chunk(2)
            fade = fade.tanh() * holds
            if relevance is not None:
                fade = fade * relevance[0]
            read = (read * gate[:, None]).to(x.dtype).view(1, -1)
            heads = attended.view(len(fade), -1) * (1 - fade).to(x.dtype)[:, None]
            attended = heads.view(1, -1)
        return attended + read, F.linear(F.linear(read, self._o_down), self._o_up)
