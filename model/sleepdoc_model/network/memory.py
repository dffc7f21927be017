"""Fast weights: a matrix per head, written by the gated delta rule or by least squares.

Shapes as in `projections` and `subject`.
"""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sleepdoc_kernels.gated_delta_rule import WindowMap, gated_delta_rule, window_map
from sleepdoc_kernels.layer_entry import layer_entry
from sleepdoc_kernels.least_squares import WindowSums, window_sums
from sleepdoc_model.config import MemoryConfig
from sleepdoc_model.network.names import leave_out
from sleepdoc_model.network.projections import BorrowedProjections, OwnProjections
from sleepdoc_model.network.run import Pass
from sleepdoc_model.network.trunk import KeysValues, Projected

Window = WindowMap | WindowSums
"""What writing a window does to any state."""


class FastWeights(nn.Module):
    """The heads of one layer. What they write and read is up to their projections.

    A state is [B, *MemoryConfig.state_shape]. `borrowed` is what an attention beside them makes of
    the same tokens, `subject` [B, T, S * F] what these are about; not all projections use them.
    """

    def __init__(
        self, dim: int, config: MemoryConfig, projections: OwnProjections | BorrowedProjections
    ) -> None:
        super().__init__()
        self.config = config
        self.projections = projections
        leave_out(self, "projections")
        self.beta = nn.Linear(dim, config.heads)
        self.decay = Decay(dim, config.heads, config.decay_bias) if config.decay else None
        if isinstance(projections, BorrowedProjections):
            for gate in (self.beta, self.decay.project if self.decay is not None else None):
                if gate is not None:
                    nn.init.zeros_(gate.weight)
            nn.init.zeros_(self.beta.bias)
        self.log_ridge: nn.Parameter | None = None
        if config.rule == "least-squares":
            # What least squares pay for large fast weights: about half a token's weight.
            self.log_ridge = nn.Parameter(torch.full((config.heads,), math.log(0.5)))

    def forward(
        self,
        x: Tensor,
        borrowed: Projected | None,
        subject: Tensor | None,
        state: Tensor | None,
        run: Pass,
    ) -> tuple[Tensor | None, Tensor | None]:
        """What the tokens read from memory [B, T, Q*D_v] (H*D_v of own projections), gated, and the
        memory afterwards.

        Nothing is read from a memory that is None, unless tokens see each other's writes.
        """
        q, keys_values = (None, None) if borrowed is None else (borrowed[0], borrowed[1:])
        read: Tensor | None = None
        after = state
        if run.mode == "write" and self.config.write == "token":
            queries = self.projections.queries(x, q, subject)
            read, after = self.write(x, keys_values, subject, state, run.active, queries)
        else:
            if state is not None and not run.blind:
                queries = self.projections.queries(x, q, subject)  # [B, T, Q, D_k]
                read = self.projections.read(queries, self.weights(state))  # [B, T, Q, D_v]
            if run.mode == "write":
                _, after = self.write(x, keys_values, subject, state, run.active)
        if read is None:
            return None, after
        if run.active is not None:
            read = read * run.active[:, :, None, None]
        return self.projections.gated(x, read), after

    def writing(self) -> Iterator[nn.Parameter]:
        """The parameters that what is written depends on."""
        yield from self.beta.parameters()
        if self.decay is not None:
            yield from self.decay.parameters()
        if self.log_ridge is not None:
            yield self.log_ridge
        yield from self.projections.writing()

    def weights(self, state: Tensor) -> Tensor:
        """What is read of a state: its first D_v rows."""
        return state[:, :, : self.config.value_dim]

    def beside(
        self,
        x: Tensor,
        attended: Tensor,
        read: Tensor,
        state: Tensor | None,
        active: Tensor | None,
        relevance: Tensor | None = None,
    ) -> Tensor:
        """An attention's output [B, T, Q*D] with what was read of `state`, if both are projected
        back together."""
        if not isinstance(self.projections, BorrowedProjections):
            return attended
        assert state is not None
        weights = self.weights(state)
        return self.projections.faded(x, attended, weights, active, relevance) + read

    def write(
        self,
        x: Tensor,
        borrowed: KeysValues | None,
        subject: Tensor | None,
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
            return None, self.window(x, borrowed, subject, active)(state)
        k, v, log_decay, beta = self._writes(x, borrowed, subject, active)
        return gated_delta_rule(
            queries, k, v, log_decay=log_decay, beta=beta, state=state, output=queries is not None
        )

    def window(
        self,
        x: Tensor,
        borrowed: KeysValues | None,
        subject: Tensor | None,
        active: Tensor | None,
    ) -> Window:
        """What writing normed inputs x [B, T, dim] does to any state."""
        k, v, log_decay, beta = self._writes(x, borrowed, subject, active)
        if self.log_ridge is None:
            return window_map(k, v, log_decay=log_decay, beta=beta)
        return window_sums(k, v, log_decay=log_decay, beta=beta, ridge=self.log_ridge.exp())

    def _writes(
        self,
        x: Tensor,
        borrowed: KeysValues | None,
        subject: Tensor | None,
        active: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor | None, Tensor]:
        """Keys, values, log decay and strength of every token's write: [B, T, H, D_k], of length
        one, [B, T, H, D_v], and twice [B, T, H]."""
        k, v = self.projections.keys_values(x, borrowed, subject)
        strength = F.linear(x.float(), self.beta.weight, self.beta.bias)  # [B, T, H]
        decay = rate = None
        if self.decay is not None:
            decay, rate = self.decay(x), self.decay.log_rate
        k, log_decay, beta = layer_entry(k, strength, decay, rate, active)
        return k, v, log_decay, beta


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
