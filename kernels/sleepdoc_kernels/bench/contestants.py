"""What is measured against what; each one is called like `naive.scan`."""

import os
from functools import partial
from typing import Any

from torch import Tensor

from sleepdoc_kernels.gated_delta_rule import gated_delta_rule
from sleepdoc_kernels.testing import Scan

FLA = "fla"


def contestants(device: str) -> dict[str, Scan | str]:
    """Implementations by name; a string says why one cannot be measured here."""
    ours = ("naive", "torch_chunk", "torch_chunk_bfloat16", "triton_chunk")
    if device == "cpu":
        return {name: partial(_ours, name) for name in ours}
    return {name: partial(_ours, name) for name in ours if "bfloat16" not in name} | {
        FLA: _flash_linear_attention()
    }


def _ours(name: str, q: Tensor | None, **others: Any) -> tuple[Tensor | None, Tensor]:
    return gated_delta_rule(q, **others, output=q is not None, implementation=name)


def _flash_linear_attention() -> Scan | str:
    # Its own Triton kernels, not those of another package that it would rather call.
    os.environ["FLA_DISABLE_BACKEND_DISPATCH"] = "1"
    try:
        from fla.ops.gated_delta_rule import chunk_gated_delta_rule
    except ImportError as error:
        return f"flash-linear-attention is not installed ({error})"

    def scan(
        q: Tensor | None,
        k: Tensor,
        v: Tensor,
        log_decay: Tensor | None,
        beta: Tensor,
        state: Tensor,
    ) -> tuple[Tensor | None, Tensor]:
        # It always computes outputs, and holds the state transposed.
        out, after = chunk_gated_delta_rule(
            k if q is None else q,
            k,
            v,
            log_decay,
            beta,
            scale=1.0,
            initial_state=state.mT.contiguous(),
            output_final_state=True,
        )
        return None if q is None else out, after.mT

    return scan
